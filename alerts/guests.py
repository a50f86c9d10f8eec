"""Guests: people who were let in by a link. A signed cookie per alert remembers which link, and who of its holders.

In a frame on another site no cookie is sent. There the same stands in a pass, which our page shows with each request.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from alerts.models import AccessLink, Alert
from hitl.ids import new_id
from hitl.tenants.models import Workspace
from hitl.tenants.people import Person

SALT, PASSES = "alerts.guests", "alerts.guests.passes"
HEADER = "X-Hitl-Pass"  # the header; a pass is taken from nowhere else but a socket's hello
View = Callable[..., HttpResponseBase]
PREFIX = "__Host-guest_" if settings.HTTPS else "hitl_guest_"


@dataclass(frozen=True)
class Guest:
    """Someone whose cookie or pass proves that they pressed the button of a link which is still alive."""

    link: AccessLink
    visitor: str
    around: tuple[str, ...] = ()  # origins of the pages around the frame in which a pass was given

    @property
    def alert(self) -> Alert:
        return self.link.alert

    @property
    def may(self) -> str:
        return self.link.role

    @property
    def person(self) -> Person:
        """Named after the link: a member who came by their own mailed link is told from one who signed in."""
        label = f"{self.link.label} (by link)" if self.link.user_id else self.link.label
        return Person.guest(self.link.public_id, self.visitor, label)


def caller(link: AccessLink) -> Person:
    """Whoever answers by a link without coming in. By a member's own mailed link that is the member: who says there
    that they come can say at their desk that they do not."""
    if link.user:
        return Person(Person.member(link.user).key, f"{link.user} (by link)")
    return Person.guest(link.public_id, "", link.label)


def cookie_name(alert_id: str) -> str:
    return PREFIX + alert_id


def admit(response: HttpResponse, link: AccessLink, cookies: dict[str, str]) -> Guest:
    """Set the cookie that lets this visitor into the link's one alert; a visitor who was here before stays the same."""
    before = guest(link.alert.public_id, cookies)
    same = before is not None and before.link.pk == link.pk
    visitor = before.visitor if same and before else new_id("vis")
    value = _signed(link, visitor, SALT)
    response.set_cookie(
        cookie_name(link.alert.public_id), value, httponly=True, samesite="Strict", secure=settings.HTTPS, path="/"
    )
    return Guest(link, visitor)


def give_pass(link: AccessLink, around: Collection[str]) -> tuple[Guest, str]:
    """A new visitor, and their pass into the link's one alert, in a frame within pages of these origins."""
    visitor = new_id("vis")
    return Guest(link, visitor, tuple(around)), _signed(link, visitor, PASSES, o=list(around))


def _signed(link: AccessLink, visitor: str, salt: str, **more: list[str]) -> str:
    content = {"l": link.public_id, "v": visitor, "e": link.edition, **more}
    return signing.dumps(content, salt=salt, compress=True)


def guest(alert_id: str, cookies: dict[str, str], ended: bool = False) -> Guest | None:
    """The guest that these cookies prove for this alert, None otherwise.

    `ended`: also where the alert is over, so that a person may still read how it ended; never where the link was
    revoked or has expired.
    """
    return _proven(alert_id, cookies.get(cookie_name(alert_id), ""), SALT, ended)


def holder(alert_id: str, shown: Any, ended: bool = False) -> Guest | None:
    """The same for a pass, which proves nothing any more where the workspace lets no site show its browsers, or not
    one of those any longer in whose pages the frame stands."""
    found = _proven(alert_id, shown, PASSES, ended)
    return found if found and may_stand(found.alert.workspace, found.around) else None


def may_stand(workspace: Workspace, around: Collection[str]) -> bool:
    """Whether a browser of this workspace may be shown within pages of all these origins."""
    return bool(workspace.embed_origins) and set(around) <= set(workspace.embed_origins)


def who_asks(request: HttpRequest, alert_id: str, ended: bool = False) -> Guest | None:
    """The guest who makes this request. Whoever shows a pass is its holder or nobody, whatever cookies come along."""
    if HEADER in request.headers:
        return holder(alert_id, request.headers[HEADER], ended)
    return guest(alert_id, request.COOKIES, ended)


def by_pass_or_cookie(view: View) -> View:
    """A guest's POST. With a pass it needs no CSRF token: another site's page cannot send that header here, and a
    cookie that comes along counts for nothing. Without one it is checked as every other is."""
    checked = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return (view if HEADER in request.headers else checked)(request, *args, **kwargs)

    return enter


def _proven(alert_id: str, signed: Any, salt: str, ended: bool) -> Guest | None:
    if not (isinstance(signed, str) and signed.isascii()):
        return None  # a lone surrogate, which a socket's JSON may carry, cannot even be compared
    try:
        content = signing.loads(signed, salt=salt, max_age=24 * 3600)
    except signing.BadSignature:
        return None
    links = AccessLink.objects.select_related("alert__workspace", "alert__execution__bot")
    link = links.filter(public_id=content["l"], alert__public_id=alert_id).first()
    if link is None or content.get("e", 0) != link.edition or not (link.is_alive or (ended and link.is_open_to_read)):
        return None
    return Guest(link, content["v"], tuple(content.get("o", ())))
