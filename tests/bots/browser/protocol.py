"""The whole CDP of an installed Chromium, asked of a headless one with a port on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import re
import tempfile
from urllib.request import urlopen


async def methods_of(executable: str) -> set[str]:
    with tempfile.TemporaryDirectory() as profile:
        process = await asyncio.create_subprocess_exec(
            executable, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
            f"--user-data-dir={profile}", "about:blank",
            env={"HOME": profile, "PATH": os.environ["PATH"]},
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            return await asyncio.to_thread(_methods, await _port(process))
        finally:
            process.terminate()
            await process.wait()


async def _port(process: asyncio.subprocess.Process) -> int:
    assert process.stderr is not None
    async with asyncio.timeout(20):
        async for line in process.stderr:
            if found := re.search(rb"listening on ws://127\.0\.0\.1:(\d+)/", line):
                return int(found[1])
    raise AssertionError("Chromium ended")


def _methods(port: int) -> set[str]:
    with urlopen(f"http://127.0.0.1:{port}/json/protocol") as answer:
        domains = json.load(answer)["domains"]
    return {f"{domain['domain']}.{command['name']}" for domain in domains for command in domain.get("commands", [])}
