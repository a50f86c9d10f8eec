"""A broker of the tests' own."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hitl.up.broker import Broker
from hitl.up.home import Home


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="hitl-broker-") as folder:
        Path(folder, "log").mkdir()
        broker = Broker(Home(Path(folder)), {"PATH": os.defpath})
        process = subprocess.Popen(broker.command())
        until = time.monotonic() + 20
        while not broker.answers() and time.monotonic() < until:
            time.sleep(0.05)
        yield broker
        process.kill()
        process.wait()
