"""The files that a run is given: settings, state and catalog."""
