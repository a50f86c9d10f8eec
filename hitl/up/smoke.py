"""Does this Chromium start here, in its sandbox, and render a page? If not: a sentence on what to do."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hitl.up.system import is_root, last_line
from hitl.up.trouble import Trouble

PATIENCE = 40  # seconds; a cold disk is slow
PAGE = "data:text/html,<p id=sum></p><script>sum.textContent=6*7+'!'</script>"
RENDERED = "42!"
FLAGS = [
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
]


class NoSandbox(Trouble):
    """The machine's fault, not this Chromium's: another one would fail alike."""


def smoke_test(chromium: str, sandbox: bool = True) -> None:
    """Raises Trouble unless this Chromium renders a page of one line."""
    with _profile() as profile:
        command = [chromium, *FLAGS, f"--user-data-dir={profile}", *([] if sandbox else ["--no-sandbox"])]
        said, rendered = _run([*command, "--dump-dom", PAGE], profile)
    if not rendered:
        raise _explained(chromium, said)


def _run(command: list[str], profile: str) -> tuple[str, bool]:
    environment = {"HOME": profile, "PATH": os.defpath, "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            command, cwd="/", env=environment, capture_output=True, timeout=PATIENCE, check=False, **_person()
        )
    except subprocess.TimeoutExpired as late:
        return f"no answer within {PATIENCE} seconds. " + (late.stderr or b"").decode(errors="replace"), False
    except OSError as error:
        return f"{error.strerror}: {error.filename}", False
    return done.stderr.decode(errors="replace"), RENDERED in done.stdout.decode(errors="replace")


def _person() -> dict[str, Any]:
    """Root never runs a browser: it is started as `nobody`, as in earnest."""
    if not is_root():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def _profile() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="hitl-smoke-")
    try:
        if person := _person():
            os.chown(folder, person["user"], person["group"])
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _explained(chromium: str, said: str) -> Trouble:
    if re.search(r"No usable sandbox|sandbox helper binary|zygote_host_impl|credentials\.cc", said):
        return NoSandbox(
            "Chromium starts, but not in its sandbox: this machine forbids user namespaces. Allow them (sudo sysctl "
            "-w kernel.apparmor_restrict_unprivileged_userns=0, or kernel.unprivileged_userns_clone=1; in a "
            "container: --security-opt seccomp=unconfined), or set HITL_CHROMIUM_NO_SANDBOX=1 if only pages that "
            "you trust will be opened."
        )
    if missing := re.search(r"error while loading shared libraries: ([^:]+):", said):
        return Trouble(
            f"Chromium at {chromium} lacks the library {missing[1]}: install what it needs "
            "(sudo .venv/bin/python -m playwright install-deps chromium) and start again."
        )
    if "Permission denied" in said and is_root():
        return Trouble(
            f"Chromium at {chromium} cannot be run by the user nobody, as whom hitl starts it when it is root: put "
            "it where everybody may read it, or name another by HITL_CHROMIUM."
        )
    return Trouble(
        f"Chromium at {chromium} does not start ({last_line(said)}): try it by hand, update it, "
        "or name another by HITL_CHROMIUM."
    )
