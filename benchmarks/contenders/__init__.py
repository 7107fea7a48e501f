"""What the tap is measured against. Each is a program of its own."""
