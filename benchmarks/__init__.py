"""What the tap costs, beside what else could be done: memory, time, CPU, start, requests."""
