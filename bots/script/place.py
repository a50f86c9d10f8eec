"""The place of one step: its page and frame, found under the step's one deadline, and the questions asked there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Frame, Locator, Page

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

    async def read(self, selectors: Chains, script: str, argument: Any = None) -> Any:
        """What the JavaScript function (element, argument) says of the element, which is waited for.

        On what is already there `evaluate_all` costs a quarter of `evaluate`.
        """
        element = self.element(selectors)
        found = await element.evaluate_all(each(script), argument)
        while not found:
            await element.wait_for(state="attached", timeout=self.left)
            found = await element.evaluate_all(each(script), argument)
        return found[0]

    def note(self, sentence: str) -> None:
        self.stage.notes.append(sentence)


def each(script: str) -> str:
    """A function of (element, argument) as one of (elements, argument)."""
    return f"(elements, argument) => elements.map((element) => ({script})(element, argument))"


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
