"""One headless Chromium and one site for all tests that play steps; each test attaches anew, as a runner does."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import settings
from playwright.async_api import Browser, Playwright

from bots.script import Given, Outcome, Stage, load, play
from hitl.up.ports import free_port
from tests.bots.script.site import site as serve
from tests.machine import LIGHT

settings.register_profile("script", deadline=None)  # a busy machine is no failure
settings.load_profile("script")

Play = Callable[..., Awaitable[Outcome]]


@pytest.fixture(scope="package")
def site() -> Iterator[str]:
    with serve() as address:
        yield address


@asynccontextmanager
async def listening(driver: Playwright, executable: str, artifacts: Path) -> AsyncIterator[str]:
    """A Chromium that can be attached to. Without a sandbox, since it only ever sees the pages of this folder."""
    port = free_port()
    browser = await driver.chromium.launch(
        executable_path=executable, chromium_sandbox=False, args=[f"--remote-debugging-port={port}"],
        artifacts_dir=artifacts,
    )  # fmt: skip
    yield f"http://127.0.0.1:{port}"
    await browser.close()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def endpoint(driver: Playwright, chromium: str, artifacts: Path) -> AsyncIterator[str]:
    """What is done within a page is the same in the one without a window of its own, for half of the work."""
    async with listening(driver, shutil.which(LIGHT) or chromium, artifacts) as address:
        yield address


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def whole_endpoint(driver: Playwright, chromium: str, artifacts: Path) -> AsyncIterator[str]:
    """For tests in which windows, dialogs and downloads come and go: the one that bots have."""
    async with listening(driver, chromium, artifacts) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session")
async def browser(driver: Playwright, endpoint: str, artifacts: Path) -> AsyncIterator[Browser]:
    """Attached, with one empty page and nothing else."""
    browser = await driver.chromium.connect_over_cdp(endpoint, artifacts_dir=artifacts)
    context = browser.contexts[0]
    old = list(context.pages)
    await context.new_page()
    for page in old:
        await page.close()
    await context.clear_cookies()
    yield browser
    await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(browser: Browser, tmp_path: Path) -> Stage:
    async def file(wanted: str) -> tuple[str, Path]:
        """As the runner finds one among the execution's; for one that is not there it waits."""
        while not (found := [name for name in os.listdir(tmp_path) if fnmatch(name, wanted)]):
            await asyncio.sleep(0.01)
        return found[0], tmp_path / found[0]

    return await Stage.of(browser, Given(files=file))


@pytest.fixture
def do(stage: Stage, site: str) -> Play:
    """`await do("click", selectors="#save")`: one step on the stage; `page=` opens one of the pages first."""

    async def one(kind: str, page: str = "", **fields: Any) -> Outcome:
        if page:
            await stage.page.goto(f"{site}/{page}")
        script = load({"title": "", "steps": [{"type": kind, **fields}]})
        return await play(script.steps[0], stage)

    return one
