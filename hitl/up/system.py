"""Programs of the machine: run one and hear what it said, or install a package where that is ours to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from hitl.up.trouble import Trouble


def is_root() -> bool:
    return os.geteuid() == 0


def is_debian() -> bool:
    """Debian itself: Ubuntu's chromium package is a snap, which cannot run as a server's child."""
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return False
    return "ID=debian" in lines and shutil.which("apt-get") is not None


def output_of(command: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[bool, str]:
    """Whether it went well, and all that it said."""
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode == 0, done.stdout.decode(errors="replace")


def apt_install(*packages: str) -> None:
    """As root on a machine with apt."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    output_of(["apt-get", "update", "-q"], environment)
    fine, said = output_of(["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages], environment)
    if not fine:
        raise Trouble(f"apt could not install {' '.join(packages)}: {last_line(said)}")


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
