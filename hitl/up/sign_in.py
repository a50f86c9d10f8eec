"""`make sign-in`: a fresh one-click link for the first owner of the hitl that runs from this folder."""

import os
import subprocess
import sys

from hitl.up.home import CODE, Home
from hitl.up.trouble import Trouble


def main(*command: str) -> int:
    """Any command of manage.py, for the hitl that runs from here."""
    try:
        home = Home.of(os.environ)
        running = home.running()
        if not running:
            raise Trouble("hitl has not been started from this folder yet: `make run`.")
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    secret = os.environ.get("SECRET_KEY") or home.secret("secret_key")
    environment = {"HITL_VAR": str(home.var), **running, **os.environ, "SECRET_KEY": secret}
    return subprocess.call([sys.executable, str(CODE / "manage.py"), *command], env=environment)


if __name__ == "__main__":
    sys.exit(main("sign_in"))
