"""From rows to typed records."""
