"""The server's listener: who is let in, what is answered at the control door, and what is told there unasked."""

from __future__ import annotations

import asyncio
import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from bots.browser.beside import Beside
from bots.browser.client import ControlLine, ServerError
from bots.browser.doors import ControlDoor
from tests.bots.browser.cdp_line import CdpLine
from tests.bots.browser.conftest import Attach, Server, Site, StartServer
from tests.bots.browser.viewer import Viewer

DOORS = ["/cdp", "/live", "/control"]
STRANGERS: list[dict[str, str]] = [
    {},
    {"Authorization": "Bearer wrong"},
    {"Authorization": "Bearer "},
    {"Authorization": "TOKEN"},
    {"Authorization": "Bearer TOKENx"},
    {"Authorization": "Bearer TOKEN", "Origin": "http://evil.example"},
    {"Authorization": "Bearer TOKEN", "Origin": "null"},
]


async def refusal(server: Server, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    with pytest.raises(InvalidStatus) as caught:
        async with connect(f"ws://{server.address}{path}", additional_headers=headers, proxy=None):
            pass
    answer = caught.value.response
    return answer.status_code, bytes(answer.body or b"")


async def test_t6_strangers_get_one_and_the_same_answer_at_every_door(shared: Server) -> None:
    known = {"Authorization": f"Bearer {shared.token}"}
    answers = {await refusal(shared, path, known) for path in ("/", "/json", "/json/version", "/devtools/browser/x")}
    for path in DOORS:
        for headers in STRANGERS:
            filled = {name: value.replace("TOKEN", shared.token) for name, value in headers.items()}
            answers.add(await refusal(shared, path, filled))
    assert answers == {(401, b"No.\n")}


async def test_t6_the_token_of_another_session_opens_nothing(shared: Server, start: StartServer) -> None:
    other = await start()
    for path in DOORS:
        assert (await refusal(shared, path, {"Authorization": f"Bearer {other.token}"}))[0] == 401
    with pytest.raises(OSError, match="no browser server of ours"):
        async with ControlLine(shared.address, other.token):
            pass


@pytest.mark.parametrize("headers", [{}, {"X-Hitl-Role": "viewer"}, {"X-Hitl-Role": "runner", "X-Hitl-Epoch": "-1"}])
async def test_it_refuses_a_client_without_a_role(shared: Server, headers: dict[str, str]) -> None:
    known = {"Authorization": f"Bearer {shared.token}"}
    assert (await refusal(shared, "/cdp", known | headers))[0] == 409


async def test_t11_a_message_that_is_too_large_ends_the_line(server: Server) -> None:
    async with connect(
        f"ws://{server.address}/control", additional_headers={"Authorization": f"Bearer {server.token}"}, proxy=None
    ) as line:
        await line.send("x" * ((1 << 20) + 1))
        await line.wait_closed()
    assert line.close_code == 1009
    async with CdpLine(server.address, server.headers()) as cdp:
        session = await cdp.page()
        long = {"expression": f"'{'x' * (2 << 20)}'.length"}
        assert (await cdp.call("Runtime.evaluate", long, session))["result"]["result"]["value"] == 2 << 20


async def test_it_tells_what_is(server: Server, attach: Attach, site: Site) -> None:
    page = (await attach()).contexts[0].pages[0]
    await page.goto(site.url())
    await server.until(title="Shop")  # Chromium tells it later than the address
    async with Viewer(server) as person:
        await server.call("grant", epoch=2, viewer=person.id, name="Ann")
        await person.type(2, "x")
        assert (await server.event("input"))["epoch"] == 2
        status = await server.call("status")
    assert status.pop("tab")
    assert status == {
        "alive": True,
        "reason": None,
        "tabs": 1,
        "windows": 1,
        "cut_off": True,
        "viewers": 1,
        "control": {"epoch": 2, "viewer": "vwr_1", "name": "Ann"},
        "input_epoch": 2,
        "condition": None,
        "url": site.url(),
        "title": "Shop",
        "downloads": [],
    }


async def test_t13_control_is_given_under_rising_epochs_only(server: Server) -> None:
    await server.call("grant", epoch=2, viewer="ann", name="Ann")
    assert (await server.event("control"))["control"] == {"epoch": 2, "viewer": "ann", "name": "Ann"}
    for epoch in (1, 2):
        with pytest.raises(ServerError, match="too old"):
            await server.call("grant", epoch=epoch, viewer="bob", name="Bob")
    await server.call("grant", epoch=3, viewer="bob", name="Bob")
    with pytest.raises(ServerError, match="Bob since then"):
        await server.call("revoke", epoch=2)
    await server.call("revoke", epoch=3)
    assert (await server.event("control", control=None))["control"] is None


async def test_it_gives_a_small_picture(shared: Server) -> None:
    picture = base64.b64decode((await shared.call("thumbnail", width=320))["jpeg"])
    assert picture.startswith(b"\xff\xd8\xff")
    assert len(picture) < 50_000


QUESTIONS: list[Any] = [
    {"do": "status"},
    {"id": 7},
    {"id": 7, "do": "dance"},
    {"id": 7, "do": "grant"},
    {"id": 7, "do": "check", "condition": "x"},
    {"id": 7, "do": "thumbnail", "width": "wide"},
    {"id": 7, "do": []},
    [],
    3,
]


@pytest.mark.parametrize("question", [*(json.dumps(each) for each in QUESTIONS), "", "{"])
async def test_it_answers_nonsense_with_a_sentence(shared: Server, question: str) -> None:
    known = {"Authorization": f"Bearer {shared.token}"}
    async with connect(f"ws://{shared.address}/control", additional_headers=known, proxy=None) as line:
        await line.send(question)
        answer = json.loads(await line.recv())
        assert answer["error"].endswith(".")
        await line.send('{"id": 8, "do": "status"}')
        assert json.loads(await line.recv())["id"] == 8


def answerer(**parts: Any) -> ControlDoor:
    return ControlDoor(SimpleNamespace(reason="", **parts), None, Beside())  # type: ignore[arg-type]


async def test_an_error_of_our_own_is_not_the_callers(caplog: pytest.LogCaptureFixture) -> None:
    """And is told without its words, which may be a page's."""

    async def missing(condition: dict[str, str]) -> list[str]:
        raise KeyError(condition["url"])

    door = answerer(conditions=SimpleNamespace(missing=missing))
    answer = await door._answer('{"id": 1, "do": "check", "condition": {"url": "CANARY"}}')
    assert answer == {"id": 1, "error": "This failed here."}
    assert [record.getMessage().splitlines()[0] for record in caplog.records] == ["“check” has failed: KeyError"]
    assert "CANARY" not in caplog.text


@pytest.mark.parametrize("order", ["check", "dance", "file"])
async def test_a_question_with_the_wrong_parts_is_not_our_error(order: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = await answerer()._answer(json.dumps({"id": 1, "do": order, "wrong": 1}))
    assert answer["id"] == 1
    assert answer["error"].startswith(("That was no question", "There is no “dance”"))
    assert not caplog.records


async def test_a_slow_question_holds_up_no_other(server: Server, site: Site) -> None:
    site.pages["/stuck"] = "<script>onload = () => setTimeout(() => alert('stop'))</script>"
    raw = CdpLine(server.address, server.headers())
    async with raw as line:
        session = await line.page()
        await line.call("Page.enable", {}, session)
        await line.call("Page.navigate", {"url": site.url("/stuck")}, session)
        await line.wait(lambda message: message.get("method") == "Page.javascriptDialogOpening")
        stuck = asyncio.create_task(server.call("check", condition={"visible": "p"}))
        assert (await server.call("status"))["alive"]
        assert not stuck.done()
        await line.call("Page.handleJavaScriptDialog", {"accept": True}, session)
        assert await stuck == {"missing": ["The page does not show “p” yet."]}
