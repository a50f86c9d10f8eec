"""`make bench`: start the whole product, measure it as its users meet it, write bench/RESULTS.md.

`python -m bench loop steps` runs the named parts only (loop, steps, paused, pages) and prints them without writing.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import tempfile
from pathlib import Path

PARTS = ("loop", "steps", "paused", "pages")


def main(parts: list[str]) -> int:
    var = Path(tempfile.mkdtemp(prefix="hitl-bench-"))
    var.chmod(0o711)  # the browsers' own users pass through
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "hitl.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # one task at a time asks the database here
        "SECRET_KEY": secrets.token_hex(25),
        "HITL_VAR": str(var),
        "HITL_MAX_SESSIONS": "100",
    }
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from bench import results
    from hitl.up import chromium
    from tests.conftest import publishing_to
    from tests.stack import Stack, database_url

    browser = os.environ.get("HITL_CHROMIUM") or next(chromium.found(os.environ))
    database = database_url(settings.DATABASES["default"])
    with Stack(var, database, "", browser, settings.SECRET_KEY) as stack, publishing_to(stack.environment["REDIS_URL"]):
        rows = asyncio.run(measure(stack, browser, parts or list(PARTS)))
    print(results.table(rows))
    if not parts:
        results.write(rows, browser)
    return 0


async def measure(stack: object, browser: str, parts: list[str]) -> list[object]:
    from importlib import import_module

    rows: list[object] = []
    for part in parts:
        print(f"Measuring: {part} ...", flush=True)
        rows += await import_module(f"bench.{part}").measure(stack, browser)
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
