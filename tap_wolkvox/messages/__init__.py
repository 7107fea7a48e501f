"""From records to Singer messages on standard output."""
