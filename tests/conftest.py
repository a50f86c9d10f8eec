"""Real parts for the tests: people, a mail server, the product's processes, and a browser for the person."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings
from playwright.async_api import Browser, Playwright, async_playwright
from pytest_django import DjangoDbBlocker

from bots import sessions
from bots.models import BrowserSession, Execution
from hitl import celery_app
from hitl.states import WrongState
from hitl.tenants.people import SYSTEM
from hitl.up import chromium as chromiums
from tests import left
from tests.at_once import AtOnce
from tests.machine import LIGHT
from tests.mailsink import MailSink
from tests.people import People, everybody
from tests.person import DESKTOP, PHONE, Desks, Person
from tests.recall import Recall
from tests.stack import Stack, database_url

Reporter = Callable[[], str]
REPORTERS = pytest.StashKey[dict[str, Reporter]]()
SITTING_DOWN = Callable[..., Awaitable[Person]]


# Folders whose tests take longest. They begin first, so that no process is left alone with them at the end.
FIRST = ["stories", "ground", "pages", "browser", "live", "live_page", "tenants", "script"]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The pass on PostgreSQL opens only files in which its mark stands: all others would take each process seconds."""
    is_test = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
    if config.option.markexpr == "database" and is_test and "mark.database" not in collection_path.read_text():
        return True
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is true of PostgreSQL alone is looked for nowhere else."""
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        items[:] = [item for item in items if not item.get_closest_marker("postgresql")]
    items.sort(key=lambda item: ([*FIRST, item.path.parent.name].index(item.path.parent.name), item.path))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Any:
    """What comes here stays: to look for rubbish in it again and again took half of the time."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left() -> Iterator[None]:
    """F30: whatever the tests have started ends with them, and its temporary files go."""
    yield
    assert left.anything() == []


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """What the test before did too often, or a moment ago, is held against nobody in this one."""
    cache.clear()


@pytest.fixture(scope="session")
def recall() -> Recall:
    return Recall()


@pytest.fixture
def people(db: None) -> People:
    """Ann, Bob, Vic and Sam."""
    return everybody()


@pytest.fixture
def at_once(db: None) -> Iterator[AtOnce]:
    """`at_once(lambda: …, lambda: …)`."""
    at_once = AtOnce()
    yield at_once
    at_once.end()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The Chromium of this machine, for bots and for people."""
    named = os.environ.get("HITL_CHROMIUM")
    found = named or next(chromiums.found(os.environ), None)
    assert found, "no Chromium on this machine: run `make run` once, or set HITL_CHROMIUM"
    return found


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@pytest.fixture
def mail(mail_server: MailSink) -> MailSink:
    """The mail server in a good mood, with nothing received yet."""
    mail_server.forget()
    return mail_server


@pytest.fixture(scope="session")
def processes(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, mail_server: MailSink, chromium: str
) -> Iterator[Stack]:
    """Started once for all stories."""
    url = database_url(settings.DATABASES["default"])
    collected = Path(settings.FOR_ALL, "collected")
    with Stack(Path(settings.VAR), url, mail_server.url, chromium, settings.SECRET_KEY, collected) as stack:
        with django_db_blocker.unblock():
            stack.rest()
        yield stack


@contextmanager
def publishing_to(broker: str) -> Iterator[None]:
    """What the test itself starts reaches the stack's worker: the pools are kept per address, so they are let go."""
    before = celery_app.conf.broker_url
    for url in (broker, before):
        celery_app.conf.broker_url = celery_app.conf.broker_write_url = url
        celery_app._pool = celery_app.amqp._producer_pool = None
        if url == broker:
            yield


@pytest.fixture
def stack(request: pytest.FixtureRequest, transactional_db: None, processes: Stack, mail: MailSink) -> Iterator[Stack]:
    """The whole product with an empty database. What it says goes into the report of a test that fails."""
    processes.wake()
    processes.all_run()
    processes.mark()
    for name in ("web", "worker", "sweeper"):
        _reports(request, f"{name} said", lambda name=name: processes.said(name)[-6000:])  # type: ignore[misc]
    broker = processes.environment["REDIS_URL"]
    with override_settings(BASE_URL=processes.base_url), publishing_to(broker):
        yield processes
        processes.all_run()
        end_everything()
    processes.rest()


def end_everything() -> None:
    """No execution and no browser outlives its test: the rows they belong to are about to go."""
    for execution in Execution.objects.alive():
        try:
            execution.cancel(SYSTEM)
        except WrongState:
            continue  # it has just ended by itself
    for session in BrowserSession.objects.live().select_related("execution"):
        async_to_sync(sessions.end)(session)


@pytest_asyncio.fixture(scope="session")
async def driver() -> AsyncIterator[Playwright]:
    """Playwright's, which takes a second to start."""
    async with async_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Playwright's own temporary files: it does not always find the time to remove them."""
    return tmp_path_factory.mktemp("playwright")


@pytest_asyncio.fixture(scope="session")
async def browser(driver: Playwright, chromium: str, artifacts: Path) -> AsyncIterator[Browser]:
    """The person's Chromium; without the window of its own, where that one is found, its pages cost half."""
    light = shutil.which(LIGHT)
    one_process = ["--process-per-site"]  # for the pages of a context, those of the next test included
    browser = await driver.chromium.launch(executable_path=light or chromium, artifacts_dir=artifacts, args=one_process)
    yield browser
    await browser.close()


@pytest.fixture(scope="session")
def desks(browser: Browser) -> Desks:
    return Desks(browser)


@pytest_asyncio.fixture(loop_scope="session")
async def sits_down(request: pytest.FixtureRequest, desks: Desks, stack: Stack) -> AsyncIterator[SITTING_DOWN]:
    """`ann = await sits_down(people.ann)`, or `await sits_down(device=PHONE)` for somebody without an account."""
    seated: list[Person] = []

    async def sit_down(user: Any = None, device: dict[str, Any] = DESKTOP) -> Person:
        person = await Person.with_a(await desks.take(stack.base_url, device), stack.base_url)
        seated.append(person)
        _reports(request, f"page of {user or 'a guest'}", person.report)
        if user is not None:
            await person.is_signed_in_as(user)
        return person

    yield sit_down
    for person in seated:
        person.leaves()
        await desks.give_back(person.context)
    assert [error for person in seated for error in person.errors] == []


@pytest_asyncio.fixture(loop_scope="session")
async def phone(sits_down: SITTING_DOWN) -> Person:
    """Somebody without an account, at a phone."""
    return await sits_down(device=PHONE)


async def becomes(question: Callable[[], Any], *wanted: Any, patience: float = 40) -> Any:
    """Ask the database until the answer is one of these; the answer."""
    async with asyncio.timeout(patience):
        while (answer := await facts(question)) not in wanted:
            await asyncio.sleep(0.05)
    return answer


async def facts(question: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Ask the database from a test that runs in an event loop."""
    return await database_sync_to_async(question)(*arguments, **named)


def _reports(request: pytest.FixtureRequest, title: str, reporter: Reporter) -> None:
    request.node.stash.setdefault(REPORTERS, {})[title] = reporter


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """A test that fails shows what processes and pages had to say."""
    report = yield
    if report.failed:
        for title, reporter in item.stash.get(REPORTERS, {}).items():
            report.sections.append((title, reporter()))
    return report
