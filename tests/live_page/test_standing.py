"""Who drives, what is said, how it ends, and what happens when the line breaks."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Route, expect

from .browser_side import ME
from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_taking_and_releasing_control(seat: Seat) -> None:
    line = await seat.watch()
    await expect(seat.part("words")).to_have_text("The bot waits for you. Nobody is in control.")
    await seat.page.get_by_role("button", name="Take control").click()
    await line.next("take")
    await expect(seat.part("take")).to_be_disabled()
    await line.grant(3)
    await expect(seat.part("words")).to_have_text("You are in control.")
    await seat.page.get_by_role("button", name="Release control").click()
    await line.next("release")
    assert [message["t"] for message in line.heard][-2:] == ["keysup", "release"]
    await line.say("control", epoch=3, viewer=None, name=None)
    await expect(seat.part("take")).to_be_visible()
    assert await seat.part("notice").inner_text() == ""


async def test_control_that_ran_out_is_said(seat: Seat) -> None:
    line = await seat.drive()
    await line.say("control", epoch=1, viewer=None, name=None)
    await expect(seat.part("notice")).to_contain_text("You are no longer in control.")
    await expect(seat.part("take")).to_be_visible()


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"alert": {"status": "completed", "closed_by": "Bob"}, "execution": "running"}, "Done. Finished by Bob."),
        ({"you": {"viewer": ME, "may": "watch", "epoch": None}}, "You can go on watching."),
    ],
    ids=["somebody else has answered", "the role was changed"],
)
@pytest.mark.parametrize("why_first", [True, False])
async def test_why_control_has_ended_is_said(seat: Seat, state: dict[str, Any], sentence: str, why_first: bool) -> None:
    """On an execution's page, which goes on. Which of the two is known first is chance."""
    seat.site.edits.append(('data-alert="alt_1"', ""))
    line = await seat.drive()
    if why_first:
        await line.state(**state)
    await line.say("control", epoch=1, viewer=None, name=None)
    if not why_first:
        await expect(seat.part("notice")).to_contain_text("Take control again")
        await line.state(**state)
    await expect(seat.part("notice")).to_contain_text(sentence)
    await expect(seat.part("notice")).not_to_contain_text("Take control")


async def test_whoever_has_answered_is_not_told_that_control_was_lost(seat: Seat) -> None:
    seat.site.edits.append(('data-alert="alt_1"', ""))
    seat.site.answers["/done"] = (200, {"detail": "Sent. The bot goes on.", "status": "completed"})
    line = await seat.drive()
    await seat.page.get_by_role("button", name="Done", exact=True).click()
    await expect(seat.part("notice")).to_have_text("Sent. The bot goes on.")
    await line.say("control", epoch=1, viewer=None, name=None)
    await expect(seat.part("take")).to_be_visible()
    await expect(seat.part("notice")).to_have_text("Sent. The bot goes on.")


@pytest.mark.parametrize("end_first", [True, False])
async def test_whoever_has_pressed_done_is_thanked_and_not_told_who_did(seat: Seat, end_first: bool) -> None:
    """Which of the two comes first, the answer or the end, is chance."""
    seat.site.answers["/done"] = (200, {"detail": "Sent. The bot goes on.", "status": "completed"})
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await go_on.wait()
        await route.continue_()

    await seat.page.route("**/done", hold)
    line = await seat.drive()
    await seat.page.get_by_role("button", name="Done", exact=True).click()
    await asked.wait()
    if not end_first:
        go_on.set()
        await expect(seat.part("notice")).to_have_text("Sent. The bot goes on.")
    await line.state(alert={"status": "completed", "closed_by": "Shared link"}, execution="running")
    thanks = "Thank you. The bot goes on by itself; you can close this page."
    await expect(seat.part("cover-text")).to_have_text(thanks)
    go_on.set()
    if end_first:
        await expect(seat.part("notice")).to_have_text("Sent. The bot goes on.")
    await expect(seat.part("cover-text")).to_have_text(thanks)


async def test_whoever_pressed_done_too_late_reads_who_did(seat: Seat) -> None:
    seat.site.answers["/done"] = (409, {"detail": "Bob was faster."})
    line = await seat.drive()
    await seat.page.get_by_role("button", name="Done", exact=True).click()
    await expect(seat.part("done")).to_contain_text("Bob was faster.")
    await line.state(alert={"status": "completed", "closed_by": "Bob"}, execution="running")
    await expect(seat.part("cover-text")).to_contain_text("Finished by Bob.")


async def test_a_refusal_is_said_and_the_button_comes_back(seat: Seat) -> None:
    line = await seat.watch()
    await seat.part("take").click()
    await line.say("refused", s=None, why="Bob was faster: he is in control.")
    await expect(seat.part("notice")).to_have_text("Bob was faster: he is in control.")
    await expect(seat.part("take")).to_be_enabled()


async def test_a_watcher_is_offered_no_control(seat: Seat) -> None:
    await seat.watch(you={"viewer": ME, "may": "watch", "epoch": None})
    await expect(seat.part("take")).to_be_hidden()


async def test_while_another_drives_it_is_said(seat: Seat) -> None:
    line = await seat.watch()
    await line.grant(2, "v-bob", "Bob")
    await expect(seat.part("words")).to_have_text("Bob is in control. You are watching.")
    await expect(seat.part("take")).to_be_hidden()
    await expect(seat.part("ask")).to_be_visible()
    await line.state(you={"viewer": ME, "may": "control", "epoch": None, "holds": True})  # on their other device
    await expect(seat.part("take")).to_be_visible()


async def test_control_that_comes_back_by_itself_leaves_the_focus_where_the_person_writes(seat: Seat) -> None:
    line = await seat.watch()
    await seat.page.get_by_label("Account number").focus()
    await line.grant()
    await expect(seat.part("words")).to_have_text("You are in control.")
    await expect(seat.page.get_by_label("Account number")).to_be_focused()


async def test_control_that_another_took_is_said_over_the_picture(seat: Seat) -> None:
    line = await seat.drive()
    await line.grant(2, "v-bob", "Bob")
    await expect(seat.part("cover-title")).to_have_text("Bob has taken control")
    await seat.page.get_by_role("button", name="Go on watching").click()
    await expect(seat.part("cover")).to_be_hidden()
    await seat.page.mouse.click(*await seat.at(100, 100))
    await line.say("ping", n=1)
    await line.next("pong")
    assert line.all("down") == []


async def test_who_drives_in_another_window_of_theirs_reads_that_it_is_they(seat: Seat) -> None:
    line = await seat.drive()
    await line.grant(2, "v-phone", "Alice")
    await expect(seat.part("cover-title")).to_have_text("Alice has taken control")
    you = {"viewer": ME, "may": "control", "epoch": None, "holds": True}
    await line.state(you=you, alert={"status": "claimed", "claimed_by": "Alice"})
    await expect(seat.part("cover-title")).to_have_text("You have taken control in another window")
    await expect(seat.part("words")).to_have_text("You are in control in another window. Here you are watching.")
    await line.grant(3, "v-bob", "Bob")
    await expect(seat.part("words")).to_have_text("Bob is in control. You are watching.")


async def test_it_shows_who_watches_and_who_drives(seat: Seat) -> None:
    line = await seat.drive()
    people = [
        {"viewer": ME, "name": "Alice", "may": "control"},
        {"viewer": "v-bob", "name": "<b>Bob</b>", "may": "watch"},
    ]
    await line.say("people", people=people)
    await expect(seat.part("people").locator("li")).to_have_text(["Alice (you) in control", "<b>Bob</b> watching"])


async def test_ones_own_other_window_is_said_to_be_ones_own(seat: Seat) -> None:
    line = await seat.drive()
    people = [{"viewer": viewer, "name": "Alice", "may": "control"} for viewer in (ME, f"{ME}.phone", "v-alice.desk")]
    await line.say("people", people=people)
    here = seat.part("people").locator("li > span:first-child")
    await expect(here).to_have_text(["Alice (you)", "Alice", "Alice"])
    await line.state(you={"viewer": ME, "may": "control", "epoch": 1, "holds": True, "own": ME})
    await expect(here).to_have_text(["Alice (you)", "Alice (you, in another window)", "Alice"])
    await seat.page.get_by_role("button", name="Hand over to Alice (you, in another window)").click()
    assert (await line.next("hand"))["to"] == f"{ME}.phone"


async def test_t15_titles_and_addresses_are_text_and_hosts_show_their_true_letters(seat: Seat) -> None:
    line = await seat.drive()
    evil = '"><img src=x onerror=window.__xss=1>'
    await line.say(
        "tabs",
        tabs=[
            {"id": "t1", "title": evil + "x" * 10_000_000, "url": "https://аpple.com/login", "active": True},
            {"id": "t2", "title": None, "url": "javascript:alert(1)", "active": False},
            {"id": "t3", "title": "", "url": "http://bank.example:8080/", "active": False},
        ],
    )
    await expect(seat.part("origin")).to_have_text("xn--pple-43d.com")
    await expect(seat.page.get_by_label("Address")).to_have_value("xn--pple-43d.com")
    titles = seat.part("tabs").locator("button:not([aria-label])")
    shown = await titles.evaluate_all("buttons => buttons.map((button) => button.lastChild.textContent)")
    assert shown == [(evil + "x" * 80)[:80], "javascript:", "http://bank.example:8080"]
    assert await seat.page.evaluate("window.__xss") is None


async def test_the_driver_chooses_and_closes_tabs(seat: Seat) -> None:
    line = await seat.drive()
    tabs = [{"id": f"t{n}", "title": f"Tab {n}", "url": "https://a.example", "active": n == 1} for n in (1, 2)]
    await line.say("tabs", tabs=tabs)
    await seat.page.get_by_role("button", name="Tab 2", exact=True).click()
    await seat.page.get_by_role("button", name="Close tab Tab 2").click()
    assert (await line.next("tab"))["id"] == (await line.next("closetab"))["id"] == "t2"


@pytest.mark.parametrize(("button", "to"), [("Back", "back"), ("Forward", "forward"), ("Reload", "reload")])
async def test_the_driver_goes_through_the_pages_history(seat: Seat, button: str, to: str) -> None:
    line = await seat.drive()
    await seat.page.get_by_role("button", name=button, exact=True).click()
    assert (await line.next("go"))["to"] == to


async def test_a_view_without_anything_to_answer(seat: Seat) -> None:
    seat.site.edits.append(('data-part="done"', ""))
    line = await seat.drive()
    await line.state(execution="succeeded")
    await expect(seat.part("cover-title")).to_have_text("The bot has finished")


async def test_a_crashed_page_can_be_reloaded_by_the_driver(seat: Seat) -> None:
    line = await seat.watch()
    tab = {"id": "t1", "title": "Bank", "url": "https://bank.example/", "active": True}
    await line.say("tabs", tabs=[tab | {"crashed": True}])
    await expect(seat.part("cover-text")).to_have_text("Whoever is in control can reload it.")
    await line.grant()
    await seat.page.get_by_role("button", name="Reload the page").click()
    assert (await line.next("go"))["to"] == "reload"
    await line.say("tabs", tabs=[tab])
    await expect(seat.part("cover")).to_be_hidden()


async def test_the_countdown_runs_by_the_servers_clock(own: Seat) -> None:
    line = await own.watch()
    await own.stop_time()
    await line.state(alert={"deadline": "2026-11-21T10:05:20+00:00"})
    await expect(own.page.get_by_role("timer")).to_have_text("5:20 left")
    await own.page.clock.fast_forward(9_000)
    await line.state(now="2026-11-21T10:00:15+00:00", alert={"deadline": "2026-11-21T10:05:20+00:00"})
    await expect(own.page.get_by_role("timer")).to_have_text("5:05 left")
    assert await own.part("notice").inner_text() == ""


async def test_the_clock_stands_still_while_someone_drives(seat: Seat) -> None:
    line = await seat.watch()
    await line.state(alert={"status": "claimed", "deadline": "2026-11-21T10:05:20+00:00"})
    await expect(seat.page.get_by_role("timer")).to_have_text("Clock paused")
    await line.state(alert={"deadline": None})
    await expect(seat.part("countdown")).to_be_hidden()


async def test_five_minutes_and_one_minute_are_announced_politely(seat: Seat) -> None:
    line = await seat.watch()
    for now, said in (
        ("10:00:00", ""),
        ("10:00:20", "5 minutes left."),
        ("10:03:00", "5 minutes left."),
        ("10:04:20", "1 minute left."),
    ):
        await line.state(now=f"2026-11-21T{now}+00:00", alert={"deadline": "2026-11-21T10:05:20+00:00"})
        await expect(seat.part("notice")).to_have_text(said)


ENDS = [
    ({"alert": {"status": "completed"}, "execution": "running"}, "Done"),
    (
        {
            "alert": {"status": "declined", "closed_by": "Bob", "reason": "It wants a card"},
            "execution": "failed",
            "failure_reason": "declined",
        },
        "Declined",
    ),
    ({"alert": {"status": "expired"}, "execution": "timed_out"}, "The time ran out"),
    ({"alert": {"status": "cancelled"}, "execution": "cancelled"}, "No longer needed"),
    ({"alert": {"status": "claimed"}, "execution": "failed", "failure_reason": "browser_lost"}, "The browser is lost"),
    ({"alert": {"status": "claimed"}, "execution": "failed", "failure_reason": "abandoned"}, "Left unfinished"),
]


@pytest.mark.parametrize(("state", "title"), ENDS, ids=[title for _, title in ENDS])
async def test_every_end_is_said_over_the_picture_and_ends_the_line(
    seat: Seat, state: dict[str, Any], title: str
) -> None:
    line = await seat.drive()
    await line.state(**state)
    await expect(seat.part("cover-title")).to_have_text(title)
    await expect(seat.part("words")).to_contain_text(title)
    await line.until(lambda: line.closed)
    assert await seat.colour(100, 100) == "red"
    for name in ("take", "release"):
        await expect(seat.part(name)).to_be_hidden()
    await expect(seat.page.get_by_role("button", name="Done")).to_be_hidden()


async def test_the_keyboard_is_not_lost_with_the_button_that_ended_it(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.get_by_role("button", name="Done").focus()
    await line.state(alert={"status": "completed"})
    await expect(seat.part("words")).to_be_focused()


async def test_the_page_of_an_execution_outlives_its_alert(seat: Seat) -> None:
    seat.site.edits.append(('data-alert="alt_1"', ""))
    line = await seat.watch()
    await line.state(execution="running", alert={"status": "completed"})
    await expect(seat.part("words")).to_have_text("The bot is working. You are watching.")
    await line.state(execution="succeeded", alert={"status": "completed"})
    await expect(seat.part("cover-title")).to_have_text("The bot has finished")
    assert await seat.page.locator(".live").get_attribute("data-execution-status") == "succeeded"


CLOSES = [
    (4400, "This page is out of date"), (4401, "You are signed out"), (4403, "This link is no longer valid"),
    (4404, "There is no live browser here"), (4409, "Open in another place"), (4410, "The session is over"),
    (4423, "There is no room now"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "title"), CLOSES)
async def test_a_final_close_code_is_explained_and_not_retried(seat: Seat, code: int, title: str) -> None:
    line = await seat.drive()
    await line.socket.close(code)
    await expect(seat.part("cover-title")).to_have_text(title)
    await expect(seat.part("release")).to_be_hidden()
    for dead in (".live-where", ".live-way-out", ".live-here", ".live-panel .live-actions"):
        await expect(seat.page.locator(dead)).to_be_hidden()
    assert await seat.colour(100, 100) == "black"  # nor does the last picture stay
    assert len(seat.far.lines) == 1


async def test_f12_it_comes_back_at_once_with_a_new_ticket_and_replays_nothing(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.keyboard.type("abc")
    await line.next("key", 5)
    await line.socket.close(1012)
    again = await seat.far.line(1)
    await expect(seat.part("cover-title")).to_have_text("Reconnecting…")
    assert await seat.colour(100, 100) == "red"
    await seat.page.keyboard.type("lost")
    await again.hello(control={"epoch": 1, "viewer": ME, "name": "Alice"})
    await again.state()
    await again.drawn(await again.picture("second.jpeg"))
    await expect(seat.part("cover")).to_be_hidden()
    await seat.page.keyboard.type("d")
    await again.next("key", 1)
    assert again.all("hello")[0]["ticket"] == "ticket-1"
    assert [(key["s"], key["key"]) for key in again.all("key")] == [(1, "d"), (2, "d")]


@pytest.mark.parametrize(
    ("word", "title"),
    [
        (("away", {}), "The browser does not answer"),
        (("gone", {"reason": "Its process has ended."}), "The browser has ended"),
    ],
    ids=["does not answer", "has ended"],
)
async def test_a_picture_without_a_browser_behind_it_does_not_look_live(
    seat: Seat, word: tuple[str, dict[str, Any]], title: str
) -> None:
    line = await seat.drive()
    await line.say(word[0], **word[1])
    await expect(seat.part("cover-title")).to_have_text(title)
    await line.state(execution="human_in_control", alert={"status": "claimed"})  # nobody has written it down yet
    await seat.page.keyboard.press("a")
    await line.say("ping", n=1)
    await line.next("pong")
    assert line.all("key") == []
    await expect(seat.part("cover-title")).to_have_text(title)
    await expect(seat.part("words")).to_have_text(title)
    await line.hello(control={"epoch": 2, "viewer": ME, "name": "Alice"})
    await line.drawn(await line.picture("second.jpeg"))
    await expect(seat.part("cover")).to_be_hidden()
    await expect(seat.part("words")).to_have_text("You are in control.")
    await seat.page.keyboard.press("b")
    assert (await line.next("key"))["e"] == 2


async def test_n6_what_does_not_arrive_for_seconds_is_said(own: Seat) -> None:
    """A line that stands still is given up after fifteen seconds; until then nothing else shows it."""
    line = await own.drive()
    await own.stop_time()
    await own.page.keyboard.press("a")
    await own.page.clock.run_for(2_000)
    await line.say("input", e=1, s=2)
    await line.say("ping", n=1)
    await line.next("pong")
    await own.page.clock.run_for(2_000)
    assert await own.part("notice").inner_text() == ""
    await own.page.keyboard.press("b")
    await own.page.clock.run_for(3_100)
    await expect(own.part("notice")).to_contain_text("has not arrived")


async def test_n6_input_whose_arrival_is_unknown_is_said(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.keyboard.press("a")
    await line.next("key", 1)
    await line.socket.close(1012)
    await expect(seat.part("notice")).to_contain_text("look whether your last keys and clicks arrived")


async def test_n6_input_that_arrived_is_not_doubted(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.keyboard.press("a")
    await line.next("key", 1)
    await line.say("input", e=1, s=line.heard[-1]["s"])
    await line.drawn(await line.picture("second.jpeg"))
    await line.socket.close(1012)
    again = await seat.far.line(1)
    await again.hello()
    assert await seat.part("notice").inner_text() == ""


async def test_a_lost_lease_is_not_taken_back_by_itself(seat: Seat) -> None:
    line = await seat.drive()
    await line.socket.close(1012)
    again = await seat.far.line(1)
    await again.hello()
    await again.state()
    await expect(seat.part("take")).to_be_visible()
    assert again.all("take") == []


async def test_a_release_that_was_lost_with_the_line_hides_no_later_end_of_control(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.get_by_role("button", name="Release control").click()
    await line.next("release")
    await line.socket.close(1012)
    again = await seat.far.line(1)
    await again.hello()
    await again.grant(2)
    await seat.page.wait_for_selector('[data-phase="driving"]')
    await again.say("control", epoch=2, viewer=None, name=None)
    await expect(seat.part("notice")).to_contain_text("You are no longer in control.")


@pytest.mark.parametrize(
    ("alert", "sentence"),
    [
        ({"status": "open"}, "You are no longer in control. Take control again to go on."),
        ({"status": "claimed", "claimed_by": "Bob"}, "You are no longer in control: Bob is."),
    ],
    ids=["free", "taken"],
)
async def test_whoever_was_away_for_too_long_reads_that_control_has_gone(
    seat: Seat, alert: dict[str, Any], sentence: str
) -> None:
    line = await seat.drive()
    await line.socket.close(1012)
    again = await seat.far.line(1)
    await again.state(alert=alert, you={"viewer": ME, "may": "control", "epoch": None, "holds": False})
    await again.hello()
    await expect(seat.part("notice")).to_have_text(sentence)


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (401, "You are signed out"),
        (403, "This link is no longer valid"),
        (404, "There is no live browser here"),
        (410, "The session is over"),
    ],
)
async def test_a_refused_ticket_ends_it(seat: Seat, status: int, title: str) -> None:
    line = await seat.watch()
    seat.site.answers["/ticket"] = (status, {})
    await line.socket.close(1012)
    await expect(seat.part("cover-title")).to_have_text(title)


async def test_a_stale_first_ticket_is_replaced_once(seat: Seat) -> None:
    seat.site.edits.append(("/ws/live/exe_1", seat.far.address))
    await seat.page.goto(seat.site.url())
    first = await seat.far.line()
    await first.socket.close(4403)
    second = await seat.far.line(1)
    assert second.all("hello")[0]["ticket"] == "ticket-1"
    await second.socket.close(4403)
    await expect(seat.part("cover-title")).to_have_text("This link is no longer valid")


async def test_it_answers_pings(seat: Seat) -> None:
    line = await seat.watch()
    await line.say("ping", n=41)
    assert (await line.next("pong"))["n"] == 41


async def test_the_declined_reason_and_the_name_are_said(seat: Seat) -> None:
    line = await seat.watch()
    await line.state(alert={"status": "declined", "closed_by": "Bob", "reason": "It wants a card"})
    await expect(seat.part("cover-text")).to_contain_text("Declined by Bob: “It wants a card”.")


async def test_a_download_shows_how_far_it_is_and_then_where_to_get_it(seat: Seat) -> None:
    line = await seat.drive()
    one = {
        "guid": "g1",
        "name": "<b>list</b>.csv",
        "size": 1_500_000,
        "total": 3_000_000,
        "state": "running",
        "why": "",
    }
    await line.say("downloads", downloads=[one])
    downloads = seat.part("downloads")
    await expect(downloads.get_by_role("listitem")).to_contain_text("<b>list</b>.csv")
    await expect(downloads).to_contain_text("being downloaded, 1.5 MB of 3.0 MB")
    assert await downloads.get_by_role("progressbar").get_attribute("value") == "1500000"
    await line.say("downloads", downloads=[one | {"state": "stopped", "why": "It is larger than 1 MB."}])
    await expect(downloads).to_contain_text("It is larger than 1 MB.")
    await line.say("downloads", downloads=[one | {"state": "kept", "size": 3_000_000}])
    await line.state(files=[{"guid": "g1", "name": "list.csv", "size": 3_000_000, "url": "/files/1"}])
    link = downloads.get_by_role("link", name="list.csv")
    assert (await link.get_attribute("href"), await link.get_attribute("download")) == ("/files/1", "list.csv")
    await expect(seat.part("notice")).to_have_text("list.csv is downloaded; it stands under Downloads.")
