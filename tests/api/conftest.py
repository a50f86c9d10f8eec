"""Programs with keys: of each scope, of another workspace, revoked and expired ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

import hitl.urls  # noqa: F401 - knows the converters of ids that the API is written with
from alerts.models import Alert
from bots.models import Bot
from hitl.tenants.models import ApiKey, User, Workspace
from hitl.tenants.people import Person
from tests.alerts.pauses import paused
from tests.people import People

SCRIPT = {
    "title": "Balance",
    "steps": [
        {"type": "navigate", "url": "https://bank.example/{{customer}}"},
        {"type": "requestHuman", "title": "Type the code"},
    ],
}


class Program:
    """Somebody's program: `program.get("/me")`; answers are JSON or a problem, and always say which."""

    def __init__(self, token: str, header: str = "Authorization") -> None:
        self.token = token
        self.client = Client(raise_request_exception=False)
        self.headers = {header: f"Bearer {token}" if header == "Authorization" else token}

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = json.dumps(body) if body is not None else ""
        given = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.generic(
            method, f"/api/v1{path}", data, content_type="application/json" if data else "", headers=given
        )
        return said(answer)

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.send("DELETE", path, **headers)


def said(answer: HttpResponse) -> HttpResponse:
    """Whatever it is, it is what the API promises of every answer."""
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        content = json.loads(answer.content)
        assert content["status"] == answer.status_code
        assert content["type"]
        assert content["title"]
        assert content["detail"].endswith((".", "!", "?", "docs"))
    return answer


def key(workspace: Workspace, maker: User, scope: str = "admin", name: str = "CI") -> tuple[ApiKey, Program]:
    made, token = ApiKey.make(workspace, Person.member(maker), name, scope, None)
    return made, Program(token)


@pytest.fixture
def program(people: People) -> Program:
    """Holds an admin's key of Acme."""
    return key(people.workspace, people.ann)[1]


@pytest.fixture
def reader(people: People) -> Program:
    return key(people.workspace, people.ann, "read")[1]


@pytest.fixture
def runner(people: People) -> Program:
    return key(people.workspace, people.ann, "run")[1]


@pytest.fixture
def stranger(people: People) -> Program:
    """Holds an admin's key of another workspace."""
    return key(people.other, people.sam)[1]


@pytest.fixture
def bot(people: People) -> Bot:
    return Bot.make(people.workspace, Person.member(people.ann), "Balance", json.dumps(SCRIPT))


@pytest.fixture
def alert(people: People) -> Alert:
    return paused(people.workspace)
