"""Sites that ask for a name and a password by HTTP: the browser's own window is never shown, ours is."""

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from bots.live.control import Refused
from bots.live.questions import Questions
from bots.live.said import SignIn

_LONGEST = 300


class _Asked(NamedTuple):
    session: str | None  # of the page or the frame that waits
    frame: str
    request: str
    signin: SignIn


class SignIns:
    """One per tab at most, and only while somebody drives: a bot alone has no name to give.

    Each question has a number, which its answer names. What somebody types for one site is not for another: as long as
    a site waits for its answer, no frame of another one may ask. Where the whole page goes there, the question goes.
    """

    def __init__(self, cdp: Any, tabs: Any, changed: Callable[[], None]) -> None:
        self._cdp, self._tabs, self._changed = cdp, tabs, changed
        self._questions = Questions[_Asked](cdp, self._gone)
        self._answered: deque[str] = deque(maxlen=20)  # requests: one that asks again was not satisfied
        self._is_driven = False
        cdp.listen("Fetch.authRequired", self._required)
        cdp.listen("Fetch.requestPaused", self._paused)
        cdp.listen("Target.attachedToTarget", lambda params, _: self._attached(params["sessionId"]))

    def of(self, tab_session: str | None) -> SignIn | None:
        asked = self._questions.of(tab_session)
        return asked.signin if asked else None

    def drive(self, driven: bool) -> None:
        """Somebody took control, or nobody has it any more: then what still waits is given up."""
        self._is_driven = driven
        for asked in self._questions.close_all():
            self._cancel(asked)
        for tab in self._tabs.all():
            for session in (tab.session, *tab.frames):
                self._attached(session) if driven else self._cdp.post("Fetch.disable", {}, session)

    def answer(self, tab_session: str | None, question: int, name: str | None, password: str) -> None:
        """None as a name: the person does not sign in. To another question than the open one it is nothing; where none
        is open, raises Refused."""
        asked = self._questions.of(tab_session)
        if asked is None:
            raise Refused("The site asks for no name and password any more.")
        if asked.signin.n != question:
            return
        self._questions.close(tab_session)
        self._answered.append(asked.request)
        if name is None:
            self._cancel(asked)
        else:
            self._answer(asked, {"response": "ProvideCredentials", "username": name, "password": password})
        self._changed()

    def _attached(self, session: str) -> None:
        """Only what is held up can ask; so documents are, for a moment, and what they consist of is not.

        A picture of another site that asks for a name would be a trap anyway.
        """
        if self._is_driven:
            documents = {"patterns": [{"resourceType": "Document"}], "handleAuthRequests": True}
            self._cdp.post("Fetch.enable", documents, session)

    def _required(self, params: dict[str, Any], session: str | None) -> None:
        tab, challenge = self._tabs.of(session), params["authChallenge"]
        words = challenge["origin"][:_LONGEST], challenge.get("realm", "")[:_LONGEST]
        request, frame = params["requestId"], params.get("frameId", "")
        signin = SignIn(*words, again=request in self._answered, n=self._questions.number())
        asked = _Asked(session, frame, request, signin)
        if tab is None or challenge.get("source") == "Proxy":
            self._cancel(asked)
            return
        before = self._questions.of(tab.session)
        if before and frame != tab.id and before.signin.site != signin.site:
            self._cancel(asked)
            return
        if before:
            self._cancel(before)
        self._questions.open(tab.session, asked)
        self._changed()

    def _gone(self, asked: _Asked) -> None:
        """What waited there for an answer waits no more."""
        self._cancel(asked)
        self._changed()

    def _paused(self, params: dict[str, Any], session: str | None) -> None:
        self._cdp.post("Fetch.continueRequest", {"requestId": params["requestId"]}, session)

    def _cancel(self, asked: _Asked) -> None:
        self._answer(asked, {"response": "CancelAuth"})

    def _answer(self, asked: _Asked, response: dict[str, Any]) -> None:
        params = {"requestId": asked.request, "authChallengeResponse": response}
        self._cdp.post("Fetch.continueWithAuth", params, asked.session)
