"""What the API offers: the table of endpoints, and the schemas of their streams."""
