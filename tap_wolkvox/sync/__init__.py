"""Which streams are synced, in which order, and what a failure does to the others."""
