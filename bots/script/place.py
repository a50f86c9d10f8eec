"""The place of one step: its page and frame, found under the step's one deadline, and the questions asked there.

Questions are asked with what Playwright does in a world of its own (find.js runs there too). Its `evaluate` runs in the
page's world, which costs 30 to 40 ms on every new page before the first answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, Locator, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bots.script.schema import Step
from bots.script.selectors import Chains, question
from bots.script.stage import Deadline, Stage
from bots.script.trouble import StepError, seconds


@dataclass
class Place:
    """Where a step is played. Its waits share `deadline`."""

    stage: Stage
    page: Page
    frame: Frame
    deadline: Deadline

    @property
    def left(self) -> float:
        return self.deadline.left

    def element(self, selectors: Chains, **more: Any) -> Locator:
        """The element that the best of the alternatives finds; asked anew until it is there."""
        return self.frame.locator(question(selectors, **more))

    async def text_of(self, selectors: Chains, within: float | None = None) -> str:
        """What the element says: its text as shown, a field's value, a list's choice. Waits for the element."""
        said, left = self.element(selectors, want="said"), within or self.left
        for look in (said.inner_text, said.input_value, said.text_content):
            with unlike_html():
                if text := (await look(timeout=left) or "").strip():
                    return text
        return ""

    def note(self, sentence: str) -> None:
        self.stage.note(sentence)


@contextmanager
def unlike_html() -> Iterator[None]:
    """An element that has no such property says so at once; that it is not there in time is another matter."""
    try:
        yield
    except PlaywrightTimeout:
        raise
    except PlaywrightError as error:
        if "Node is not an" not in str(error):
            raise


async def place_for(step: Step, stage: Stage, milliseconds: int) -> Place:
    """The step's window and frame; waits for both. Raises StepError."""
    deadline = Deadline(milliseconds)
    target = getattr(step, "target", None)
    if target in (None, "main"):
        frame = (await stage.main()).main_frame
    else:
        frame = await stage.target(target, deadline)
    path = getattr(step, "frame", None) or ()
    if path:
        frame = await stage.until(lambda: _inner(frame, path), deadline, lambda: _no_frame(path, deadline))
    return Place(stage, frame.page, frame, deadline)


def _inner(frame: Frame, path: tuple[int, ...]) -> Frame | None:
    for position in path:
        inner = [child for child in frame.child_frames if not child.is_detached()]
        if position >= len(inner):
            return None
        frame = inner[position]
    return frame


def _no_frame(path: tuple[int, ...], deadline: Deadline) -> StepError:
    way = " → ".join(str(position) for position in path)
    message = f"The page has no frame {way}; the bot waited {seconds(deadline.span)}."
    return StepError(
        message, "Frames count from 0 in the order in which the page holds them. The page may have changed."
    )
