"""What each endpoint answers. Those that take no dates are here, the others in ``reports``."""
