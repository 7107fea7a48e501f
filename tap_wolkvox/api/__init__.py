"""The HTTP client of one operation: session, throttle, retries, limits on requests."""
