"""What the simulator reports of codes, costs and skills: sums and details of the same calls."""
