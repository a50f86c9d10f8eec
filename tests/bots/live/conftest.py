import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from bots.browser.chromium import find
from bots.live.compositor import Compositor
from bots.live.viewer import Patience

from .chromium import UID, Chromium
from .rig import Rig, fact

CHROMIUM = find(os.environ.get("HITL_CHROMIUM"))


@pytest.fixture(scope="session")
def runtime() -> Iterator[Path]:
    """Short, for a socket's path may not be long, and open to the user that Chromium runs as."""
    with tempfile.TemporaryDirectory(prefix="live-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture(scope="session")
def the_compositor(runtime: Path) -> Compositor:
    return Compositor.start(1280, 720, runtime, uid=UID)


@pytest.fixture(scope="session")
def display(runtime: Path, the_compositor: Compositor) -> Path:
    return runtime / the_compositor.display


@pytest.fixture
def compositor(the_compositor: Compositor) -> Iterator[Compositor]:
    """A process has one compositor; each test finds it in its first size."""
    yield the_compositor
    if (the_compositor.width, the_compositor.height) != (1280, 720):
        the_compositor.resize(1280, 720)


@pytest.fixture
async def rigs(compositor: Compositor, display: Path) -> AsyncIterator[Callable[..., Awaitable[Rig]]]:
    started: list[Rig] = []

    async def start(patience: Patience | None = None) -> Rig:
        await fact(lambda: not compositor.windows())  # of the test before
        chromium = await Chromium.start(CHROMIUM, display)
        started.append(await Rig.start(compositor, chromium, patience))
        await fact(compositor.windows)
        return started[-1]

    yield start
    for rig in started:
        await rig.stop()


@pytest.fixture
async def rig(rigs: Callable[..., Awaitable[Rig]]) -> Rig:
    return await rigs()
