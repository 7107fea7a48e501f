"""From the bytes of a response to rows."""
