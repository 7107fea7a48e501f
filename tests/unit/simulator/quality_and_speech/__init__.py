"""What the simulator says of conversations judged, analysed and sent around: one world."""
