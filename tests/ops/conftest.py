"""A broker of the tests' own."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hitl.up.broker import Broker
from hitl.up.home import Home
from tests.waiting import until


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="hitl-broker-") as folder:
        Path(folder, "log").mkdir()
        broker = Broker(Home(Path(folder)), {"PATH": os.defpath})
        process = subprocess.Popen(broker.command())
        assert until(broker.answers)
        yield broker
        process.kill()
        process.wait()
