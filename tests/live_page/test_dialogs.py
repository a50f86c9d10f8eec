"""The page's dialogs, and the forms Done and Can't do this."""

import pytest
from playwright.async_api import expect

from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_alert_of_the_page_is_shown_as_the_pages_words(seat: Seat) -> None:
    line = await seat.drive()
    await line.say("dialog", kind="alert", text="<b>Careful</b>", default="")
    dialog = seat.page.get_by_role("dialog", name="The page says")
    await expect(dialog.locator(".live-said")).to_have_text("<b>Careful</b>")
    await expect(dialog.get_by_role("button")).to_have_text(["OK"])
    await dialog.get_by_role("button", name="OK").click()
    answer = await line.next("dialog")
    assert (answer["accept"], "text" in answer) == (True, False)
    await expect(dialog).to_be_hidden()


async def test_a_prompt_takes_an_answer_and_gives_the_keyboard_back(seat: Seat) -> None:
    line = await seat.drive()
    await line.say("dialog", kind="prompt", text="Your name?", default="Ann")
    await expect(seat.page.get_by_label("Your answer")).to_have_value("Ann")
    await seat.page.get_by_label("Your answer").fill("Bea")
    await seat.page.keyboard.press("Enter")
    answer = await line.next("dialog")
    assert (answer["accept"], answer["text"]) == (True, "Bea")
    assert await seat.page.evaluate("document.activeElement.tagName") == "CANVAS"
    assert line.all("key") == []


@pytest.mark.parametrize(
    ("kind", "button", "accept"),
    [
        ("confirm", "OK", True),
        ("confirm", "Cancel", False),
        ("beforeunload", "Leave", True),
        ("beforeunload", "Stay", False),
    ],
)
async def test_questions_of_the_page(seat: Seat, kind: str, button: str, accept: bool) -> None:
    line = await seat.drive()
    await line.say("dialog", kind=kind, text="", default="")
    await seat.part("page-dialog").get_by_role("button", name=button).click()
    assert (await line.next("dialog"))["accept"] is accept


async def test_escape_says_no_and_a_storm_of_dialogs_can_be_answered(seat: Seat) -> None:
    line = await seat.drive()
    for number in range(5):
        await line.say("dialog", kind="confirm", text=f"Question {number}", default="")
        await expect(seat.part("dialog-text")).to_have_text(f"Question {number}")
        await seat.page.keyboard.press("Escape")
        assert (await line.next("dialog", number))["accept"] is False


async def test_a_watcher_reads_the_dialog_and_keeps_the_focus(seat: Seat) -> None:
    line = await seat.watch()
    await seat.page.get_by_label("Account number").focus()
    await line.say("dialog", kind="confirm", text="Pay?" + "x" * 100_000, default="")
    await expect(seat.part("dialog-hint")).to_be_visible()
    await expect(seat.part("dialog-yes")).to_be_disabled()
    assert len(await seat.part("dialog-text").inner_text()) < 2_100
    assert await seat.page.evaluate("document.activeElement.name") == "answer.account"
    await line.say("dialog", kind=None, text=None, default=None)
    await expect(seat.part("page-dialog")).to_be_hidden()


async def test_a_dialog_that_was_open_before_is_shown_with_control(seat: Seat) -> None:
    line = await seat.watch()
    await line.say("dialog", kind="alert", text="Hello", default="")
    await line.grant()
    await expect(seat.part("dialog-yes")).to_be_enabled()


async def press_done(seat: Seat) -> None:
    await seat.page.get_by_role("button", name="Done").click()


async def test_done_sends_the_answer_fields_after_the_last_input_has_arrived(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.keyboard.press("7")
    await line.next("key", 1)
    await seat.page.get_by_label("Account number").fill("12")
    await press_done(seat)
    last = await line.next("keysup")
    assert seat.site.posts == []
    async with seat.page.expect_response("**/done") as answer:
        await line.say("input", e=1, s=last["s"])
    assert (await answer.value).status == 200
    path, body, headers = seat.site.posts[0]
    assert (path, headers["X-CSRFToken"]) == ("/done", "csrf-1")
    assert 'name="answer.account"' in body
    assert "csrf-1" in body
    await expect(seat.part("notice")).to_have_text("Sent. Thank you.")


async def test_done_too_early_lists_what_is_missing_and_stays_in_control(seat: Seat) -> None:
    await seat.drive()
    seat.site.answers["/done"] = (
        422,
        {"missing": ["The page still shows <Sign in>.", "The address is not yet /home."]},
    )
    await press_done(seat)
    dialog = seat.page.get_by_role("dialog", name="Not finished yet")
    await expect(dialog.locator("li")).to_have_text(
        ["The page still shows <Sign in>.", "The address is not yet /home."]
    )
    await dialog.get_by_role("button", name="Back to the page").click()
    await expect(dialog).to_be_hidden()
    await expect(seat.part("words")).to_have_text("You are in control.")


async def test_going_on_all_the_same_takes_a_reason(seat: Seat) -> None:
    await seat.watch()
    seat.site.answers["/done"] = (422, {"missing": ["The page still shows the form."]})
    await press_done(seat)
    dialog = seat.page.get_by_role("dialog", name="Not finished yet")
    await dialog.get_by_role("button", name="Go on all the same").click()
    assert len(seat.site.posts) == 1
    await dialog.get_by_label("Go on all the same, because").fill("It hides the form only later")
    seat.site.answers["/done"] = (200, {"detail": "Thank you, Alice."})
    await dialog.get_by_role("button", name="Go on all the same").click()
    await expect(seat.part("notice")).to_have_text("Thank you, Alice.")
    body = seat.site.posts[1][1]
    assert 'name="override_reason"' in body
    assert "It hides the form only later" in body


async def test_errors_stand_beside_their_fields(seat: Seat) -> None:
    await seat.watch()
    errors = {"account": "Eight digits, please.", "gone": ["Nobody knows this field."]}
    seat.site.answers["/done"] = (422, {"fields": errors, "detail": "The answer does not fit."})
    await press_done(seat)
    field = seat.page.get_by_label("Account number")
    await expect(field).to_be_focused()
    await expect(field).to_have_accessible_description("Eight digits, please.")
    await expect(seat.part("done").get_by_role("alert")).to_have_text(
        "The answer does not fit. Nobody knows this field."
    )
    seat.site.answers["/done"] = (200, {})
    await press_done(seat)
    await expect(seat.page.locator(".live-error")).to_have_count(0)


async def test_who_was_faster_is_said(seat: Seat) -> None:
    await seat.watch()
    seat.site.answers["/done"] = (409, {"detail": "Bob was faster: this is completed.", "status": "completed"})
    await press_done(seat)
    await expect(seat.part("done").get_by_role("alert")).to_have_text("Bob was faster: this is completed.")
    await expect(seat.page.get_by_role("button", name="Done")).to_be_enabled()


async def test_a_server_that_is_away_is_said(seat: Seat) -> None:
    await seat.watch()
    await seat.page.route("**/done", lambda route: route.abort())
    seat.complaints.clear()
    await press_done(seat)
    await expect(seat.part("done").get_by_role("alert")).to_contain_text("Nothing was sent")
    seat.complaints[:] = [text for text in seat.complaints if "net::ERR_FAILED" not in text]


async def test_cant_do_this_asks_for_a_reason(seat: Seat) -> None:
    await seat.watch()
    await seat.page.get_by_role("button", name="Can't do this").click()
    dialog = seat.page.get_by_role("dialog", name="Can't do this")
    await dialog.get_by_role("button", name="Tell the bot's people").click()
    assert seat.site.posts == []
    await dialog.get_by_label("What is in the way?").fill("The site blocks me")
    await dialog.get_by_role("button", name="Tell the bot's people").click()
    await expect(dialog).to_be_hidden()
    path, body, _ = seat.site.posts[0]
    assert path == "/decline"
    assert "The site blocks me" in body
