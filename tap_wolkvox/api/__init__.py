"""The way to the API of one operation: sessions, throttle, retries, budgets."""
