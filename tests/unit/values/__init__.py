"""Values: text of the API becomes what a column declares, and nothing is dropped on the way."""
