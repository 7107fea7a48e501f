"""Where a stream is: windows, bookmarks and checkpoints. No SDK, no HTTP, no system clock."""
