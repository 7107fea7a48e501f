"""Answers: what a reply means. Empty, refused, cut and failed are four different things."""
