"""What happens in the operation. It depends on the seed only, so it is always the same."""
