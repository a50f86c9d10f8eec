"""docs/api.md is true: its calls are made, in their order, by a real curl and a real httpx at a real server."""

from __future__ import annotations

import builtins
import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from alerts.models import Alert, Kind
from bots.models import OVER, Execution, FailureReason, KeptFile, Status
from bots.models.execution import WHAT_NEXT
from hitl.tenants.models import Workspace
from hitl.tenants.people import SYSTEM
from tests.alerts.pauses import paused
from tests.api.conftest import key
from tests.people import everybody

MANUAL = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
CURLS = [block for block in re.findall(r"```sh\n(.*?)```", MANUAL, re.DOTALL) if block.startswith("curl")]
FOLLOWS, TELLS = re.findall(r"```python\n(.*?)```", MANUAL, re.DOTALL)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def environment(live_server: LiveServer) -> dict[str, str]:
    people = everybody()
    return {"HITL_URL": live_server.url, "HITL_KEY": key(people.workspace, people.ann)[1].token}


class Chat(HTTPServer):
    """A chat's incoming webhook, which refuses at first."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.url = f"http://127.0.0.1:{self.server_port}/hook"
        self.status, self.heard = 503, list[Any]()


class Hook(BaseHTTPRequestHandler):
    server: Chat

    def do_POST(self) -> None:
        self.server.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def chat() -> Iterator[Chat]:
    with Chat() as chat:
        threading.Thread(target=chat.serve_forever, args=[0.01], daemon=True).start()
        yield chat
        chat.shutdown()


def curl(block: str, environment: dict[str, str]) -> Any:
    done = subprocess.run(["sh", "-c", block], env=os.environ | environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def drive(execution: Execution, fields: list[dict[str, Any]] | None = None) -> None:
    """What a worker does until the request."""
    epoch = execution.claim("worker:1")
    execution.end_step(epoch, execution.begin_step(epoch, "navigate", "https://bank.example/"))
    run = execution.begin_step(epoch, "requestHuman", "Type the code")
    code = [{"name": "code", "type": "text", "label": "Code", "required": True}]
    asked = code if fields is None else fields
    execution.ask_human(epoch, run, {"kind": "otp", "title": "Type the code", "fields": asked})


def there(question: Callable[[], Any]) -> Any:
    """Ask until there is an answer."""
    for _ in range(600):
        if answer := question():
            return answer
        threading.Event().wait(0.05)
    raise AssertionError("it never came")


def end(execution: Execution) -> None:
    execution.succeed(execution.claim("worker:1"))


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl on this machine")
def test_every_curl_does_what_the_text_says(environment: dict[str, str]) -> None:
    me, bot, execution, follow, assign, complete, files = CURLS
    assert curl(me, environment)["scopes"] == ["read", "run", "admin"]
    environment["BOT"] = curl(bot, environment)["id"]
    started = curl(execution, environment)
    assert curl(execution, environment) == started
    environment["EXECUTION"] = started["id"]
    row = Execution.objects.get()
    drive(row)
    waiting = curl(follow, environment)
    assert waiting["status"] == "waiting_for_human"
    environment["ALERT"] = waiting["alert"]["id"]
    assert curl(assign, environment)["assigned_to"] == "bob@example.com"
    done = curl(complete, environment)
    assert (done["status"], done["answer"]) == ("completed", {"code": "123456"})
    KeptFile.keep(row, "statement.pdf", [b"%PDF"])
    assert curl(files, environment)["data"][0]["name"] == "statement.pdf"


@pytest.fixture
def program(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Thread]:
    """The one that follows an execution, under way: the bot that it starts is there."""
    me = environment["HITL_KEY"]
    bot = json.loads(re.search(r"-d '(.*?)'", CURLS[1], re.DOTALL)[1])  # type: ignore[index]
    assert httpx.post(f"{environment['HITL_URL']}/api/v1/bots", json=bot, headers={"X-API-Key": me}).status_code == 201
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(builtins, "input", lambda label: "123456")
    monkeypatch.setattr(time, "sleep", lambda seconds: threading.Event().wait(0.05))
    running = threading.Thread(target=exec, args=[compile(FOLLOWS, "docs/api.md", "exec"), {}])
    running.start()
    yield running
    running.join(timeout=30)
    assert not running.is_alive()


def see_to_its_end(program: threading.Thread) -> None:
    there(Execution.objects.filter(status=Status.RUNNING).exists)
    end(Execution.objects.get())
    program.join(timeout=30)


def test_the_program_handles_an_alert_and_reads_the_ending(
    program: threading.Thread, capsys: pytest.CaptureFixture[str]
) -> None:
    drive(there(Execution.objects.first))
    see_to_its_end(program)
    assert capsys.readouterr().out == "succeeded {}\n"
    assert Alert.objects.get().answer == {"code": "123456"}


def test_the_program_calls_somebody_where_nothing_can_be_answered_for_them(
    program: threading.Thread, capsys: pytest.CaptureFixture[str]
) -> None:
    """It must not press Done for a person who has yet to come."""
    drive(there(Execution.objects.first), fields=[])
    said = there(lambda: capsys.readouterr().out)
    alert = Alert.objects.get()
    assert said.startswith(f"Somebody has to come: {alert.share_url}\n")
    assert alert.status == "open"
    alert.complete(SYSTEM, {})
    see_to_its_end(program)


def test_it_tells_every_ending_apart() -> None:
    _head, *endings = re.findall(r"^\| [^|]+ \| `(\w+)` \| (?:`(\w+)` )?\|", MANUAL, re.MULTILINE)
    failed = [("failed", reason) for reason in FailureReason.values]
    assert sorted(endings) == sorted(failed + [(status.value, "") for status in OVER if status != Status.FAILED])
    named = [*WHAT_NEXT["choices"], Kind.STEP_FAILED.value, Kind.STEP_INTERRUPTED.value]
    assert [word for word in named if f"`{word}`" not in MANUAL] == []


class Stop(BaseException):
    """What ends a program that would run for ever."""


def test_a_chat_is_told_of_every_alert_once(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, chat: Chat
) -> None:
    """The chat is away at first; what it could not be told is told when it is back."""
    alert = paused(Workspace.objects.get(slug="acme"))
    turns = iter([None, None, None])

    def pause(seconds: float) -> None:
        chat.status = 200
        if next(turns, Stop) is Stop:
            raise Stop

    for name, value in environment.items() | {"CHAT_WEBHOOK": chat.url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(time, "sleep", pause)
    with pytest.raises(Stop):
        exec(compile(TELLS, "docs/api.md", "exec"), {})  # noqa: S102 - the manual is ours
    text = (
        f"{alert.execution.bot.name} waits for a person: {alert.title}\n{settings.BASE_URL}{alert.get_absolute_url()}"
    )
    assert chat.heard == [{"text": text}] * 2
