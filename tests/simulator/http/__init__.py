"""The HTTP server: the API, and the pages that control the simulator."""
