"""Where a stream is: windows, bookmarks and checkpoints, without SDK, HTTP or a clock."""
