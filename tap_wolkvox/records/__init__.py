"""From the rows of a response to typed records."""
