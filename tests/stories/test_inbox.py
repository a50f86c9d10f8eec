"""200 alerts in one second, through the real socket: none is lost, the page stays in people's hands, it rings once."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.async_api import Page, expect

from alerts.models import Alert, Delivery
from bots.models import Bot
from hitl.tenants.people import Person as Actor
from tests.alerts.pauses import SOURCE
from tests.conftest import SITTING_DOWN, facts
from tests.mailsink import MailSink
from tests.people import People
from tests.stack import Stack

pytestmark = [pytest.mark.story, pytest.mark.fault, pytest.mark.asyncio(loop_scope="session")]
MANY = 200
DEVICE = """
localStorage.setItem("hitl.tell", "yes");
window.shown = [];
window.tones = 0;
window.Notification = class extends EventTarget {
  static permission = "granted";
  constructor(title) { super(); window.shown.push(title); }
};
window.AudioContext = class { state = "running"; currentTime = 0; };
const ramp = { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} };
window.GainNode = class { gain = ramp; connect() {} };
window.OscillatorNode = class { connect(next) { return next; } start() { window.tones += 1; } stop() {} };
"""


def burst(bot: Bot, actor: Actor) -> None:
    """Committed at once, so that all notes go out in one moment."""
    with transaction.atomic():
        for number in range(MANY):
            execution = bot.start(actor, {})
            epoch = execution.claim("worker:1")
            run = execution.begin_step(epoch, "requestHuman", "Type the code")
            execution.ask_human(epoch, run, {"kind": "otp", "title": f"Code {number + 1}"})


def through(broker: str) -> Any:
    """Notes of the test's own process reach the pages of the stack."""
    layer = {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [broker], "prefix": "hitl"},
    }
    return override_settings(CHANNEL_LAYERS={"default": layer})


async def every_row(page: Page) -> list[str]:
    """The titles on all pages of the list."""
    titles: list[str] = []
    while True:
        titles += await page.locator(".alert h3").all_text_contents()
        onwards = page.get_by_role("link", name="Less urgent")
        if not await onwards.count():
            return titles
        await page.goto(await onwards.get_attribute("href") or "")


async def test_f5_a_burst_loses_nothing_and_leaves_the_inbox_usable(
    stack: Stack, people: People, sits_down: SITTING_DOWN, mail: MailSink
) -> None:
    bot = await facts(Bot.objects.create, workspace=people.workspace, name="Payer", source=SOURCE)
    ann = await sits_down(people.ann)
    page = ann.page
    read: list[str] = []
    heard: list[Any] = []
    await page.add_init_script(DEVICE)
    page.on("websocket", lambda line: line.on("framereceived", lambda text: heard.append(text)))
    await page.goto("/w/acme/alerts/")
    await expect(page.get_by_role("heading", name="Nobody is needed right now")).to_be_visible()
    page.on("request", lambda request: read.append(request.url) if "/alerts/rows/" in request.url else None)
    with through(stack.environment["REDIS_URL"]):
        done = asyncio.create_task(facts(burst, bot, Actor.member(people.bob)))
        first = page.locator(".alert").first
        await first.locator("summary", has_text="I'm on it").click()  # while the others still arrive
        await first.get_by_role("button", name="30 min").click()
        await expect(page.locator("#said")).to_contain_text("You are on it")
        await done
    await expect(page).to_have_title(re.compile(rf"^\({MANY}\) "))
    await expect(page.locator(".alert")).to_have_count(50)
    assert len(read) < MANY / 2, "notes are coalesced: the list is read again now and then, not for each"
    assert len(heard) < MANY
    assert await page.evaluate("window.tones") == 2, "one chime of two tones"
    assert len(await page.evaluate("window.shown")) < 20
    await page.reload()
    assert sorted(await every_row(page)) == sorted(f"Code {number + 1}" for number in range(MANY))
    assert await facts(Alert.objects.exclude(on_it="").count) == 1
    assert await facts(Delivery.objects.count) == 2 * MANY
