"""The simulated operation: its people and things, its clock, its quota."""
