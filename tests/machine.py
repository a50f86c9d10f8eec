"""What the tests need of the machine: a Chromium as hitl finds or installs it, and a lighter one for the person."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from functools import partial

from hitl.up import chromium, libraries
from hitl.up.system import apt_install, is_debian, is_root
from hitl.up.trouble import Trouble

LIGHT = "chromium-headless-shell"  # Debian's, in the same version; its pages cost half, for it has no window of its own


def set_up() -> None:
    """Raises Trouble with a sentence where no Chromium starts. Without the lighter one all is slower, nothing else."""
    say = partial(print, flush=True)
    chromium.choose(os.environ, say)
    libraries.complete(say)
    if not shutil.which(LIGHT) and is_root() and is_debian():
        with suppress(Trouble):
            apt_install(LIGHT)
