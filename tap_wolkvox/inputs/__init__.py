"""The input files of a run (settings, state, catalog): reads, validates and completes them."""
