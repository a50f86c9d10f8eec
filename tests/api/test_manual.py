"""docs/api.md is true: its calls are made, in their order, by a real curl and a real httpx at a real server."""

from __future__ import annotations

import builtins
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer

from alerts.models import Alert
from bots.models import Execution, KeptFile, Status
from tests.api.conftest import key
from tests.people import everybody

MANUAL = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
CURLS = [block for block in re.findall(r"```sh\n(.*?)```", MANUAL, re.DOTALL) if block.startswith("curl")]
PYTHON = re.findall(r"```python\n(.*?)```", MANUAL, re.DOTALL)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def environment(live_server: LiveServer) -> dict[str, str]:
    people = everybody()
    return {"HITL_URL": live_server.url, "HITL_KEY": key(people.workspace, people.ann)[1].token}


def curl(block: str, environment: dict[str, str]) -> Any:
    done = subprocess.run(["sh", "-c", block], env=os.environ | environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def drive(execution: Execution) -> None:
    """What a worker does until the request."""
    epoch = execution.claim("worker:1")
    execution.end_step(epoch, execution.begin_step(epoch, "navigate", "https://bank.example/"))
    run = execution.begin_step(epoch, "requestHuman", "Type the code")
    fields = [{"name": "code", "type": "text", "label": "Code", "required": True}]
    execution.ask_human(epoch, run, {"kind": "otp", "title": "Type the code", "fields": fields})


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


def test_the_program_handles_an_alert_and_reads_the_ending(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    me = environment["HITL_KEY"]
    bot = json.loads(re.search(r"-d '(.*?)'", CURLS[1], re.DOTALL)[1])  # type: ignore[index]
    assert httpx.post(f"{environment['HITL_URL']}/api/v1/bots", json=bot, headers={"X-API-Key": me}).status_code == 201
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(builtins, "input", lambda label: "123456")
    [program] = PYTHON
    running = threading.Thread(target=exec, args=[compile(program, "docs/api.md", "exec"), {}])
    running.start()
    row = there(Execution.objects.first)
    drive(row)
    there(Execution.objects.filter(status=Status.RUNNING).exists)
    row.refresh_from_db()
    end(row)
    running.join(timeout=30)
    assert capsys.readouterr().out == "succeeded {}\n"
    assert Alert.objects.get().answer == {"code": "123456"}
