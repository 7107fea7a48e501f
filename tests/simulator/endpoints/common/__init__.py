"""What all endpoints share: answers and errors, date ranges, row caps, formats."""
