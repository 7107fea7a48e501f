"""The programs with which the tap is compared. Each is a separate program."""
