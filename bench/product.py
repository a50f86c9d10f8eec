"""The whole product on an empty database of its own, for whoever measures it or looks at it by hand."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.stack import Stack


@contextmanager
def product(**more: str) -> Iterator[Stack]:
    """`more`: of the environment of its processes."""
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
    from hitl.up import chromium
    from tests.conftest import end_everything, publishing_to
    from tests.stack import Stack, database_url

    browser = os.environ.get("HITL_CHROMIUM") or next(chromium.found(os.environ))
    stack = Stack(var, database_url(settings.DATABASES["default"]), "", browser, settings.SECRET_KEY)
    stack.environment |= more
    broker = stack.environment["REDIS_URL"]
    layer = {**settings.CHANNEL_LAYERS["default"], "CONFIG": {"prefix": "hitl", "hosts": [broker]}}
    ours = override_settings(CHANNEL_LAYERS={"default": layer}, BASE_URL=stack.base_url)
    with stack, publishing_to(broker), ours:
        try:
            yield stack
        finally:
            end_everything()
