"""What `make run` cannot mend by itself."""


class Trouble(Exception):
    """A sentence that says what is wrong and what to do; printed as it is."""
