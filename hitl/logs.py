"""The log's lines, plain or JSON: each names its request, execution and alert, and none holds a capability."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

# Paths that open something to whoever has them: takeover links, one-click sign-ins, keys in mails.
CAPABILITY = re.compile(
    r"(/(?:t|embed|welcome|invitations?|accounts/confirm-email|accounts/password/reset/key)/)[A-Za-z0-9_\-.~:%]+"
)
PUBLIC_ID = re.compile(r"\b(exe|alt)_[a-z0-9]{26}\b")
KINDS = {"exe": "execution", "alt": "alert"}

_known: ContextVar[dict[str, str] | None] = ContextVar("what the lines are about", default=None)


_typed: Counter[str] = Counter()  # secrets that bots of this process may be typing now, and how many of them


@contextmanager
def hiding(secrets: Iterable[Any]) -> Iterator[None]:
    """Until it is left, no line of this process shows any of these values, whichever library writes it."""
    ways = Counter(way for secret in secrets for way in _ways(str(secret)))
    _typed.update(ways)
    try:
        yield
    finally:
        _typed.subtract(ways)


def _ways(secret: str) -> set[str]:
    """How libraries write it: as it is, in quotes, in an address; and each of these once more in a line of JSON."""
    plain = {secret, repr(secret)[1:-1], quote(secret, safe="")}
    return plain | {json.dumps(way, ensure_ascii=False)[1:-1] for way in plain}


def without_capabilities(text: str) -> str:
    """The text with the token of every link replaced, and every secret that is in use."""
    for secret in sorted((+_typed).keys(), key=len, reverse=True):
        text = text.replace(secret, "•••")
    return CAPABILITY.sub(r"\1…", text)


def begin(**ids: str) -> None:
    """A new piece of work begins in this thread or coroutine: its lines carry these ids, and no earlier ones."""
    _known.set(ids)


def note(**ids: str) -> None:
    """It is known by now what the work is about; its later lines say so, those of its own tasks and threads too."""
    known = _known.get()
    if known is None:
        begin(**ids)
    else:
        known.update(ids)


@contextmanager
def about(row: Any) -> Iterator[None]:
    """The lines in between are about this row of ours: an execution, an alert, or what belongs to one."""
    before = _known.set({**known(), **ids_of(row)})
    try:
        yield
    finally:
        _known.reset(before)


def known() -> dict[str, str]:
    """The ids of the work that is under way here."""
    return dict(_known.get() or {})


def ids_of(row: Any) -> dict[str, str]:
    """The public ids that a row names: its own, those of its alert and of its execution as far as they are loaded."""
    loaded = getattr(getattr(row, "_state", None), "fields_cache", {})
    rows = [row, *(loaded[name] for name in ("alert", "execution") if loaded.get(name))]
    return ids_in(" ".join(str(getattr(each, "public_id", "")) for each in rows))


def ids_in(text: str) -> dict[str, str]:
    """The executions and alerts that a text (a path) names: public ids say themselves what they are."""
    return {KINDS[match[1]]: match[0] for match in PUBLIC_ID.finditer(text)}


class Known(logging.Filter):
    """Puts the ids onto each record, in the thread where it is made."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.about = known()
        return True


class NoCanaries(logging.Filter):
    """Leaves out what Celery says about each canary; one that does not arrive is told by /readyz."""

    def filter(self, record: logging.LogRecord) -> bool:
        is_celerys = record.name.startswith("celery.") and record.levelno <= logging.INFO
        return not (is_celerys and "bots.canary" in record.getMessage())


class NoTokens(logging.Filter):
    """Replaces the token of every link in a record, arguments included."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = without_capabilities(message)
        if hidden != message:
            record.msg, record.args = hidden, ()
        return True


class Plain(logging.Formatter):
    """For people: time, level, logger, message, and the ids in brackets behind it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        ids = " ".join(f"{name}={value}" for name, value in getattr(record, "about", {}).items())
        return super().formatMessage(record) + (f" [{ids}]" if ids else "")

    def format(self, record: logging.LogRecord) -> str:
        return without_capabilities(super().format(record))


class Json(logging.Formatter):
    """For machines: one object a line; `facts` of a record become fields of their own."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "about", {}),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return without_capabilities(json.dumps(line, ensure_ascii=False, default=str))
