"""Several simulated operations on one port, and quotas that others spend from."""
