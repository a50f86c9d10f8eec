# ruff: noqa: RUF009 - `take` makes a dataclass field
"""The steps that Chrome does not have: a person's part, reading, pictures, checks, files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from bots.script.kinds import Choice, Flag, Listed, Name, Number, Selectors, Text
from bots.script.parts import LINE, AnswerField, Condition, Questions, Resume, take
from bots.script.problems import quoted
from bots.script.schema import COUNT, OPERATOR, ElementStep, FrameStep, Step, TargetStep
from bots.script.selectors import Chains, described

if TYPE_CHECKING:
    from bots.script.stage import Stage

WINDOW = Number(1_000, 604_800_000, "milliseconds (a second to a week)", whole=True)
OUTPUT = Name(reserved=("human", "secrets"))


@dataclass(frozen=True, kw_only=True)
class RequestHuman(FrameStep):
    """Stop until a person has done something. Played by the runner, which this tells whether and what to ask."""

    type, ours = "requestHuman", True
    KINDS: ClassVar[tuple[str, ...]] = ("captcha", "otp", "login", "approval", "review", "data", "other")

    title: str = take(Text(most=200, least=1, line=True))
    instructions: str = take(Text(most=4_096), "")
    kind: str = take(Choice(*KINDS), "other")
    timeout: int | None = take(WINDOW, None)
    on_timeout: str = take(Choice("fail", "skip"), "fail")
    resume_when: Condition | None = take(Resume(), None)
    fields: tuple[AnswerField, ...] = take(Questions(), ())
    when: Chains | None = take(Selectors(), None)

    @property
    def label(self) -> str:
        return self.title

    async def wants_human(self, stage: Stage) -> bool:
        """Whether to ask at all: without `when` always, else only if that can be seen in the page."""
        return self.when is None or await stage.sees(self)

    def filled(self, stage: Stage) -> RequestHuman:
        """With the variables in its texts replaced. Raises StepError where one has no value."""
        return stage.filled(self)

    def fields_as_dicts(self) -> list[dict[str, Any]]:
        return [asked.as_dict() for asked in self.fields]

    def resume_when_as_dict(self) -> dict[str, str]:
        """The condition as the browser server takes it; empty where there is none."""
        asked = self.resume_when or Condition()
        return {name: value for name in ("url", "visible", "hidden") if (value := getattr(asked, name))}


@dataclass(frozen=True, kw_only=True)
class Extract(ElementStep):
    """Read an element's text (or attribute) into an output; `all` reads every match into a list."""

    type, ours, verb = "extract", True, "Read"
    name: str = take(OUTPUT)
    attribute: str | None = take(Text(most=200, least=1, line=True), None)
    all: bool = take(Flag(), False)

    @property
    def label(self) -> str:
        return f"Read {self.name}"


@dataclass(frozen=True, kw_only=True)
class Screenshot(TargetStep):
    type, ours, verb = "screenshot", True, "Take a picture"
    name: str | None = take(Name(), None)

    @property
    def label(self) -> str:
        return f"Take a picture: {self.name}" if self.name else self.verb


@dataclass(frozen=True, kw_only=True)
class Assert(FrameStep):
    """Goes on as soon as all that is given holds, else fails when its time is up.

    `selectors` with `text` (is in the element's text or value), or with `count`/`operator` and `visible` as in
    waitForElement; `url` (part of the address, or a pattern with *); `title` (part of the title).
    """

    type, ours, verb = "assert", True, "Check the page"
    selectors: Chains | None = take(Selectors(), None)
    text: str | None = take(Text(most=10_000, least=1), None)
    operator: str | None = take(OPERATOR, None)
    count: int | None = take(COUNT, None)
    visible: bool | None = take(Flag(), None)
    url: str | None = take(Text(most=2_000, least=1, line=True), None)
    title: str | None = take(LINE, None)

    @property
    def label(self) -> str:
        return f"Check {described(self.selectors)}" if self.selectors else "Check the page's address or title"


@dataclass(frozen=True, kw_only=True)
class Upload(ElementStep):
    """Put files that belong to the execution into a file field."""

    type, ours, verb = "upload", True, "Upload a file into"
    files: tuple[str, ...] = take(Listed(Text(most=255, least=1, line=True), most=20, least=1))


@dataclass(frozen=True, kw_only=True)
class WaitForDownload(Step):
    """Go on as soon as a file of this name has been downloaded completely."""

    type, ours = "waitForDownload", True
    file: str = take(Text(most=255, least=1, line=True), "*")

    @property
    def label(self) -> str:
        return "Wait for a download" if self.file == "*" else f"Wait for the download of {quoted(self.file)}"
