"""What happens in the operation, from its seed: the same whenever one looks."""
