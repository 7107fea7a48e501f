"""Tests of the simulator as a server."""
