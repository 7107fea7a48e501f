"""Readers: how each kind of endpoint is read, and when the state follows."""
