"""Fast: rows of the usual form become what a typist makes of them, byte for byte, or are left."""
