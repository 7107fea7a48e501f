"""From records to Singer messages."""
