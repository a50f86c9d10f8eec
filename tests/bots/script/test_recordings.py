"""Recordings as Chrome exports them run as they are."""

from __future__ import annotations

import pytest

from bots.script import Stage, parse, play
from tests.bots.script.test_chrome import RECORDINGS

ENDS = {
    "checkout": "/shop-done.html?size=4p&wrap=on&way=express&pieces=2",
    "shadow": "/shadow-notice.html",
    "popup": "/calendar.html",
    "keyboard": "/keyboard.html",
}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("name", "text"), [(path.stem, path.read_text()) for path in RECORDINGS])
async def test_it_plays_a_recording_to_its_end(name: str, text: str, stage: Stage, site: str) -> None:
    script = parse(text.replace("http://shop.example", site))
    for step in script.steps:
        await play(step, stage)
    assert stage.page.url == site + ENDS[name]
    assert len(stage.context.pages) == 1


def test_it_has_a_recording_for_every_end() -> None:
    assert {path.stem for path in RECORDINGS} == set(ENDS)
