"""Streams of what there is now, through the command line: all of them, odd shapes, children."""
