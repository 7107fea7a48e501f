"""The simulated operation: who belongs to it, its clock, its quota, and what happens in it."""
