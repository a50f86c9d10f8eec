"""The settings: whether BASE_URL is what people reach, and what is not safe."""

from __future__ import annotations

import http.client
import ipaddress
import json
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from hitl.doctor.finding import Finding, fine, look, wrong

PATIENCE = 5  # seconds
NOT_A_SESSION = "/ws/w/-/"  # a socket that says nothing to whoever shows no ticket


def base_url() -> Iterator[Finding]:
    """The address in every message: encrypted, reached, and with a proxy in front that passes sockets."""
    base = urlsplit(settings.BASE_URL)
    if base.scheme != "https" and not _is_this_machine(base.hostname or ""):
        do = "Put a proxy that ends TLS in front and set BASE_URL to its https address (docs/hosting.md)."
        yield wrong("BASE_URL", f"{settings.BASE_URL} is not encrypted: whoever is on the way reads what is typed.", do)
    elif _is_this_machine(base.hostname or ""):
        do = "Set it to the address that people's devices reach, before you invite anybody."
        yield look("BASE_URL", f"{settings.BASE_URL} leads to this machine alone.", do)
    if trouble := _asked():
        yield trouble
    else:
        yield fine("BASE_URL", f"{settings.BASE_URL} leads to hitl.")
        yield _socket()


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _asked() -> Finding | None:
    """What is wrong with the way to /healthz; None: nothing."""
    base = urlsplit(settings.BASE_URL)
    Line = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection
    line = Line(base.hostname or "", base.port, timeout=PATIENCE)
    try:
        line.request("GET", f"{base.path}/healthz")
        answer = line.getresponse()
        alive = answer.status == 200 and json.loads(answer.read(1000)).get("alive")
    except ssl.SSLError as error:
        return wrong("BASE_URL", f"Its certificate is not accepted: {error.reason}.", "Renew it, or correct the proxy.")
    except OSError as error:
        do = "Start the web process, or correct name, proxy or firewall. From this machine it may differ from outside."
        return look("BASE_URL", f"{settings.BASE_URL} is not reached from here: {error}.", do)
    except (ValueError, http.client.HTTPException):
        alive = False
    finally:
        line.close()
    return (
        None if alive else wrong("BASE_URL", "Something else answers there.", "Point the proxy at hitl's web process.")
    )


def _socket() -> Finding:
    url = f"ws{settings.BASE_URL.removeprefix('http')}{NOT_A_SESSION}"
    try:
        with connect(url, origin=settings.ALLOWED_ORIGINS[0], open_timeout=PATIENCE, close_timeout=1, proxy=None):
            return fine("Sockets", "They pass: pages and live browsers are kept up to date.")
    except (WebSocketException, OSError) as error:
        do = "Let the proxy pass WebSockets on /ws/ (Upgrade and Connection, HTTP/1.1): docs/hosting.md."
        return wrong("Sockets", f"They do not pass: {error}.", do)


def unsafe() -> Iterator[Finding]:
    """Each setting that weakens something, with what it costs."""
    found = [finding for applies, finding in _weak() if applies]
    yield from found or [fine("Settings", "None that weakens anything.")]


def _weak() -> Iterator[tuple[bool, Finding]]:
    bound = settings.BROWSER_BIND
    yield settings.DEBUG, wrong("HITL_DEBUG", "It is on: errors show settings and source.", "Take it out.")
    yield "*" in settings.ALLOWED_HOSTS, wrong("Hosts", "Any Host header is believed.", "Name yours.")
    yield (
        len(settings.SECRET_KEY) < 50 or len(set(settings.SECRET_KEY)) < 5,
        wrong("SECRET_KEY", "It is short or simple.", "Use 50 random characters; sealed values must be entered again."),
    )
    yield (
        not settings.CHROMIUM_SANDBOX,
        wrong(
            "Sandbox",
            "HITL_CHROMIUM_NO_SANDBOX is set: every page of a bot runs with the worker's own rights.",
            "Allow user namespaces on this machine and take it out.",
        ),
    )
    yield (
        bound in ("0.0.0.0", "::"),  # noqa: S104
        look("Browsers", f"They listen on every address ({bound}).", "Name the one that web machines reach."),
    )
    yield (
        settings.HTTPS and not settings.BEHIND_PROXY,
        wrong("Proxy", "BASE_URL is https and HITL_BEHIND_PROXY is off.", "Set it to 1 where a proxy ends TLS."),
    )
    yield (
        settings.SIGNUP_OPEN and settings.HTTPS,
        look("HITL_SIGNUP", "Anybody may make an account.", "Take it out where only invited people should come."),
    )
    yield (
        settings.PRACTICE and settings.HTTPS,
        look("HITL_PRACTICE", "The practice site is open to everybody under /practice/.", "Take it out when done."),
    )
    yield (
        bool(wide := [target for target in settings.PRIVATE_TARGETS if _is_wide(target)]),
        look("Targets", f"Bots of every workspace reach {', '.join(wide)}.", "List single addresses and ports."),
    )


def _is_wide(target: str) -> bool:
    try:
        return ipaddress.ip_network(target.partition(":")[0], strict=False).num_addresses > 256
    except ValueError:
        return False
