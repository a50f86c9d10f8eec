"""Work beside: it is kept until it ends, and what goes wrong in it is told, but not in its own words."""

from __future__ import annotations

import asyncio

import pytest

from bots.browser.beside import Beside

WORDS = "CANARY"


async def fails() -> None:
    raise KeyError(WORDS)


async def test_an_error_is_logged_with_its_place_and_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    beside = Beside()
    beside.start(fails())
    await beside.settle()
    assert "KeyError" in caplog.text
    assert "in fails" in caplog.text
    assert WORDS not in caplog.text


async def test_whoever_wants_to_hear_of_errors_does(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[BaseException] = []
    beside = Beside(heard.append)
    beside.start(fails())
    await beside.settle()
    assert [type(error) for error in heard] == [KeyError]
    assert not caplog.records


async def test_what_is_called_off_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    beside = Beside()
    task = beside.start(asyncio.sleep(3600))
    beside.cancel()
    await beside.settle()
    assert task.cancelled()
    assert not caplog.records
