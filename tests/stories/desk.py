"""What a story needs: bots that wait, where things are in a bot's page, and hands on the live browser."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.async_api import Browser, Frame, Page, expect

from alerts.models import Alert
from bots.examples import PRACTICE
from bots.models import OVER, Bot, Execution
from hitl.tenants.models import Workspace
from hitl.tenants.people import Person as Actor
from practice import views as practice
from tests.conftest import becomes, facts
from tests.people import People
from tests.stack import Stack

REMOTE = {"width": 1280, "height": 720}  # the bot's window


def make_bot(workspace: Workspace, name: str, source: str, **settings: Any) -> Bot:
    return Bot.objects.create(workspace=workspace, name=name, source=source, **settings)


def example(name: str, base_url: str) -> str:
    """The source of one of the three example bots, on this installation's practice site."""
    text = (settings.BASE_DIR / "bots" / "script" / "examples" / f"{name}.json").read_text()
    return PRACTICE.sub(f"{base_url}/practice/", text)


async def started(people: People, name: str, source: str) -> Execution:
    """An execution of a new bot, by Bob."""
    bot = await facts(make_bot, people.workspace, name, source)
    execution: Execution = await facts(bot.start, Actor.member(people.bob), {})
    return execution


async def waits(people: People, name: str, source: str) -> tuple[Execution, Alert]:
    """One that has begun to wait for a person."""
    execution = await started(people, name, source)
    await becomes(lambda: status(execution), "waiting_for_human")
    return execution, await facts(execution.alerts.get)


async def paused(stack: Stack, people: People, name: str = "order") -> tuple[Execution, Alert]:
    """One of an example bot, likewise."""
    return await waits(people, "Order", example(name, stack.base_url))


async def over(execution: Execution) -> str:
    """How it ended, as soon as it has."""
    return str(await becomes(lambda: status(execution), *OVER))


def status(execution: Execution) -> str:
    """Read anew."""
    execution.refresh_from_db()
    return execution.status


def files_with(folder: Path, is_in: Callable[[bytes], bool]) -> list[Path]:
    """Those whose content it is in. They may go while we look."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                if (path := Path(place, name)).is_file() and is_in(path.read_bytes()):
                    found.append(path)
    return found


@dataclass
class Twin:
    """The same page in a browser of the test's own, to know where things are in the bot's."""

    page: Page

    @classmethod
    async def at(cls, browser: Browser, url: str) -> Twin:
        context = await browser.new_context(viewport=REMOTE)  # type: ignore[arg-type]
        twin = cls(await context.new_page())
        await twin.page.goto(url)
        return twin

    @classmethod
    async def at_the_code(cls, browser: Browser, base_url: str) -> Twin:
        """Where the login bot waits: the page that asks for the second factor."""
        twin = await cls.at(browser, f"{base_url}/practice/login/")
        await twin.page.get_by_label("Customer number").fill(practice.CUSTOMER)
        await twin.page.get_by_label("Password").fill(practice.PASSWORD)
        await twin.page.get_by_role("button", name="Sign in").click()
        await twin.page.wait_for_selector("#code")
        return twin

    async def middle_of(self, selector: str) -> tuple[float, float]:
        box = await self.page.locator(selector).bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


class Canvas:
    """A person's hands on the live browser."""

    def __init__(self, page: Page, frame: Frame | None = None) -> None:
        """`frame`: in which of the page's it stands."""
        self.page, self.frame = page, frame or page.main_frame
        self.element = self.frame.get_by_role("application", name="Live browser")

    @classmethod
    async def at_the_wheel(cls, page: Page, alert: Alert) -> Canvas:
        """Of a member who has opened the alert on this page and taken control."""
        await page.goto(await facts(alert.get_absolute_url))
        canvas = cls(page)
        await canvas.shows_a_picture()
        await page.get_by_role("button", name="Take control").click()
        await expect(page.get_by_role("button", name="Release control")).to_be_visible()
        return canvas

    async def shows_a_picture(self) -> None:
        """More than one colour has been drawn."""
        await expect(self.element).to_be_visible()
        await self.frame.wait_for_function(
            """() => {
                const canvas = document.querySelector('canvas[aria-label="Live browser"]');
                if (!canvas?.width) return false;
                const small = document.createElement("canvas");
                small.width = small.height = 96;
                const context = small.getContext("2d");
                context.drawImage(canvas, 0, 0, 96, 96);
                return new Set(new Uint32Array(context.getImageData(0, 0, 96, 96).data.buffer)).size > 3;
            }"""
        )

    async def place(self, x: float, y: float) -> tuple[float, float]:
        """Where the remote point is in this person's window."""
        box = await self.element.bounding_box()
        assert box is not None
        scale = min(box["width"] / REMOTE["width"], box["height"] / REMOTE["height"])
        left = box["x"] + (box["width"] - REMOTE["width"] * scale) / 2
        top = box["y"] + (box["height"] - REMOTE["height"] * scale) / 2
        return left + x * scale, top + y * scale

    async def go(self, x: float, y: float, steps: int = 1) -> None:
        await self.page.mouse.move(*await self.place(x, y), steps=steps)

    async def click(self, x: float, y: float, **how: Any) -> None:
        await self.page.mouse.click(*await self.place(x, y), **how)

    async def tap(self, x: float, y: float) -> None:
        await self.page.touchscreen.tap(*await self.place(x, y))

    async def type(self, text: str) -> None:
        await self.page.keyboard.type(text, delay=15)
