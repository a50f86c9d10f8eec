"""The tests: `make test`, or `python -m pytest` for a part of them."""
