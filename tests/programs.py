"""Stand-ins for programs of the machine: what they do is a line of shell."""

from __future__ import annotations

from pathlib import Path


def program(path: Path, script: str) -> str:
    """One that every user may run, in a folder that every user may enter; its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    path.parent.chmod(0o755)
    return str(path)
