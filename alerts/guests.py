"""Guests: people who were let in by a link. A signed cookie per alert remembers which link, and who of its holders."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpResponse

from alerts.models import AccessLink, Alert
from hitl.ids import new_id
from hitl.tenants.people import Person

SALT = "alerts.guests"
PREFIX = "__Host-guest_" if settings.HTTPS else "hitl_guest_"


@dataclass(frozen=True)
class Guest:
    """Someone whose cookie proves that they pressed the button of a link which is still alive."""

    link: AccessLink
    visitor: str

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
    value = signing.dumps({"l": link.public_id, "v": visitor}, salt=SALT)
    response.set_cookie(
        cookie_name(link.alert.public_id), value, httponly=True, samesite="Strict", secure=settings.HTTPS, path="/"
    )
    return Guest(link, visitor)


def guest(alert_id: str, cookies: dict[str, str], ended: bool = False) -> Guest | None:
    """The guest that these cookies prove for this alert, None otherwise.

    `ended`: also where the alert is over, so that a person may still read how it ended; never where the link was
    revoked or has expired.
    """
    try:
        content = signing.loads(cookies.get(cookie_name(alert_id), ""), salt=SALT, max_age=24 * 3600)
    except signing.BadSignature:
        return None
    links = AccessLink.objects.select_related("alert__workspace", "alert__execution__bot")
    link = links.filter(public_id=content["l"], alert__public_id=alert_id).first()
    if link is None or not (link.is_alive or (ended and link.is_open_to_read)):
        return None
    return Guest(link, content["v"])
