"""What the command does, as its users see it."""
