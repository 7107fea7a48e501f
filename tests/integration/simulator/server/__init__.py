"""The simulator over real HTTP: it must say what the API says before others are tested on it."""
