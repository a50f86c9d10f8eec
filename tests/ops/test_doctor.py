"""The doctor, at parts that are well and at parts that are not."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from redis import Redis

from hitl import clock, doctor
from hitl.doctor import browser, configured, machine, services
from hitl.doctor.finding import Finding, Level
from hitl.up.broker import Broker
from hitl.up.ports import free_port
from tests.mailsink import MailSink, Mood
from tests.programs import program

pytestmark = pytest.mark.django_db


def told(findings: Iterator[Finding], part: str) -> Finding:
    """The worst that is said about a part."""
    return max((f for f in findings if f.part == part), key=lambda f: list(Level).index(f.level))


# Chromium


def test_t5_it_starts_chromium_in_its_sandbox_and_leaves_nothing(settings: Any, chromium: str) -> None:
    settings.CHROMIUM = chromium
    said = told(browser.chromium(), "Chromium")
    assert "starts in its sandbox" in said.says
    assert not list((Path(settings.VAR) / "sessions").glob("dry_*/profile"))


def test_a_chromium_that_is_not_there(settings: Any) -> None:
    settings.CHROMIUM = "/nowhere/chromium"
    said = told(browser.chromium(), "Chromium")
    assert (said.level, "/nowhere/chromium" in said.says) == (Level.WRONG, True)


def test_a_program_that_is_no_chromium(settings: Any) -> None:
    lacks = "echo 'error while loading shared libraries: libnss3.so: cannot open' >&2; exit 127"
    with tempfile.TemporaryDirectory() as folder:
        settings.CHROMIUM = program(Path(folder, "chromium"), lacks)
        said = told(browser.chromium(), "Chromium")
    assert said.level is Level.WRONG
    assert "does not start" in said.says
    assert "libnss3.so" in said.do


def test_a_driver_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [f.level for f in browser.driver()] == [Level.FINE]
    lacks = "echo 'error while loading shared libraries: libatomic.so.1' >&2; exit 127"
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", program(tmp_path / "node", lacks))
    (said,) = browser.driver()
    assert said.level is Level.WRONG
    assert "libatomic.so.1" in said.says
    assert "libatomic1" in said.do


# Broker


def test_a_broker_that_is_well(settings: Any, broker: Broker) -> None:
    settings.REDIS_URL = broker.url
    found = list(services.broker())
    assert [f.level for f in found] == [Level.FINE, Level.FINE]
    assert "answers in" in found[0].says


@pytest.mark.fault
def test_f38_a_broker_that_is_away(settings: Any) -> None:
    settings.REDIS_URL = f"redis://:password-canary@127.0.0.1:{free_port()}/0"
    (said,) = services.broker()
    assert said.level is Level.WRONG
    assert "REDIS_URL" in said.do
    assert "canary" not in str(said)


@pytest.mark.fault
def test_f8_a_broker_that_throws_things_away(settings: Any, broker: Broker) -> None:
    settings.REDIS_URL = broker.url
    with Redis.from_url(broker.url) as redis:
        redis.config_set("maxmemory-policy", "allkeys-lru")
        assert told(services.broker(), "Broker").level is Level.LOOK
        redis.config_set("maxmemory", "100mb")
        assert "noeviction" in told(services.broker(), "Broker").do
        assert told(services.broker(), "Broker").level is Level.WRONG
        redis.config_set("maxmemory", "0")
        redis.config_set("maxmemory-policy", "noeviction")


@pytest.mark.fault
def test_f20_clocks_that_differ(settings: Any, broker: Broker) -> None:
    settings.REDIS_URL = broker.url
    now = clock.now().timestamp()
    for seconds, level in ((10, Level.LOOK), (3600, Level.WRONG)):
        with time_machine.travel(now + seconds):
            said = told(services.broker(), "Clock")
        assert said.level is level
        assert "NTP" in said.do


# Database and processes


def test_a_database_that_is_well() -> None:
    assert {f.level for f in services.database()} == {Level.FINE}


def test_sqlite_for_several_machines(settings: Any) -> None:
    settings.BROWSER_BIND = "10.0.0.5"
    assert (
        "PostgreSQL" in told(services.database(), "Database").do
        or "postgres" in settings.DATABASES["default"]["ENGINE"]
    )


def test_processes_that_do_nothing() -> None:
    assert told(services.processes(), "Worker").level is Level.WRONG
    assert told(services.processes(), "Sweeper").do == "Start `manage.py sweep`."


# E-mail


@pytest.fixture
def smtp(settings: Any, mail: MailSink) -> Any:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(mail.url.rpartition(":")[2])
    return settings


def test_a_mail_server_that_takes_messages(smtp: Any, mail: MailSink) -> None:
    (said,) = services.email()
    assert said.level is Level.FINE
    assert mail.received == []
    assert services.send_mail("you@example.com").level is Level.FINE
    assert mail.received[0].recipients == ["you@example.com"]


@pytest.mark.fault
def test_f22_mail_servers_that_do_not(smtp: Any, mail: MailSink) -> None:
    mail.mood = Mood.NEVER
    assert "HITL_FROM_EMAIL" in services.send_mail("you@example.com").do
    smtp.EMAIL_PORT = free_port()
    for said in (*services.email(), services.send_mail("you@example.com")):
        assert (said.level, "Nobody listens" in said.do) == (Level.WRONG, True)
    smtp.EMAIL_PORT, smtp.EMAIL_HOST_USER, smtp.EMAIL_HOST_PASSWORD = int(mail.url.rpartition(":")[2]), "u", "canary"
    (said,) = services.email()
    assert said.level is Level.WRONG
    assert "canary" not in str(said)


def test_mails_that_are_files(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    (said,) = services.email()
    assert (said.level, "EMAIL_URL" in said.do) == (Level.LOOK, True)


# The machine


def test_a_machine_that_is_too_small(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MAX_SESSIONS = 1
    assert [f.level for f in (*machine.disk(), *machine.memory())] == [Level.FINE, Level.FINE]
    settings.MAX_SESSIONS = 100_000
    assert "HITL_MAX_SESSIONS" in told(machine.memory(), "Memory").do
    monkeypatch.setattr(machine, "TOO_LITTLE_DISK", 1 << 60)
    assert told(machine.disk(), "Disk").level is Level.WRONG


def test_a_container_has_less_than_its_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("1000\n")
    monkeypatch.setattr(machine, "LIMITS", (tmp_path / "memory.max", tmp_path / "none"))
    assert machine.available() == 1000
    assert told(machine.memory(), "Memory").level is Level.WRONG


# Settings


class Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Somebody else's site."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<h1>Welcome to nginx!</h1>")

    def log_message(self, *_: object) -> None: ...


def test_an_address_that_leads_elsewhere(settings: Any) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.BASE_URL = f"http://127.0.0.1:{server.server_port}"
    assert "Something else answers" in told(configured.base_url(), "BASE_URL").says
    server.shutdown()
    server.server_close()
    assert "not reached" in list(configured.base_url())[-1].says


def test_an_address_that_is_not_encrypted(settings: Any) -> None:
    settings.BASE_URL = f"http://hitl.invalid:{free_port()}"
    said = told(configured.base_url(), "BASE_URL")
    assert (said.level, "TLS" in said.do) == (Level.WRONG, True)


@pytest.mark.security
@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("DEBUG", True, "HITL_DEBUG"),
        ("ALLOWED_HOSTS", ["*"], "Hosts"),
        ("SECRET_KEY", "short", "SECRET_KEY"),
        ("CHROMIUM_SANDBOX", False, "Sandbox"),
        ("BROWSER_BIND", "::", "Browsers"),
        ("HTTPS", True, "Proxy"),
        ("PRIVATE_TARGETS", ["10.0.0.0/8"], "Targets"),
    ],
)
def test_t28_settings_that_weaken_something(settings: Any, name: str, value: object, part: str) -> None:
    settings.SECRET_KEY = "a long one of many characters: 0123456789 0123456789"
    settings.PRACTICE = False
    assert [f.part for f in configured.unsafe()] == ["Settings"]
    setattr(settings, name, value)
    assert [f.part for f in configured.unsafe()] == [part]


# The command


def test_it_ends_with_1_where_something_is_wrong(settings: Any) -> None:
    settings.REDIS_URL, settings.CHROMIUM = f"redis://127.0.0.1:{free_port()}/0", "/nowhere/chromium"
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--json", stdout=said)
    assert ended.value.code == 1
    answer = json.loads(said.getvalue())
    assert answer["well"] is False
    assert {f["part"] for f in answer["findings"] if f["level"] == "wrong"} >= {"Chromium", "Broker", "Worker"}
    assert all(f["do"] for f in answer["findings"] if f["level"] == "wrong")


def test_a_look_that_fails_itself_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterator[Finding]:
        raise ZeroDivisionError("by zero")
        yield

    monkeypatch.setattr(doctor, "CHECKS", [broken, machine.disk])
    assert [f.part for f in doctor.findings()] == ["broken", "Disk"]
