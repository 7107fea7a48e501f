"""The endpoints that take a range of dates; related ones share a package."""
