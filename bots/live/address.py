"""What a person types into the address bar, read as an address or refused with a sentence. No I/O."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from bots.live.control import Refused

_EXAMPLE = "Type an address such as example.com."
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?!\d{1,5}(?:[/?#]|$))", re.IGNORECASE)  # host:port is none
_WEB = re.compile(r"https?://[^/\\]", re.IGNORECASE)
_EMPTY = "about:blank"
_DEFAULT_PORTS = {"http": 80, "https": 443}


def read(typed: str) -> str:
    """The address to open. Raises Refused: words are no address, and are sent to no search engine."""
    # Chromium drops these wherever they stand, so a scheme must not hide behind one.
    text = re.sub(r"[\x00-\x1f\x7f]", "", typed).strip()
    if not text:
        raise Refused(_EXAMPLE)
    if text.lower() == _EMPTY:
        return _EMPTY
    if found := _SCHEME.match(text):
        _check_scheme(found[1].lower(), text)
    else:
        _check_name(text)
        text = f"{_usual_scheme(text)}://{text}"
    if "@" in urlsplit(text).netloc:
        raise Refused("An address with a name or password in it is not opened. The site asks for them by itself.")
    return text


def host_and_port(url: str) -> tuple[str, int]:
    """Where an address that was read leads; an empty host for about:blank."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)


def _check_scheme(scheme: str, text: str) -> None:
    if scheme not in _DEFAULT_PORTS:
        raise Refused(f"Addresses that begin with {scheme[:30]}: are not opened here, only those of http and https.")
    if not _WEB.match(text) or not _parts(text)[0]:
        raise Refused(f"An address begins with {scheme}:// and a name. {_EXAMPLE}")


def _usual_scheme(text: str) -> str:
    """https, except for machines by number, by a bare name or at a port of their own."""
    host, port = _parts(f"//{text}")
    return "http" if port or "." not in host or _is_number(host) else "https"


def _check_name(text: str) -> None:
    """Without a scheme it must look like an address."""
    host, port = _parts(f"//{text}")
    if re.search(r"\s", host) or not (host == "localhost" or "." in host.strip(".") or _is_number(host) or port):
        raise Refused(f"That is no address, and words are not sent to a search engine. {_EXAMPLE}")


def _parts(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port or 0
    except ValueError:
        raise Refused(f"That is no address. {_EXAMPLE}") from None


def _is_number(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False
