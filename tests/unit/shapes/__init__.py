"""Shapes: rows are found where an endpoint has them, taken apart without loss, or not at all."""
