"""Chromium, started as an execution starts it; and what holds it back."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from bots import sessions
from bots.browser import chromium as installed
from bots.browser import client, network, uids
from hitl.doctor.finding import Finding, fine, look, wrong
from hitl.ids import new_id
from hitl.up.libraries import COMPOSITORS, LIBRARIES, driver_fails
from hitl.up.smoke import smoke_test
from hitl.up.trouble import Trouble

OLD = 45  # days since this Chromium was built; a new one comes every four weeks
DAY = 24 * 3600


def chromium() -> Iterator[Finding]:
    """Found, started in its sandbox with a page, asked, and ended again."""
    try:
        executable = installed.find(settings.CHROMIUM or None)
        began = time.monotonic()
        asyncio.run(_started_and_ended())
    except installed.NotStarted as why:
        yield wrong("Chromium", str(why), "`make run` installs one; or: apt install chromium.")
        return
    except (client.StartFailed, OSError) as why:
        yield wrong("Chromium", f"It does not start. {why}", _explained(executable))
        return
    seconds, sandbox = time.monotonic() - began, "in its sandbox" if settings.CHROMIUM_SANDBOX else "without a sandbox"
    yield fine("Chromium", f"{_version(executable)} starts {sandbox} in {seconds:.1f} s ({executable}).")
    yield from _age(executable)


async def _started_and_ended() -> None:
    token = secrets.token_urlsafe(32)
    config = client.Config(
        token=token,
        folder=sessions.folder() / new_id("dry"),
        chromium=settings.CHROMIUM or None,
        sandbox=settings.CHROMIUM_SANDBOX,
        max_age=60,
    )
    started = await client.start(config)
    async with client.ControlLine(started.address, token) as control:
        await _end(control, await control.call("status"))


async def _end(control: client.ControlLine, status: dict[str, Any]) -> None:
    await control.call("end", reason="the doctor has seen enough")
    if not status["alive"]:
        raise client.StartFailed(f"It came up and went away. {status.get('reason') or ''}".strip())


def _explained(executable: str) -> str:
    """A second look with a Chromium alone, whose words are known."""
    try:
        smoke_test(executable, settings.CHROMIUM_SANDBOX)
    except Trouble as trouble:
        return str(trouble)
    return f"Chromium alone starts here, so look at what the live view needs: {' '.join(COMPOSITORS)}."


def _version(executable: str) -> str:
    said = subprocess.run([executable, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    found = re.search(r"\d+(\.\d+)+", said)
    return f"Chromium {found[0]}" if found else "Chromium"


def _age(executable: str) -> Iterator[Finding]:
    days = int((time.time() - Path(executable).stat().st_mtime) / DAY)
    if days > OLD:
        yield look("Chromium", f"It was built {days} days ago.", "Update it: pages of strangers are opened in it.")


def driver() -> Iterator[Finding]:
    """Playwright's, by which workers carry out steps."""
    if said := driver_fails():
        do = f"Install the libraries that it needs: apt install {' '.join(LIBRARIES)}."
        yield wrong("Driver", f"Playwright's driver does not start: {said}", do)
    else:
        yield fine("Driver", "Playwright's driver starts.")


def cut_off() -> Iterator[Finding]:
    """The users that Chromium runs as, and whether the kernel keeps it off the network."""
    if os.geteuid() == 0:
        try:
            uids.take().close()
            yield fine("Users", "Each browser runs as an unprivileged user of its own (60000 to 60999).")
        except (uids.NoUid, OSError) as why:
            yield wrong("Users", str(why), "End what runs as these users, or make /run/hitl writable.")
    else:
        yield look("Users", "Browsers run as the worker's own user.", "Start workers as root: each gets its own then.")
    try:
        network.apart(lambda: None)
        yield fine("Network", "The kernel keeps Chromium off the network; its only way out is hitl's.")
    except network.Unavailable as why:
        do = "Start workers as root (or with CAP_NET_ADMIN and iproute2), or keep pages off your network by a firewall."
        yield look("Network", f"{why} Chromium is held back by its proxy settings alone.", do)
