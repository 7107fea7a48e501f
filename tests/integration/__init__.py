"""Tests of the tap's command line, and of what it asks a simulated Wolkvox."""
