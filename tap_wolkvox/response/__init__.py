"""Turns the bytes of a response into rows, or into the error that they mean."""
