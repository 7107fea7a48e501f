"""Bookmarks: what a run begins with, and that no second is left unread between runs."""
