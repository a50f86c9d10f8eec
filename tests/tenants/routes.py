"""Every address of the product, from the resolver itself; and the things that stand behind one pause."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from alerts.models import AccessLink, Alert
from bots.models import KeptFile, Schedule, Secret
from hitl.tenants.models import ApiKey, Invitation, Membership, User
from hitl.tenants.people import Person
from hitl.tenants.welcome import sign_in_link
from tests.alerts.pauses import paused
from tests.people import People, person, session_cookie

SITES = ["https://intranet.example", "https://desk.example:8443"]  # which may show Acme's browsers
VISITORS = ("ann", "bob", "vic", "sam", "nobody", "guest")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


def routes(patterns: list[Any] | None = None, before: str = "") -> Iterator[str]:
    """Each route as it is written in the urlconf."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            assert isinstance(pattern, URLPattern)
            yield route


def parameters(route: str) -> set[str]:
    return {match[1] or match[2] for match in PARAMETER.finditer(route)}


def path_of(route: str, value: Callable[[str], str]) -> str:
    """The route with a value for each parameter, and without what only a regular expression needs."""
    path = PARAMETER.sub(lambda match: value(match[1] or match[2]), route)
    return "/" + re.sub(r"[\\^$]", "", path)


def cookie_of(user: User) -> dict[str, str]:
    cookie = session_cookie(user)
    return {cookie["name"]: cookie["value"]}


def let_in(link: AccessLink) -> dict[str, str]:
    pressed = Client()
    pressed.post(f"/t/{link.token}", {"pressed": "yes"})
    return {name: morsel.value for name, morsel in pressed.cookies.items()}


@dataclass
class Place:
    """A workspace with a bot, a paused execution and its alert: what each parameter of a route is filled with."""

    people: People
    alert: Alert
    made_link: AccessLink
    invitation: Invitation  # of somebody who has no account
    member: Membership  # a fourth one, whom nobody visits as
    key: ApiKey
    cookies: dict[str, dict[str, str]]

    @classmethod
    def furnished(cls, people: People) -> Place:
        people.workspace.let_embed(Person.member(people.ann), SITES)
        alert = paused(people.workspace, picture="tests/page.jpg", instructions="Acme's secret instructions")
        execution = alert.execution
        execution.step_runs.update(picture="tests/page.jpg")
        picture = Path(settings.MEDIA_ROOT, "tests/page.jpg")
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(b"\xff\xd8\xff\xd9")
        KeptFile.keep(execution, "invoice.pdf", [b"Acme's invoice"], by="Ann", alert=alert)
        link = AccessLink.objects.create(alert=alert, role="control", label="Outsider")
        Secret.make(people.workspace, Person.member(people.ann), "pin", "4242")
        dan = Membership.objects.create(workspace=people.workspace, user=person("Dan"), role="viewer")
        invitation = Invitation.make(people.workspace, Person.member(people.ann), "new@example.com", "viewer")
        Schedule.make(execution.bot, Person.member(people.ann), cron="0 9 * * *", zone="UTC")
        members = {name: cookie_of(getattr(people, name)) for name in ("ann", "bob", "vic", "sam")}
        key, _ = ApiKey.make(people.workspace, Person.member(people.ann), "Acme's import", "run", None)
        return cls(people, alert, link, invitation, dan, key, {**members, "nobody": {}, "guest": let_in(link)})

    def url(self, route: str, **other: str) -> str:
        """The address of this place's thing on the route; `other` replaces single parameters."""
        known = self._known | {"token": self._token(route)} | other
        return path_of(route, lambda name: known.get(name, "1"))

    @cached_property
    def _known(self) -> dict[str, str]:
        """Looked up once: thousands of addresses are made of them."""
        execution = self.alert.execution
        return {
            "workspace": self.people.workspace.slug,
            "alert": self.alert.public_id,
            "bot": execution.bot.public_id,
            "execution": execution.public_id,
            "run": str(execution.step_runs.last().pk),
            "file": execution.files.get().public_id,
            "link": self.made_link.public_id,
            "schedule": execution.bot.schedules.get().public_id,
            "api_key": self.key.public_id,
            "secret": Secret.objects.get(workspace=self.people.workspace).public_id,
            "invitation": self.invitation.public_id,
            "member": str(self.member.pk),
            "delivery": str(self.alert.deliveries.first().pk),
        }

    def _token(self, route: str) -> str:
        if route.startswith("invitations/"):
            return self.invitation.token
        return self.made_link.token if route.startswith(("t/", "embed/")) else self._welcome

    @cached_property
    def _welcome(self) -> str:
        return sign_in_link(self.people.vic).rstrip("/").rpartition("/")[2]

    def visitors(self, **options: Any) -> dict[str, Client]:
        """Ann owns, Bob operates, Vic watches, Sam is a stranger; nobody is signed in; a guest has come by a link."""
        return {name: self._visitor(name, **options) for name in VISITORS}

    def _visitor(self, name: str, **options: Any) -> Client:
        client = Client(**options)
        client.cookies.load(self.cookies[name])
        return client
