"""Where steps are played: an attached browser's page, its windows, and the values that variables stand for.

A stage lives as long as one attachment. It takes the page as it finds it: nothing is remembered from before a person
had the browser, since they may have closed, opened and moved anything.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import Browser, BrowserContext, CDPSession, Dialog, Download, Frame, Page, Response
from playwright.async_api import Error as PlaywrightError

from bots.script import variables as names
from bots.script.ours import RequestHuman
from bots.script.problems import Wrong, printable, quoted
from bots.script.schema import Step
from bots.script.secrecy import Veil, limits_of, masked
from bots.script.selectors import SOURCE, question
from bots.script.trouble import BrowserLost, StepError, place_of, seconds
from bots.script.windows import LIKENESS, LOOK, shown_page

NEXT_FRAME = "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
PAINTED_WITHIN = 0.5  # seconds
STEP_TIMEOUT = 5_000  # as in Chrome's replay
PAGE_TIMEOUT = 30_000  # for going to another page
WHEN_GRACE = 1_500  # how long `when` waits for what a page may just be about to show
MOST_WINDOWS = 20
MOST_NOTES = 20  # of one step; a page can ask in a loop
MOST_OUTPUT = 1_000_000  # characters of an execution's output; it is one value of one row, and read with it
TOO_MUCH = f"With this the execution's output would hold more than {MOST_OUTPUT:,} characters, which is all that fits."
REFUSED = "x-hitl-refused"  # stands in the answers of the browser's own way out, which say why in the body

IsRefusal = Callable[[str, str, str], bool]  # (address, what stands in the header, sentence)

Files = Callable[[str], Awaitable[tuple[str, Path]]]
SomeStep = TypeVar("SomeStep", bound=Step)


class Deadline:
    """A span of time that several waits share."""

    def __init__(self, milliseconds: float) -> None:
        self.span = milliseconds
        self._end = asyncio.get_running_loop().time() + milliseconds / 1000

    @property
    def left(self) -> float:
        """Milliseconds; never 0, which Playwright takes for “for ever”."""
        return max(1.0, (self._end - asyncio.get_running_loop().time()) * 1000)

    @property
    def is_over(self) -> bool:
        return asyncio.get_running_loop().time() >= self._end


@dataclass(frozen=True, kw_only=True)
class Given:
    """What an execution brings to its stage."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    sealed: Iterable[str] = ()  # the names of the answers that are secret
    secrets: Mapping[str, Any] = field(default_factory=dict)
    sites: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of each secret that may be typed there alone
    files: Files | None = None  # finds the file of a name, its whole name and where it lies; waits until there is one
    timeout: int | None = None  # the script's, for its steps
    is_refusal: IsRefusal = lambda url, mark, sentence: False  # whether it is the browser's own way out that answers


class Stage:
    """Made with `of`; one at a time per attached browser."""

    def __init__(self, context: BrowserContext, page: Page, given: Given) -> None:
        self.context, self.page = context, page
        self.variables, self.outputs, self.answers = dict(given.variables), dict(given.outputs), dict(given.answers)
        self.secrets, self.sites, self.sealed = dict(given.secrets), dict(given.sites), frozenset(given.sealed)
        self.files, self.timeout, self.is_refusal = given.files, given.timeout, given.is_refusal
        self._notes: list[str] = []
        self._unnoted = 0
        self.downloads = 0
        self._flooded = False
        self._full = len(context.pages) > MOST_WINDOWS  # as somebody's flood has left it, which may still go on
        self._changed = asyncio.Event()
        self._sessions: dict[Page, CDPSession] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @classmethod
    async def of(cls, browser: Browser, given: Given | None = None, front: str = "") -> Stage:
        """The stage in this browser, on the page that is shown."""
        if not browser.is_connected():
            raise BrowserLost
        context = browser.contexts[0] if browser.contexts else await browser.new_context()
        await _teach(context)
        stage = cls(context, await shown_page(context, front), given or Given())
        stage._listen()
        return stage

    # Values

    @property
    def values(self) -> dict[str, Any]:
        """Everything that {{…}} can stand for, now."""
        human = {f"human.{name}": value for name, value in self.answers.items()}
        secret = {f"secrets.{name}": value for name, value in self.secrets.items()}
        return self.variables | self.outputs | human | secret

    def filled(self, step: SomeStep) -> SomeStep:
        """The step with its variables replaced. Raises StepError that names the step, the field and the variable."""
        try:
            return names.filled(step, self.values)
        except names.Missing as missing:
            where = f"Step {step.number}, {missing.field}" if step.number else missing.field
            raise StepError(f"{where}: {{{{{missing.name}}}}} has no value.", _where_from(missing.name)) from None
        except Wrong as wrong:
            raise StepError(wrong.message) from None

    def masked(self, text: str) -> str:
        """The text without any secret, and without what people have answered, which may be one."""
        return masked(text, self._hidden(), self.answers.values())

    def _hidden(self) -> list[Any]:
        """What nobody may read: the secrets, and people's secret answers."""
        return [*self.secrets.values(), *(value for name, value in self.answers.items() if name in self.sealed)]

    async def read(self, result: dict[str, Any]) -> dict[str, Any]:
        """What a step has read, as it can be stored, and without any secret: a page may show what was typed into it.

        Raises StepError where the output would become too long. Looked through in a thread: all executions of a worker
        share this loop, and none could renew its lease meanwhile.
        """
        if sum(len(names.as_text(value)) for value in (self.outputs | result).values()) > MOST_OUTPUT:
            raise StepError(TOO_MUCH, "Read fewer elements, or only the part that is needed, or divide it among bots.")
        fresh = await asyncio.to_thread(self._without_secrets, result)
        self.outputs |= fresh
        return fresh

    def _without_secrets(self, result: dict[str, Any]) -> dict[str, Any]:
        veil = Veil(self._hidden())

        def shown(text: str) -> str:
            return veil.over(printable(text))

        return {
            name: [shown(entry) for entry in value] if isinstance(value, list) else shown(value)
            for name, value in result.items()
        }

    def limits_of(self, step: Step) -> dict[str, Sequence[str]]:
        """The sites of each secret that the step, as it is written, may only bring to these."""
        return limits_of(step, self.sites)

    def time_for(self, step: Step, default: int = STEP_TIMEOUT) -> int:
        """Milliseconds: the step's own, else the script's, else the default."""
        return step.timeout or self.timeout or default

    async def refusal_in(self, response: Response) -> str:
        """Why the browser's own way out did not let it go there; empty where a site has answered, whatever it says."""
        mark = response.headers.get(REFUSED)
        sentence = "" if mark is None else await response.text()
        return sentence if mark and self.is_refusal(response.url, mark, sentence) else ""

    # Windows

    async def main(self) -> Page:
        """The window that steps without a target are played in."""
        if self.page.is_closed():
            self.page = await shown_page(self.context)
        return self.page

    async def target(self, address: str, deadline: Deadline) -> Frame:
        """The window, or foreign frame, with this address; waits for it. Raises StepError."""
        found: Frame = await self.until(lambda: self._at(address), deadline, lambda: self._no_window(address, deadline))
        return found

    def _at(self, address: str) -> Frame | None:
        frames = [page.main_frame for page in self.context.pages] + [
            f for page in self.context.pages for f in page.frames
        ]
        for is_it in LIKENESS:
            if found := next((frame for frame in frames if is_it(frame.url, address)), None):
                return found
        return None

    def _no_window(self, address: str, deadline: Deadline) -> StepError:
        there = ", ".join(quoted(place_of(page.url)) for page in self.context.pages[:5])
        message = f"No window with the address {quoted(place_of(address))} opened within {seconds(deadline.span)}."
        return StepError(message, f"Open are: {there}." if there else "No window is open.")

    async def until(self, look: Callable[[], Any], deadline: Deadline, otherwise: Callable[[], StepError]) -> Any:
        """What `look` finds, looked for again at each change of the windows and frames, else `otherwise` is raised."""
        while True:
            changed = self._changed
            if (found := look()) is not None:
                return found
            if deadline.is_over:
                raise otherwise()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), deadline.left / 1000)

    async def session(self, page: Page) -> CDPSession:
        """A CDP session on the page that stays, because what is emulated ends with it."""
        if page not in self._sessions:
            self._sessions[page] = await self.context.new_cdp_session(page)
        return self._sessions[page]

    async def painted(self) -> None:
        """Until the page has drawn what was done to it, or is found to be too busy (or gone) to say so."""
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(PAINTED_WITHIN):
                page = await self.session(self.page)
                # Playwright's own `evaluate` costs 30 to 40 ms of every new page.
                await page.send("Runtime.evaluate", {"expression": NEXT_FRAME, "awaitPromise": True})

    async def sees(self, request: RequestHuman) -> bool:
        """Whether what `when` names can be seen, in any frame of the page that is shown, or of the one it names."""
        asked = self.filled(request)
        page = await self._named(asked) if _names_window(asked) else await shown_page(self.context)
        if page is None:
            return False
        looks = [asyncio.ensure_future(_appears(frame, question(asked.when or ()))) for frame in page.frames[:50]]
        try:
            for look in asyncio.as_completed(looks):
                if await look:
                    return True
            return False
        finally:
            for look in looks:
                look.cancel()

    async def bring_up(self, request: RequestHuman) -> None:
        """The window that the request names comes to the front, for people to see. Raises StepError without one."""
        if _names_window(request):
            frame = await self.target(str(request.target), Deadline(self.timeout or STEP_TIMEOUT))
            with contextlib.suppress(PlaywrightError):  # it closes just now: people see what is there
                await frame.page.bring_to_front()

    async def _named(self, request: RequestHuman) -> Page | None:
        """None where no such window opens in the time that what is asked about has to appear."""
        with contextlib.suppress(StepError):
            return (await self.target(str(request.target), Deadline(WHEN_GRACE))).page
        return None

    # What happens by itself

    def _listen(self) -> None:
        self.context.on("dialog", self._answer)
        self.context.on("page", self._opened)
        for page in self.context.pages:
            self._follow(page)

    def _follow(self, page: Page) -> None:
        for event in ("framenavigated", "frameattached", "framedetached", "close"):
            page.on(event, self._note_change)
        page.on("download", self._downloaded)

    def _note_change(self, _: Any = None) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _opened(self, page: Page) -> None:
        self._follow(page)
        self._note_change()
        was_full, self._full = self._full, len(self.context.pages) > MOST_WINDOWS
        if self._full:
            self._flooded = self._flooded or not was_full
            closing = asyncio.ensure_future(_close(page))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    def _downloaded(self, download: Download) -> None:
        self.downloads += 1
        self._note_change()
        self.note(f"The page started a download: {quoted(download.suggested_filename)}.")

    async def has_downloaded(self, before: int) -> bool:
        """Whether one more download begins within a moment; its event comes after the navigation has given up."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK):
                while self.downloads <= before:
                    await self._changed.wait()
        return self.downloads > before

    async def _answer(self, dialog: Dialog) -> None:
        """Leaving a page is what the step wants; to anything else a bot can only say no."""
        with contextlib.suppress(PlaywrightError):
            if dialog.type == "beforeunload":
                await dialog.accept()
                return
            self.note(f"The page asked {quoted(dialog.message)} ({dialog.type}); the bot dismissed it.")
            await dialog.dismiss()

    def note(self, sentence: str) -> None:
        """Something has happened beside the step."""
        if len(self._notes) < MOST_NOTES:
            self._notes.append(printable(sentence))
        else:
            self._unnoted += 1

    def notes_taken(self) -> tuple[str, ...]:
        """What happened beside the step since this was last asked; of a flood its beginning, and how many more."""
        notes = [self.masked(sentence) for sentence in self._notes]
        if self._unnoted:
            notes.append(f"{self._unnoted:,} more such {'note was' if self._unnoted == 1 else 'notes were'} left out.")
        self._notes, self._unnoted = [], 0
        return tuple(notes)

    def flood(self) -> StepError | None:
        """What to say, once, after the page has opened window upon window; of one flood, however long it goes on."""
        if not self._flooded:
            return None
        self._flooded = False
        message = f"The page opened more than {MOST_WINDOWS} windows; the newest were closed again."
        return StepError(message, "Take over and look what it wants, or let the bot go another way.")


def _names_window(request: RequestHuman) -> bool:
    return request.target not in (None, "main")


async def _appears(frame: Frame, asked: str) -> bool:
    with contextlib.suppress(PlaywrightError):
        await frame.locator(asked).wait_for(state="visible", timeout=WHEN_GRACE)
        return True
    return False


async def _close(page: Page) -> None:
    with contextlib.suppress(PlaywrightError):
        await page.close()


async def _teach(context: BrowserContext) -> None:
    """Register find.js as the selector engine `hitl`.

    The public `selectors.register` takes a name once per driver and reaches only contexts that exist at that moment,
    and one driver serves all executions of a worker. Hence its one line for one context; a test holds it.
    """
    engine: Any = {"name": "hitl", "source": SOURCE, "contentScript": True}
    with contextlib.suppress(PlaywrightError):  # this attachment has learned it already
        await context._impl_obj._channel.registerSelectorEngine(selectorEngine=engine, timeout=0)


def _where_from(name: str) -> str:
    if name.startswith("human."):
        return "No person has been asked for it: the requestHuman step before was not played."
    if name.startswith("secrets."):
        return "Add the secret to the workspace's settings."
    return "Give it when the bot is started."
