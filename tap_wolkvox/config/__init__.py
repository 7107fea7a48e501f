"""What a person sets: settings, operations, and what is wrong with them."""
