"""Reports about campaigns."""
