"""Windows: whatever the answers are, all is read once, and in few requests."""
