"""Runs that may not spend all they would: what they read, what they leave, how the next go on."""
