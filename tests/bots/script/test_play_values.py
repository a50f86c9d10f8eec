"""change, keyDown, keyUp and upload, in a real page."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bots.script import Stage, StepError
from tests.bots.script.conftest import Play

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANGES = [
    ("aria/Name", "Ada", "document.getElementById('name').value", "Ada"),
    ("aria/Password", "s3cret", "document.getElementById('pass').value", "s3cret"),
    ("aria/City", "rom", "city.value", "rom"),
    ("aria/City", "Berlin", "city.value", "ber"),
    ("aria/Newsletter", "true", "news.checked", True),
    ("aria/Newsletter", "weekly", "news.checked", True),
    ("aria/Newsletter", "false", "news.checked", False),
    ("aria/Large", "on", "large.checked", True),
    ("aria/Day", "2031-12-24", "day.value", "2031-12-24"),
    ("aria/Tint", "#ff8800", "tint.value", "#ff8800"),
    ("aria/Much", "12.5", "much.value", "12.5"),
    ("aria/Range", "7", "range.value", "7"),
    ("aria/Text", "two\nlines", "text.value", "two\nlines"),
    ("aria/Rich", "new", "rich.textContent", "new"),
]


@pytest.mark.parametrize(("selector", "value", "look", "expected"), CHANGES)
async def test_it_changes_every_kind_of_field(
    do: Play, stage: Stage, selector: str, value: str, look: str, expected: object
) -> None:
    await do("change", "controls.html", selectors=[[selector]], value=value)
    assert await stage.page.evaluate(look) == expected


async def test_it_lets_a_page_hear_that_only_listens_to_keys(do: Play, stage: Stage) -> None:
    await do("change", "controls.html", selectors="#name", value="Ada")
    assert await stage.page.text_content("#said") == "heard Ada"


@pytest.mark.parametrize(
    ("selector", "value", "sentence"),
    [
        ("#day", "24.12.2031", "The field does not take “24.12.2031”. A date looks like 2031-12-24."),
        ("#much", "many", "The field does not take “many”. It takes a number such as 12.5."),
        ("#tint", "no colour", "The field does not take “no colour”. A colour looks like #ff8800."),
        ("#city", "Oslo", "“#city” has no such option"),
        ("#file", "/etc/passwd", "This field takes a file. Use an upload step."),
    ],
)
async def test_it_says_what_a_field_takes(do: Play, selector: str, value: str, sentence: str) -> None:
    with pytest.raises(StepError) as caught:
        await do("change", "controls.html", selectors=selector, value=value, timeout=700)
    assert str(caught.value).startswith(sentence)


async def test_it_presses_keys_with_modifiers(do: Play, stage: Stage) -> None:
    await do("waitForElement", "controls.html", selectors="#keys")
    await stage.page.focus("#keys")
    for kind, key in [
        ("keyDown", "Shift"),
        ("keyDown", "A"),
        ("keyUp", "A"),
        ("keyUp", "Shift"),
        ("keyDown", "ArrowUp"),
    ]:
        await do(kind, key=key)
    heard = await stage.page.text_content("#said")
    assert heard == "keydown Shift shift; keydown A shift; keyup A shift; keyup Shift; keydown ArrowUp"


async def test_it_types_what_is_on_no_keyboard(do: Play, stage: Stage) -> None:
    await do("click", "controls.html", selectors="#text")
    for key in ("é", "a"):
        await do("keyDown", key=key)
        await do("keyUp", key=key)
    assert await stage.page.input_value("#text") == "éa"


async def test_it_notes_a_key_that_no_page_hears(do: Play) -> None:
    outcome = await do("keyDown", "plain.html", key="VolumeUp")
    assert outcome.notes == ("The key VolumeUp is not on this keyboard; nothing was pressed.",)


async def test_it_uploads_files_of_the_execution(do: Play, stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,2")
    (tmp_path / "b.txt").write_text("hello")
    await do("upload", "controls.html", selectors="#file", files=["a.csv", "b.txt"])
    assert await stage.page.text_content("#said") == "a.csv 3,b.txt 5"


async def test_it_says_so_where_there_is_no_such_file(do: Play) -> None:
    with pytest.raises(StepError, match=r"There is no file “missing.csv” among this execution's files"):
        await do("upload", "controls.html", selectors="#file", files=["missing.csv"], timeout=50)
    with pytest.raises(StepError, match=r"No file “missing\*” was downloaded within 0.05 s"):
        await do("waitForDownload", file="missing*", timeout=50)


async def test_it_waits_for_a_file_that_is_on_its_way(do: Play, tmp_path: Path) -> None:
    waiting = asyncio.ensure_future(do("waitForDownload", "plain.html", file="late*"))
    (tmp_path / "late.csv").write_text("1,2")
    await waiting
