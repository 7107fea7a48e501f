"""Tests of what the simulator holds."""
