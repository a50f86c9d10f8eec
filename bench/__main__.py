"""`make bench`: start the whole product, measure it as its users meet it, write bench/RESULTS.md.

`python -m bench loop steps` runs the named parts only (loop, steps, paused, pages, live_view) and prints them without
writing. Words that name no part choose within live_view: see there.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import tempfile
from pathlib import Path

PARTS = ("loop", "steps", "paused", "pages", "live_view")
# Seconds for one part; a figure that never comes ends the run instead of holding the machine.
LONGEST = {"live_view": 1500}
USUALLY = 300


def main(words: list[str]) -> int:
    parts, choices = [word for word in words if word in PARTS], [word for word in words if word not in PARTS]
    var = Path(tempfile.mkdtemp(prefix="hitl-bench-"))
    var.chmod(0o711)  # the browsers' own users pass through
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "hitl.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # one task at a time asks the database here
        "SECRET_KEY": secrets.token_hex(25),
        "HITL_VAR": str(var),
    }
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that what was started is ended too
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test import override_settings

    call_command("migrate", verbosity=0)
    from bench import results
    from hitl.up import chromium
    from tests.conftest import end_everything, publishing_to
    from tests.stack import Stack, database_url

    browser = os.environ.get("HITL_CHROMIUM") or next(chromium.found(os.environ))
    database = database_url(settings.DATABASES["default"])
    stack = Stack(var, database, "", browser, settings.SECRET_KEY)
    stack.environment["HITL_MAX_SESSIONS"] = "100"
    layers = {
        "default": {
            **settings.CHANNEL_LAYERS["default"],
            "CONFIG": {"prefix": "hitl", "hosts": [stack.environment["REDIS_URL"]]},
        }
    }
    with stack, publishing_to(stack.environment["REDIS_URL"]), override_settings(CHANNEL_LAYERS=layers):
        try:
            rows = asyncio.run(measure(stack, browser, parts or list(PARTS), choices))
        finally:
            end_everything()
    print(results.table(rows))
    if not parts:
        results.write(rows, browser)
    return 0


async def measure(stack: object, browser: str, parts: list[str], choices: list[str]) -> list[object]:
    from importlib import import_module

    rows: list[object] = []
    for part in parts:
        print(f"Measuring: {part} ...", flush=True)
        more = choices if part == "live_view" else []
        async with asyncio.timeout(LONGEST.get(part, USUALLY)):
            rows += await import_module(f"bench.{part}").measure(stack, browser, *more)
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
