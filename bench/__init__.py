"""Measures what users feel; `make bench` writes RESULTS.md."""
