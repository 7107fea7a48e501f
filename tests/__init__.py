"""Tests, and what they run against: a simulated Wolkvox and a PostgreSQL of their own."""
