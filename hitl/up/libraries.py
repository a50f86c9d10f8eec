"""What pip cannot bring: libraries of the system, and `ip`. The smallest machines and containers have none of them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator

from playwright._impl._driver import compute_driver_executable

from hitl.up.system import apt_install, is_root, last_line, output_of
from hitl.up.trouble import Trouble

COMPOSITORS = ("libgbm1", "libpixman-1-0", "libxkbcommon0", "libwayland-server0")
LIBRARIES = (*COMPOSITORS, "libatomic1")  # the last one is for the Node that Playwright's driver runs on
PACKAGES = (*LIBRARIES, "iproute2")  # with which root gives each browser a network of its own
Say = Callable[[str], None]


def complete(say: Say) -> None:
    """Trouble, with a sentence, where something is lacking that no bot or person can do without."""
    lacks = list(lacking())
    why = None
    if lacks or not shutil.which("ip"):
        try:
            bring(say)
        except Trouble as trouble:
            why = trouble
    if lacks and (lacks := list(lacking())):
        raise why or Trouble(f"{' '.join(lacks)} Install what is lacking: sudo apt install {' '.join(LIBRARIES)}")


def bring(say: Say) -> None:
    """As root with apt: install them. Trouble where that cannot be done."""
    if is_root() and shutil.which("apt-get"):
        say("Installing libraries that hitl needs ...")
        apt_install(*PACKAGES)


def lacking() -> Iterator[str]:
    """A sentence for each of those that do not start."""
    for what, fails in (("The live view", compositor_fails), ("Playwright's driver", driver_fails)):
        if said := fails():
            yield f"{what} does not start ({said})."


def compositor_fails() -> str:
    """What it says; nothing where it is well. pixelflux makes the live view's pictures."""
    return _fails(sys.executable, "-c", "import pixelflux")


def driver_fails() -> str:
    """What it says; nothing where it is well. Without it a worker carries out no step. Playwright's own, pinned, knows
    where the driver's Node lies."""
    node, _ = compute_driver_executable()
    return _fails(node, "--version")


def _fails(*command: str) -> str:
    try:
        fine, said = output_of(command, os.environ)
    except OSError as error:  # for another kind of machine, or another C library
        return f"{command[0]}: {error.strerror}"
    return "" if fine else last_line(said)
