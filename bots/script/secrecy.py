"""Secrets while steps are played: on which sites each may be typed, and how none of them is read back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, urlsplit

from bots.script.problems import listed, quoted
from bots.script.schema import Change, Navigate, Step
from bots.script.trouble import StepError
from bots.script.variables import MANNERS, VARIABLE, as_text, names_of

if TYPE_CHECKING:
    from bots.script.place import Place

MASK = "•••"
MASKED_FROM = 3  # characters; a shorter value would be taken for parts of ordinary words
PORTS = {"http": 80, "https": 443}
PART = 6  # so many first characters give a value away, where a text was cut in the middle of it


class Veil:
    """Hides values in texts, in each way in which a script, an address or a message may write them.

    Of a secret its beginning goes too, where a text was cut in the middle of it. Made once for many texts: to find the
    ways takes longer than to look through a short text.
    """

    def __init__(self, secrets: Iterable[Any], answers: Iterable[Any] = ()) -> None:
        self._secret = _all_ways(secrets)
        self._all = sorted({*self._secret, *_all_ways(answers)}, key=len, reverse=True)

    def over(self, text: str) -> str:
        """The text without any of the values."""
        for way in self._all:
            text = text.replace(way, MASK)
        for way in self._secret:
            text = without_beginnings(text, way)
        return text


def masked(text: str, secrets: Iterable[Any], answers: Iterable[Any] = ()) -> str:
    """One text without any of the values."""
    return Veil(secrets, answers).over(text)


def _all_ways(values: Iterable[Any]) -> list[str]:
    """The longest first."""
    ways = {way for value in values for way in _ways(as_text(value)) if len(way) >= MASKED_FROM}
    return sorted(ways, key=len, reverse=True)


def _ways(value: str) -> Iterator[str]:
    if len(value) < MASKED_FROM:
        return
    yield from (value, value.strip(), " ".join(value.split()))
    yield from (quote(value, safe=""), quote(value), quote_plus(value))
    yield from (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
    where = VARIABLE.search(" {{value}}")  # not at the beginning of its text
    assert where is not None  # noqa: S101 - for the types
    yield from (MANNERS[how](value, where) for how in ("css", "aria", "script", "url"))


def without_beginnings(text: str, value: str) -> str:
    """Without each beginning of the value that is long enough to tell it, in one pass, however many there are."""
    first, kept, end = value[:PART], list[str](), 0
    while len(first) == PART and (at := text.find(first, end)) >= 0:
        kept += text[end:at], MASK
        end = at + PART
        while end < min(len(text), at + len(value)) and text[end] == value[end - at]:
            end += 1
    return "".join([*kept, text[end:]])


def limits_of(step: Step, sites: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """The secrets of this step (as it is written) that may only be typed on certain sites."""
    used = {name.removeprefix("secrets.") for _, name in names_of(step) if name.startswith("secrets.")}
    return {name: sites[name] for name in sorted(used) if sites.get(name)}


async def keep_within(limits: Mapping[str, Sequence[str]], step: Step, place: Place) -> None:
    """Raise StepError where the step would bring a secret to a site on which it may not be typed.

    A field is waited for first: until it is there, the page may still be on its way to another site.
    """
    if isinstance(step, Change):
        await place.element(step.selectors).wait_for(state="attached", timeout=place.left)
    address = step.url if isinstance(step, Navigate) else place.frame.url
    for name, sites in limits.items():
        if not any(is_on(address, site) for site in sites):
            known, _ = _site_of(address)
            here = urlsplit(address).netloc.rpartition("@")[2] if known else "a page without a site"
            message = f"The secret {quoted(name)} may only be typed on {listed(sites)}; this is {quoted(here)}."
            raise StepError(message, "If the site is right, add it to the secret in the workspace's settings.")


def is_on(address: str, site: str) -> bool:
    """Whether the address belongs to `bank.example`, `bank.example:8443` or `*.bank.example` (its subdomains)."""
    found, its_port = _site_of(address)
    host, _, port = site.lower().partition(":")
    if not found or (port and str(its_port) != port):
        return False
    return found.endswith(host[1:]) if host.startswith("*.") else found == host


def _site_of(address: str) -> tuple[str, int]:
    """Host and port; no host where the address has none, or Chromium might read another one than we do."""
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", 0
    is_plain = parts.scheme in PORTS and "\\" not in parts.netloc  # which to Chromium is a slash: the host ends there
    return (parts.hostname or "").rstrip(".") if is_plain else "", port
