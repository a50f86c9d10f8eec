"""Single-use tickets that open a socket: a page of ours hands one out, another site's page cannot get one."""

import hashlib
import logging
from typing import Any

from django.core import signing
from django.core.cache import cache

from hitl.ids import new_id

log = logging.getLogger(__name__)
SECONDS = 60
SALT = "hitl.tickets"


def issue(purpose: str, holder: str) -> str:
    """A ticket for one socket: `purpose` names what it opens, `holder` whose cookie must come along."""
    return signing.dumps({"p": purpose, "h": _digest(holder), "n": new_id("tkt")}, salt=SALT)


def admit(ticket: Any, purpose: str, holder: str) -> bool:
    """Whether this ticket, presented with this holder's cookie, opens `purpose`; it does so once, within a minute."""
    if not (isinstance(ticket, str) and ticket.isascii()):
        return False  # a lone surrogate, which JSON may carry, cannot even be compared
    try:
        content = signing.loads(ticket, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return False
    if content["p"] != purpose or content["h"] != _digest(holder):
        return False
    return _first_use(content["n"])


def _digest(holder: str) -> str:
    return hashlib.sha256(holder.encode()).hexdigest()[:32]


def _first_use(nonce: str) -> bool:
    try:
        return bool(cache.add(f"ticket:{nonce}", 1, SECONDS))
    except Exception as error:  # Redis is away: the signature, the minute, the cookie and the origin still hold
        log.warning("ticket not marked as used: %s", error)
        return True
