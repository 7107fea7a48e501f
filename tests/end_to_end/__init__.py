"""Tests of what users install and run: Meltano, packages, scripts."""
