"""`make doctor`: `manage.py doctor` for the hitl that was started from this folder."""

import sys

from hitl.up.sign_in import main

if __name__ == "__main__":
    sys.exit(main("doctor", *sys.argv[1:]))
