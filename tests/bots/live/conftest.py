import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bots.browser.chromium import find
from bots.live.compositor import Compositor
from bots.live.viewer import Patience

from .chromium import UID
from .engine import Engine
from .rig import Rig
from .shared import Shared

CHROMIUM = find(os.environ.get("HITL_CHROMIUM"))
FAILED = pytest.StashKey[bool]()


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


@pytest.fixture(scope="package")
async def shared(the_compositor: Compositor, display: Path) -> AsyncIterator[Shared]:
    """Ends with the tests of this folder: what comes then shares the processors with no Chromium of ours."""
    shared = Shared(CHROMIUM, the_compositor, display)
    yield shared
    await shared.stop()


@pytest.fixture
async def rigs(
    request: pytest.FixtureRequest, compositor: Compositor, shared: Shared
) -> AsyncIterator[Callable[..., Awaitable[Rig]]]:
    """One rig for a test. Marked `own_chromium`, it has one of its own; and the next has another where it fails."""
    started: list[Rig] = []
    own = request.node.get_closest_marker("own_chromium") is not None

    async def start(patience: Patience | None = None) -> Rig:
        started.append(await Rig.start(compositor, await shared.take(new=own), patience))
        return started[-1]

    yield start
    for rig in started:
        await rig.stop()
        await shared.give_back(good=not own and not request.node.stash.get(FAILED, False))


@pytest.fixture
async def rig(rigs: Callable[..., Awaitable[Rig]]) -> Rig:
    return await rigs()


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    """Whoever is there when a test ends, leaves."""
    engine = Engine()
    yield engine
    for person in engine.people:
        person.pictures.leave()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report
