"""Pages that ask the driver for something: the answer is for the question that the driver has read, and no other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bots.live.choosers import Choosers
from bots.live.control import Refused
from bots.live.signin import SignIns

pytestmark = pytest.mark.security


@dataclass
class Tab:
    id: str = "main"
    session: str = "page"
    frames: tuple[str, ...] = ("frame",)


class Tabs:
    active = Tab()

    def all(self) -> list[Tab]:
        return [self.active]

    def of(self, session: str | None) -> Tab:
        return self.active


@dataclass
class Cdp:
    """Events are told to those who listen; what is posted is kept."""

    heard: dict[str, list[Callable[..., None]]] = field(default_factory=dict)
    posted: list[tuple[str, dict[str, Any], str | None]] = field(default_factory=list)

    def listen(self, method: str, callback: Callable[..., None]) -> None:
        self.heard.setdefault(method, []).append(callback)

    def tell(self, method: str, session: str, **params: Any) -> None:
        for callback in self.heard[method]:
            callback(params, session)

    def post(self, method: str, params: dict[str, Any], session: str | None) -> None:
        self.posted.append((method, params, session))

    async def call(self, method: str, params: dict[str, Any], session: str | None) -> dict[str, Any]:
        return {"node": {"attributes": []}}

    def answers(self) -> list[tuple[str, str, str]]:
        """(request, what was answered, the name that was given)"""
        given = [params for method, params, _ in self.posted if method == "Fetch.continueWithAuth"]
        words = [(each["requestId"], each["authChallengeResponse"]) for each in given]
        return [(request, answer["response"], answer.get("username", "")) for request, answer in words]


@pytest.fixture
def cdp() -> Cdp:
    return Cdp()


@pytest.fixture
def signins(cdp: Cdp) -> SignIns:
    made = SignIns(cdp, Tabs(), lambda: None)
    made.drive(True)
    return made


def asks(cdp: Cdp, request: str, site: str, frame: str = "inner") -> None:
    session = "page" if frame == "main" else "frame"
    challenge = {"origin": site, "realm": ""}
    cdp.tell("Fetch.authRequired", session, requestId=request, frameId=frame, authChallenge=challenge)


def number(signins: SignIns, site: str) -> int:
    asked = signins.of("page")
    assert asked
    assert asked.site == site
    return asked.n


def test_t15_a_frame_of_another_site_does_not_ask_in_place_of_the_one_that_waits(cdp: Cdp, signins: SignIns) -> None:
    asks(cdp, "first", "https://bank.example")
    waits = number(signins, "https://bank.example")
    asks(cdp, "second", "https://evil.example", frame="another")
    assert number(signins, "https://bank.example") == waits
    signins.answer("page", waits, "ann", "secret")
    assert cdp.answers() == [("second", "CancelAuth", ""), ("first", "ProvideCredentials", "ann")]


def test_t15_an_answer_on_its_way_goes_to_no_newer_question(cdp: Cdp, signins: SignIns) -> None:
    asks(cdp, "first", "https://bank.example", frame="main")
    before = number(signins, "https://bank.example")
    asks(cdp, "second", "https://evil.example", frame="main")
    now = number(signins, "https://evil.example")
    signins.answer("page", before, "ann", "secret")
    assert cdp.answers() == [("first", "CancelAuth", "")]
    signins.answer("page", now, None, "")
    assert cdp.answers()[1:] == [("second", "CancelAuth", "")]
    with pytest.raises(Refused):
        signins.answer("page", now, "ann", "secret")


def test_t15_a_question_goes_with_the_page_or_the_frame_that_asked(cdp: Cdp, signins: SignIns) -> None:
    for frame in ({"id": "main"}, {"id": "inner", "parentId": "main"}):
        asks(cdp, "first", "https://bank.example")
        cdp.tell("Page.frameNavigated", "page", frame={"id": "third", "parentId": "main"})
        assert signins.of("page")
        cdp.tell("Page.frameNavigated", "page", frame=frame)
        assert signins.of("page") is None


async def test_t15_another_frame_asks_for_no_files_while_one_waits_for_them(cdp: Cdp) -> None:
    choosers = Choosers(cdp, Tabs(), lambda: None)
    choosers.drive(True)

    async def wants(frame: str) -> int:
        cdp.tell("Page.fileChooserOpened", "page", backendNodeId=1, frameId=frame, mode="selectSingle")
        await choosers._asking.settle()
        asked = choosers.of("page")
        assert asked
        return asked.n

    first = await wants("inner")
    assert await wants("another") == first
    assert await wants("inner") > first
