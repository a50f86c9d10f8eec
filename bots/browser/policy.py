"""What a CDP client may ask of the browser. Denied by default: methods.txt names every method that is not.

Nothing here guards one tenant from another (each session has a Chromium of its own): it guards the machine, the
operator's network and the person who takes over.
"""

import re
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

Params = dict[str, Any]

# Browser interface targets (address bar, dialogs) are nobody's business; `browser` would be an unwatched root.
_HIDDEN = [{"type": kind, "exclude": True} for kind in ("browser_ui", "browser", "webview", "background_page")]
_DEFAULT_FILTER = [{"type": "tab", "exclude": True}, {}]
_PERMISSIONS = {
    "geolocation", "notifications", "clipboardReadWrite", "clipboardSanitizedWrite", "clipboard-read",
    "clipboard-write", "audioCapture", "videoCapture", "microphone", "camera", "storageAccess", "storage-access",
    "sensors", "wakeLockScreen", "screen-wake-lock", "durableStorage", "persistent-storage",
}  # fmt: skip
_CONTEXT_HOLES = ("proxyServer", "proxyBypassList", "originsWithUniversalNetworkAccess")
_PAGE_URL = re.compile(r"(?:https?|data):|blob:https?:|about:blank(?:[?#]|$)", re.IGNORECASE)
_REQUEST_URL = re.compile(r"(?:https?|wss?):", re.IGNORECASE)
_INITIAL = {"", "chrome-error://chromewebdata/"}  # a page that has not begun, or could not load


# Where our own scripts stand in pages. Each browser server has another name for it, which no client gets to know: what
# a bot's script had put there would speak in their name while a person drives.
OUR_WORLD = f"hitl-{secrets.token_hex(8)}"


class Refused(Exception):
    """The sentence that the client gets to read."""


class Known(NamedTuple):
    """What the checks need to know of the session and of the client that asks."""

    downloads: Path
    uploads: Path
    streams: set[str] = set()  # handles that this client was given
    contexts: set[str] = set()  # browser contexts that this client made


@cache
def verdicts() -> dict[str, str]:
    """Method → allow, check or deny, as methods.txt says."""
    text = (Path(__file__).parent / "methods.txt").read_text().replace("\n  ", " ")
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            head, _, names = line.partition(": ")
            verdict, domain = head.split()
            found |= {f"{domain}.{name}": verdict for name in names.split()}
    return found


def check(method: str, params: Params, known: Known) -> Params:
    """The parameters to send on, perhaps changed. Raises Refused."""
    if OUR_WORLD in (params.get("worldName"), params.get("executionContextName")):
        raise Refused("This world is not for clients.")
    match verdicts().get(method):
        case "allow":
            return params
        case "check":
            return _CHECKS[method](params, known)
        case _:
            raise Refused(f"{method} is not available in this browser.")


def is_page_url(url: str) -> bool:
    """Whether a tab may show this: the web, about:blank, and data: and blob: of pages."""
    url = _as_chromium_reads(url)
    return url in _INITIAL or bool(_PAGE_URL.match(url))


def _as_chromium_reads(url: str) -> str:
    """Chromium drops control characters and spaces around a URL, and tabs and line ends anywhere in it."""
    return re.sub(r"[\t\r\n]", "", url).strip("".join(map(chr, range(33))))


def _pass(params: Params, known: Known) -> Params:
    return params


def _page_url(params: Params, known: Known) -> Params:
    if not is_page_url(params.get("url", "")):
        raise Refused("This browser opens http and https addresses only.")
    return params


def _request_url(params: Params, known: Known) -> Params:
    if "url" in params and not _REQUEST_URL.match(_as_chromium_reads(params["url"])):
        raise Refused("A request can be sent on to http and https addresses only.")
    return params


def _downloads(params: Params, known: Known) -> Params:
    """Downloads go to the session's folder, whatever folder of its own machine the client names."""
    return params | {"behavior": "allowAndName", "downloadPath": str(known.downloads)}


def _page_downloads(params: Params, known: Known) -> Params:
    return params | {"behavior": "allow", "downloadPath": str(known.downloads)}


def _files(params: Params, known: Known) -> Params:
    for file in params.get("files", []):
        if not Path(file).resolve().is_relative_to(known.uploads.resolve()):
            raise Refused("Only files that were uploaded for this session can be chosen.")
    return params


def _drag(params: Params, known: Known) -> Params:
    if params.get("data", {}).get("files"):
        raise Refused("Files cannot be dragged into this browser.")
    return params


def _stream(params: Params, known: Known) -> Params:
    if params.get("handle") not in known.streams:
        raise Refused("This stream was not opened on this connection.")
    return params


def _permissions(params: Params, known: Known) -> Params:
    named = [*params.get("permissions", []), *filter(None, [params.get("permission", {}).get("name")])]
    if beyond := set(named) - _PERMISSIONS:
        raise Refused(f"These permissions cannot be given here: {', '.join(sorted(beyond))}.")
    return params


def _new_context(params: Params, known: Known) -> Params:
    if named := [name for name in _CONTEXT_HOLES if params.get(name)]:
        raise Refused(f"A context cannot have its own {', '.join(named)}.")
    return params


def _own_context(params: Params, known: Known) -> Params:
    if params.get("browserContextId") not in known.contexts:
        raise Refused("This context was not made on this connection.")
    return params


def _filtered(params: Params, known: Known) -> Params:
    return params | {"filter": [*_HIDDEN, *params.get("filter", _DEFAULT_FILTER)]}


def _flat(params: Params, known: Known) -> Params:
    """Sessions are flat: a nested one would carry methods that nobody checks."""
    return params | {"flatten": True}


def _auto_attach(params: Params, known: Known) -> Params:
    return _flat(_filtered(params, known), known) if params.get("autoAttach") else _flat(params, known)


def _discover(params: Params, known: Known) -> Params:
    return _filtered(params, known) if params.get("discover") else params


_CHECKS: dict[str, Callable[[Params, Known], Params]] = {
    "Browser.close": _pass,  # the multiplexer detaches the client instead
    "Browser.grantPermissions": _permissions,
    "Browser.setContentsSize": _pass,  # answered without an effect: the window is the live view's
    "Browser.setDownloadBehavior": _downloads,
    "Browser.setPermission": _permissions,
    "Browser.setWindowBounds": _pass,
    "DOM.setFileInputFiles": _files,
    "Fetch.continueRequest": _request_url,
    "IO.close": _stream,
    "IO.read": _stream,
    "Input.dispatchDragEvent": _drag,
    "Page.navigate": _page_url,
    "Page.setDownloadBehavior": _page_downloads,
    "Target.attachToBrowserTarget": _pass,  # the multiplexer makes one more watched root session
    "Target.attachToTarget": _flat,
    "Target.autoAttachRelated": _filtered,
    "Target.createBrowserContext": _new_context,
    "Target.createTarget": _page_url,
    "Target.disposeBrowserContext": _own_context,
    "Target.getTargets": _filtered,
    "Target.setAutoAttach": _auto_attach,
    "Target.setDiscoverTargets": _discover,
}
