"""Settings: everything wrong is said before the first request, and no value is shown."""
