"""Going to another page: on purpose (navigate) and as the effect of a step (assertedEvents)."""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, Response
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bots.script.kinds import check_address
from bots.script.place import Place
from bots.script.problems import Wrong, printable, quoted
from bots.script.schema import Navigate, Step
from bots.script.stage import PAGE_TIMEOUT, Deadline
from bots.script.trouble import StepError, not_reached, place_of, seconds


async def navigate(step: Navigate, place: Place) -> None:
    """Open the address. Neither a download nor a page that never stops loading is a failure, once it can be used."""
    try:
        check_address(step.url)
    except Wrong as wrong:
        raise StepError(wrong.message) from None
    downloads = place.stage.downloads
    try:
        response = await _goto(step.url, place)
    except PlaywrightTimeout:
        await _stop(place)
        message = f"{quoted(place_of(step.url))} did not load within {seconds(place.deadline.span)}."
        raise StepError(message, _LONGER) from None
    except PlaywrightError as error:
        if place.page.is_closed():
            raise
        await _other_way(step.url, str(error), place, downloads)
        return
    if response and (why := await place.stage.refusal_in(response)):
        raise StepError(f"{quoted(place_of(step.url))} could not be opened.", printable(why)[:300])
    if response and response.status >= 400:
        place.note(f"{quoted(place_of(step.url))} answered with status {response.status}.")
    await settle(place.frame, place, place.deadline)


async def _goto(url: str, place: Place) -> Response | None:
    """Go there. The browser may still be busy showing that the address before could not be opened."""
    try:
        return await place.frame.goto(url, wait_until="domcontentloaded", timeout=place.left)
    except PlaywrightError as error:
        if 'interrupted by another navigation to "chrome-error:' not in str(error):
            raise
        return await place.frame.goto(url, wait_until="domcontentloaded", timeout=place.left)


_LONGER = "The site may be slow or down. A longer timeout in the step gives it more time."


async def _stop(place: Place) -> None:
    """Give the navigation up. A page that goes on waiting for a site answers nobody, the next to attach included."""
    with contextlib.suppress(PlaywrightError):
        session = await place.stage.session(place.page)
        await session.send("Page.stopLoading")


async def _other_way(url: str, text: str, place: Place, downloads: int) -> None:
    """The navigation did not end in the page that was asked for: a download, somewhere else, or nowhere."""
    may_be_download = "Download is starting" in text or "ERR_ABORTED" in text
    if may_be_download and await place.stage.has_downloaded(downloads):
        return
    if "interrupted by another navigation" in text:
        place.note(f"{quoted(place_of(url))} went on to another page at once.")
        await settle(place.frame, place, place.deadline)
    elif "ERR_ABORTED" in text:
        raise StepError(f"{quoted(place_of(url))} sent no page to show.", "The browser stays on the page before.")
    else:
        raise not_reached(url, text)


async def settle(frame: Frame, place: Place, deadline: Deadline) -> None:
    """Wait until the page has loaded; when time is up, a page that can be used is good enough."""
    try:
        await frame.wait_for_load_state("load", timeout=deadline.left)
    except PlaywrightTimeout:
        await _usable(frame, deadline)
        place.note(f"The page was still loading after {seconds(deadline.span)}; the bot went on.")
    except PlaywrightError:
        if not frame.is_detached():
            raise


async def _usable(frame: Frame, deadline: Deadline) -> None:
    try:
        await frame.wait_for_load_state("domcontentloaded", timeout=1)
    except PlaywrightTimeout:
        message = f"{quoted(place_of(frame.url))} did not load within {seconds(deadline.span)}."
        raise StepError(message, _LONGER) from None


class Arrival:
    """Around a step that is expected to lead to another page: listens before the step acts, waits when it has."""

    def __init__(self, step: Step, place: Place) -> None:
        self.place = place
        self.is_expected = bool(step.asserted_events) and not isinstance(step, Navigate)
        self.span = place.stage.time_for(step, PAGE_TIMEOUT)
        self._arrived = asyncio.Event()

    async def __aenter__(self) -> Arrival:
        if self.is_expected:
            self.place.page.on("framenavigated", self._navigated)
            self.place.page.on("close", self._closed)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if not self.is_expected:
            return
        try:
            if error is None:
                await self._wait()
        finally:
            self.place.page.remove_listener("framenavigated", self._navigated)
            self.place.page.remove_listener("close", self._closed)

    def _navigated(self, frame: Frame) -> None:
        if frame in (self.place.frame, self.place.page.main_frame):
            self._arrived.set()

    def _closed(self, _: Any) -> None:
        self._arrived.set()

    async def _wait(self) -> None:
        deadline = Deadline(self.span)
        try:
            await asyncio.wait_for(self._arrived.wait(), deadline.left / 1000)
        except TimeoutError:
            message = (
                f"The page did not go on to another one within {seconds(self.span)}, as it did when this was recorded."
            )
            raise StepError(
                message, f"It is still {quoted(place_of(self.place.page.url))}. It may show an error."
            ) from None
        if self.place.page.is_closed():
            return
        frame = self.place.page.main_frame if self.place.frame.is_detached() else self.place.frame
        if frame.url.startswith("chrome-error:"):
            raise StepError("The page that the step led to could not be opened.", "The site may be down.")
        await settle(frame, self.place, deadline)
