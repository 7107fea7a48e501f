"""What the simulator reports of agents: one by one, added up, and once more as `customer`."""
