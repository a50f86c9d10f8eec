"""The log's lines: who can be told apart in them, and what stands in none of them."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from celery.signals import before_task_publish, task_prerun
from django.test import Client

from alerts import sweeper
from alerts.models import Alert
from bots import runner
from bots.engine import engine
from hitl import celery_app, logs
from hitl.requests import Sockets, id_for
from tests.alerts.pauses import moved, paused, running
from tests.people import People, signed_in
from tests.tenants.routes import parameters, path_of, routes

pytestmark = pytest.mark.django_db


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What a process with HITL_LOG_FORMAT=json writes."""
    logs.begin()
    stream, root = StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Json())
    handler.addFilter(logs.Known())
    handler.addFilter(logs.NoTokens())
    before, level = root.handlers[:], root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
    assert root.handlers == before


def lines(written: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_each_request_is_one_line_with_its_id(people: People, written: StringIO) -> None:
    client = signed_in(people.ann)
    alert = paused(people.workspace)
    answer = client.get(f"{alert.get_absolute_url()}?secret=canary", headers={"x-request-id": "from-the-proxy.1"})
    assert answer.headers["X-Request-ID"] == "from-the-proxy.1"
    (line,) = (line for line in lines(written) if line["logger"] == "hitl.access")
    assert (line["request"], line["alert"]) == ("from-the-proxy.1", alert.public_id)
    assert (line["method"], line["path"], line["status"]) == ("GET", alert.get_absolute_url(), 200)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", str(line["time"]))
    assert "canary" not in written.getvalue()


def test_probes_are_not_in_the_log(written: StringIO) -> None:
    answer = Client().get("/healthz")
    assert answer.headers["X-Request-ID"].startswith("req_")
    assert "healthz" not in written.getvalue()


@pytest.mark.security
@pytest.mark.parametrize("given", ["", "two\nlines", "x" * 200, "naïve", 'quo"te', "{{7*7}}"])
def test_t24_an_id_that_does_not_belong_in_a_log_is_replaced(given: str) -> None:
    assert id_for(given).startswith("req_")


@pytest.mark.security
def test_t12_no_line_can_be_forged_by_an_address(written: StringIO) -> None:
    Client().get("/%0A2026-11-21 00:00:00 INFO forged/")
    plain = logs.Plain()
    record = logging.LogRecord("x", logging.INFO, "x", 1, "%s", ("/a%0Ab",), None)
    assert plain.format(record).count("\n") == 0
    assert all("\n" not in str(line["message"]) for line in lines(written))


@pytest.mark.security
def test_t7_every_route_with_a_capability_is_hidden(written: StringIO) -> None:
    """A new route with a token in it fails here until `hitl.logs` knows it."""
    opened = [route for route in routes() if {"token", "key", "uidb36"} & parameters(route)]
    assert len(opened) >= 4
    for route in opened:
        path = path_of(route, lambda name: "canary-1:a.B_c")
        assert "canary" not in logs.without_capabilities(f"Gone: {path}"), route
        Client().get(path)
    assert written.getvalue()
    assert "canary" not in written.getvalue()


def test_what_a_sweeper_does_names_execution_and_alert(people: People, written: StringIO) -> None:
    alert = paused(people.workspace)
    moved(alert, deadline=-1)
    sweeper.each([Alert.objects.select_related("execution__bot", "workspace").get(pk=alert.pk)], Alert.expire)
    expired = next(line for line in lines(written) if line["message"] == f"{alert} is expired")
    assert (expired["alert"], expired["execution"]) == (alert.public_id, alert.execution.public_id)
    assert logs.known() == {}


@pytest.mark.django_db(transaction=True)
def test_what_a_runner_does_names_its_execution(people: People, written: StringIO, settings: Any) -> None:
    execution, epoch = running(people.workspace)
    execution.let_go(epoch)
    settings.MAX_SESSIONS, settings.CHROMIUM = 1, "/nowhere/chromium"
    engine.run(runner.run(engine, execution.pk))
    failed = next(line for line in lines(written) if line["message"] == f"{execution} is failed")
    assert failed["execution"] == execution.public_id


def test_a_tasks_lines_carry_the_request_that_led_to_it() -> None:
    """As the message is published and as a worker takes it."""
    headers: dict[str, str] = {}
    logs.begin(request="req_1")
    before_task_publish.send("bots.run", headers=headers, body=(), exchange="", routing_key="")
    assert headers == {"hitl_request": "req_1"}
    task = celery_app.tasks["bots.run"]
    task.push_request(**headers)
    try:
        task_prerun.send(task, task_id="t1", task=task, args=(), kwargs={})
        assert logs.known() == {"task": "t1", "request": "req_1"}
    finally:
        task.pop_request()
        logs.begin()


async def test_a_socket_has_an_id_and_says_what_it_is_about() -> None:
    heard = {}

    async def consumer(scope: object, receive: object, send: object) -> None:
        heard.update(logs.known())

    scope = {"path": f"/ws/live/exe_{'a' * 26}/", "headers": [(b"x-request-id", b"from-the-proxy.2")]}
    await Sockets(consumer)(scope, None, None)
    assert heard == {"request": "from-the-proxy.2", "execution": f"exe_{'a' * 26}"}


def test_canaries_are_kept_out_of_the_log_while_they_sing() -> None:
    def kept(name: str, level: int) -> bool:
        return logs.NoCanaries().filter(logging.LogRecord(name, level, "x", 1, "Task bots.canary[1]", (), None))

    assert not kept("celery.app.trace", logging.INFO)
    assert kept("celery.app.trace", logging.ERROR)
    assert kept("bots.sweeper", logging.WARNING)


def test_an_error_is_one_line_too(written: StringIO) -> None:
    try:
        raise ValueError("/t/canary-token")
    except ValueError:
        logging.getLogger("hitl").exception("it failed")
    (line,) = lines(written)
    assert "ValueError: /t/…" in str(line["error"])
    assert "Traceback" in str(line["error"])


def test_the_plain_form_has_the_ids_behind_the_message() -> None:
    record = logging.LogRecord("bots.runner", logging.INFO, "x", 1, "GET /t/abc", (), None)
    logs.begin(request="req_1", execution="exe_1")
    logs.Known().filter(record)
    logs.begin()
    assert logs.Plain().format(record).endswith("INFO bots.runner GET /t/… [request=req_1 execution=exe_1]")


def test_ids_in_an_address_say_what_they_are_and_others_do_not_count(people: People) -> None:
    alert = paused(people.workspace)
    assert logs.ids_in(alert.get_absolute_url()) == {"alert": alert.public_id}
    assert logs.ids_in("/w/acme/bots/bot_abc/exe_short/") == {}
