"""What the simulator's reports have in common: all those that take dates."""
