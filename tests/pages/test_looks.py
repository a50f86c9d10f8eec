"""Every page in both themes, at a desk and on a phone: axe finds nothing, nothing overflows, the console is silent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from playwright.async_api import expect

from alerts.links import token_for
from hitl.tenants.models import ApiKey, Scope
from hitl.tenants.people import Person
from tests.conftest import facts
from tests.pages.conftest import SITTING_DOWN
from tests.pages.rows import Rows
from tests.person import DESKTOP, PHONE

pytestmark = pytest.mark.asyncio(loop_scope="session")

every_window = pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desk", "phone"])
WIDTHS = [390, 600, 740, 840, 1000, 1280, 1920]
ACCOUNT = [
    "email/",
    "password/change/",
    "logout/",
    "2fa/",
    "2fa/webauthn/",
    "sessions/",
    "3rdparty/",
    "reauthenticate/",
]
SETTINGS = ["members", "limits", "record", "delete", "embedding"]
ENTRANCE = [
    "login/",
    "login/code/",
    "password/reset/",
    "password/reset/done/",
    "inactive/",
    "password/reset/key/1-nonsense/",
]


def members_pages(rows: Rows) -> list[str]:
    alerts = [rows.path("alerts", alert.public_id) for alert in rows.alerts.values()]
    executions = [rows.path("executions", execution.public_id) for execution in rows.executions.values()]
    waiting = rows.path("executions", rows.alerts["open"].execution.public_id)
    bots = [rows.path("bots"), rows.path("bots", "new"), rows.path("bots", rows.bot.public_id)]
    bots += [f"{bots[2]}try/", f"{bots[2]}schedules/new/", rows.path("schedules", rows.schedule.public_id)]
    bots += [rows.path("executions", rows.trial.public_id)]
    lists = [f"{rows.path('executions')}?until=2026-01-01&since=2026-02-01", rows.path("executions", "cancel")]
    lists += [rows.path(), rows.path("alerts"), rows.path("executions"), rows.path("settings"), "/nothing/"]
    lists += ["/account/", "/workspaces/new/", *(rows.path("settings", page) for page in SETTINGS)]
    lists += [rows.path("settings", "secrets"), rows.path("settings", "secrets", rows.secret.public_id)]
    lists += [rows.path("settings", "keys"), "/api/v1/docs"]
    lists += [rows.path("settings", "notices"), rows.path("alerts", rows.alerts["open"].public_id, "on-it")]
    lists += [f"{rows.path('alerts')}?view={view}" for view in ("mine", "free", "in_hand", "closed")]
    bots += [rows.path("bots", "import"), rows.path("bots", "manual")]
    bots += [f"{bots[2]}{page}/" for page in ("edit", "settings", "versions", "versions/1")]
    return [*lists, *alerts, *executions, waiting, *bots, *(f"/accounts/{page}" for page in ACCOUNT)]


async def wrongs_of(person: Any, paths: list[str]) -> dict[str, list[str]]:
    found = {}
    for path in paths:
        await person.reads(path)
        if wrongs := await person.wrongs():
            found[path] = wrongs
    return found


@every_window
async def test_every_page_of_a_workspace(rows: Rows, reader: SITTING_DOWN, window: dict[str, Any]) -> None:
    ann = await reader(rows.people.ann, window)
    assert await wrongs_of(ann, await facts(members_pages, rows)) == {}


@every_window
async def test_every_page_of_somebody_who_is_not_signed_in(
    rows: Rows, reader: SITTING_DOWN, window: dict[str, Any]
) -> None:
    guest = await reader(device=window)
    door = f"/t/{token_for(rows.link.public_id, rows.link.key)}"
    assert await wrongs_of(guest, [door, *(f"/accounts/{page}" for page in ENTRANCE)]) == {}
    await guest.reads(door)
    await guest.page.get_by_role("button", name="Open the browser").click()
    await guest.page.wait_for_url("**/g/*/")
    assert await guest.wrongs() == []
    await facts(rows.people.workspace.let_embed, Person.member(rows.people.ann), ["https://intranet.example"])
    frame = f"/embed/{token_for(rows.link.public_id, rows.link.key)}"
    assert await wrongs_of(guest, ["/embed/x.y", frame]) == {}
    await guest.page.get_by_role("button", name="Open the browser").click()
    await guest.page.get_by_text("Connecting to the live browser").wait_for()
    assert await guest.wrongs() == []


@every_window
async def test_every_empty_page(rows: Rows, reader: SITTING_DOWN, window: dict[str, Any]) -> None:
    sam = await reader(rows.people.sam, window)
    empty = [
        f"/w/{rows.people.other.slug}/{page}/"
        for page in ("alerts", "bots", "executions", "settings", "settings/secrets")
    ]
    assert await wrongs_of(sam, [*empty, f"{empty[2]}?status=failed"]) == {}


@every_window
async def test_pages_of_a_role_that_may_only_watch(rows: Rows, reader: SITTING_DOWN, window: dict[str, Any]) -> None:
    vic = await reader(rows.people.vic, window)
    alert, bot = rows.alerts["fields"], rows.bot
    paths = [rows.path("alerts", alert.public_id), rows.path("bots", bot.public_id), rows.path("bots", "new")]
    assert await wrongs_of(vic, [*paths, rows.path("settings")]) == {}
    assert await vic.page.get_by_role("button", name="Save").count() == 0


async def test_no_width_makes_a_page_scroll_sideways(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    alert = rows.alerts["fields"]
    too_wide = []
    for path in (rows.path("alerts"), rows.path("alerts", alert.public_id), rows.path("executions"), rows.path("bots")):
        page = await ann.reads(path)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 800})
            if await ann.overflows():
                too_wide.append((path, width))
    assert too_wide == []


CUT_OFF = """() => [...document.querySelectorAll("main dialog[id]")].filter((dialog) => {
  dialog.showModal();
  const { scrollWidth, clientWidth } = dialog;
  dialog.close();
  return scrollWidth > clientWidth;
}).map((dialog) => dialog.textContent.trim())"""


@every_window
async def test_no_dialog_cuts_its_words_off(rows: Rows, reader: SITTING_DOWN, window: dict[str, Any]) -> None:
    await facts(ApiKey.make, rows.people.workspace, Person.member(rows.people.ann), "Nightly", Scope.RUN, None)
    ann = await reader(rows.people.ann, window)
    for page in ("keys", "members"):
        await ann.reads(rows.path("settings", page))
        await expect(ann.page.locator("main dialog[id]")).not_to_have_count(0)
        assert await ann.page.evaluate(CUT_OFF) == []


async def test_a_chosen_theme_is_there_from_the_first_paint(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    page = await ann.reads(rows.path("alerts"))
    await page.get_by_text("Ann: your menu").click()
    await page.get_by_role("button", name="Dark").click()
    sent = await page.request.get(rows.path("bots"))
    assert 'data-theme="dark"' in await sent.text()
    await page.get_by_role("button", name="Device", exact=True).click()
    assert 'data-theme="' not in await (await page.request.get(rows.path("bots"))).text()


async def test_the_keyboard_gets_past_the_bar_and_back_out_of_the_menu(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    page = await ann.reads(rows.path("bots"))
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main"
    await page.locator("summary").first.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    assert await page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert not await page.get_by_role("button", name="Sign out").is_visible()


async def test_no_field_is_so_small_that_an_iphone_enlarges_the_page_for_it(rows: Rows, reader: SITTING_DOWN) -> None:
    person = await reader(rows.people.ann, PHONE)
    for path in (rows.path("alerts"), rows.path("alerts", rows.alerts["open"].public_id), rows.path("bots", "new")):
        await person.page.goto(path)
        small = await person.page.evaluate("""[...document.querySelectorAll("input, select, textarea")]
          .filter((field) => parseFloat(getComputedStyle(field).fontSize) < 16).map((field) => field.outerHTML)""")
        assert small == []


async def test_browsers_without_light_dark_get_the_light_colours() -> None:
    text = (settings.BASE_DIR / "static/site/tokens.css").read_text()
    colours, without = text.split("@supports not (color: light-dark(#000, #fff))")
    light = re.findall(r"(--[a-z-]+): light-dark\((#\w+), #\w+\);", colours)
    assert light == re.findall(r"(--[a-z-]+): (#\w+);", without)
    assert colours.count("light-dark(") == len(light)
