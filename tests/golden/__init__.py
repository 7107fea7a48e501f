"""Tests that hold the tap against files that are kept by hand, or from before."""
