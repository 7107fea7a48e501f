"""Which streams are read, in which order, and which other streams a failure stops."""
