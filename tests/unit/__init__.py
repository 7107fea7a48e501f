"""Tests of one part of the tap, without a server and without a process."""
