"""The server: what requests go through, and the pages that control the simulator."""
