"""What a step can fail with, in sentences for a person; nothing of Playwright's own words gets past here."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from bots.script.problems import printable, quoted

ANSI = re.compile(r"\x1b\[[0-9;]*m")
INVALID = re.compile(r"hitl-invalid (\[.*?\]): (.*)")
NET = re.compile(r"(?:net::|NS_)?(ERR_[A-Z0-9_]+)")

NET_WORDS = {
    "ERR_NAME_NOT_RESOLVED": "its name is not known. Look for a typing mistake in the address",
    "ERR_CONNECTION_REFUSED": "nothing answers there. The site may be down, or the port wrong",
    "ERR_CONNECTION_RESET": "the connection was cut. The site may be overloaded; try again later",
    "ERR_CONNECTION_CLOSED": "the connection was cut. The site may be overloaded; try again later",
    "ERR_EMPTY_RESPONSE": "the site closed the connection without an answer. Try again later",
    "ERR_CONNECTION_TIMED_OUT": "the site does not answer. It may be down, or not reachable from here",
    "ERR_TIMED_OUT": "the site does not answer. It may be down, or not reachable from here",
    "ERR_ADDRESS_UNREACHABLE": "there is no way to that address from here",
    "ERR_NETWORK_CHANGED": "the network changed meanwhile. Try again",
    "ERR_INTERNET_DISCONNECTED": "the network is off. An emulateNetworkConditions step may have switched it off",
    "ERR_TUNNEL_CONNECTION_FAILED": "the site is not reachable, or not allowed from here. Private addresses have to be"
    " allowed by whoever runs this installation (HITL_PRIVATE_TARGETS)",
    "ERR_PROXY_CONNECTION_FAILED": "the way out of the browser is closed. Ask whoever runs this installation",
    "ERR_BLOCKED_BY_CLIENT": "that address is not allowed here",
    "ERR_BLOCKED_BY_ADMINISTRATOR": "that address is not allowed here",
    "ERR_TOO_MANY_REDIRECTS": "the site sends the browser round in circles. Its cookies may have to be deleted",
    "ERR_INVALID_URL": "that is not an address",
    "ERR_UNKNOWN_URL_SCHEME": "that is not an address of the web",
    "ERR_CERT_DATE_INVALID": "its certificate has expired",
    "ERR_CERT_AUTHORITY_INVALID": "its certificate comes from nobody whom the browser knows",
    "ERR_CERT_COMMON_NAME_INVALID": "its certificate belongs to another name",
    "ERR_SSL_PROTOCOL_ERROR": "it does not speak https. Try http://",
    "ERR_HTTP_RESPONSE_CODE_FAILURE": "it answered with an error and no page",
    "ERR_INVALID_RESPONSE": "its answer made no sense",
    "ERR_INVALID_HTTP_RESPONSE": "its answer was not http",
    "ERR_UNSAFE_PORT": "browsers do not open that port",
}

# What the log of a waiting action says last, and what it means.
COVERED = "A banner or dialog may lie above it. Close that in a step before."
STATES = [
    ("intercepts pointer events", "is covered by something else", COVERED),
    ("element is not visible", "is there but cannot be seen", "A step before may have to open it or scroll to it."),
    ("element is not enabled", "is there but switched off (disabled)", "Something may have to be filled in first."),
    ("element is not editable", "is there but cannot be changed (read-only)", "Something may be missing before."),
    ("element is not stable", "keeps moving", "Wait for its animation to end with a waitForElement step."),
    ("outside of the viewport", "lies outside of the page's visible part", "A larger setViewport may help."),
    ("did not find some options", "has no such option", "Look at the values of its options."),
]


class StepError(Exception):
    """A step did not work. `message` says what happened, `hint` what may help; both are for people.

    They may quote the page, which may have cut its own text in the middle of a letter.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        message, hint = printable(message), printable(hint)
        super().__init__(f"{message} {hint}".strip())
        self.message, self.hint = message, hint


class BrowserLost(StepError):
    """There is no browser any more, and with it nothing to go on with."""

    def __init__(self) -> None:
        super().__init__("The browser was lost; what was in the page is gone.")


def seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:g} s"


def place_of(url: str) -> str:
    """An address as it may stand in a sentence: without what follows ? and #, which may hold secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else url.split("?")[0].split("#")[0][:60]


def not_reached(url: str, text: str) -> StepError:
    """The address could not be opened."""
    code = NET.search(text)
    why = NET_WORDS.get(code[1], "") if code else ""
    if not why:
        why = f"the browser says {code[1]}" if code else "the browser could not load it"
    return StepError(f"{quoted(place_of(url))} could not be opened: {why}.")


def element_trouble(what: str, ways: int, text: str, within: float, where: str) -> StepError:
    """The element was not there, or not in a state for the step, when its time was up."""
    if re.search(r"performing \w+ action", text):
        message = f"The step was done on {what}, but the page was still busy with it after {seconds(within)}."
        return StepError(message, "Look at the page before the step is done again.")
    last = max(((text.rfind(found[0]), found) for found in STATES), key=lambda seen: seen[0])
    if last[0] >= 0:
        _, state, hint = last[1]
        return StepError(f"{what} {state}; the bot waited {seconds(within)}.", hint)
    tried = "Its selector matches nothing" if ways == 1 else f"None of its {ways} selectors matches anything"
    return StepError(
        f"{what} was not found within {seconds(within)}.", f"{tried} on {where}. The page may have changed."
    )


def invalid_selector(text: str) -> StepError | None:
    """The sentence for a selector that the browser cannot read, if that is what went wrong."""
    found = INVALID.search(text)
    if not found:
        return None
    how, what = json.loads(found[1])
    kind = {"css": "CSS", "pierce": "CSS", "xpath": "XPath"}.get(how, how)
    return StepError(f"{quoted(what)} is not a valid {kind} selector.", "Correct it in the script.")


def first_line(text: str) -> str:
    """The heart of an error that we have no sentence for: one line, without the method's name and our own engine."""
    line = ANSI.sub("", text).split("\nCall log")[0].split("\n    at ")[0].strip().splitlines() or [""]
    heart = re.sub(r"^(?:\w+\.\w+: )?(?:Error: )*", "", line[0])
    return re.sub(r"hitl=\{.*\}", "the element", heart)[:200]
