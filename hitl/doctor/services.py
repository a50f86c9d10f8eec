"""What hitl leans on: database, broker, mail server; and its own worker and sweeper."""

from __future__ import annotations

import smtplib
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone
from redis import Redis, RedisError

from hitl import clock, health
from hitl.doctor.finding import Finding, fine, look, wrong

SKEW, MUCH_SKEW = 2, 60  # seconds
SLOW = 0.05  # seconds for a ping
PATIENCE = 10


def database() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
        left = health.unapplied()
        yield fine("Database", _sqlite() if connection.vendor == "sqlite" else _postgresql())
    except DatabaseError as error:
        yield wrong("Database", f"It does not answer: {_line(error)}", "Start it, or correct DATABASE_URL.")
        return
    if left:
        yield wrong("Migrations", f"{left} are not applied.", "Run `manage.py migrate`.")
    else:
        yield fine("Migrations", "All are applied.")
    if connection.vendor == "sqlite" and settings.BROWSER_BIND != "127.0.0.1":
        yield wrong("Database", "SQLite serves one machine; workers on others cannot see it.", "Use PostgreSQL.")
    yield _clock("the database's", (clock.now() - timezone.now()).total_seconds())


def _sqlite() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()")
        version = cursor.fetchone()[0]
        cursor.execute("PRAGMA journal_mode")
        journal = cursor.fetchone()[0]
    mode = settings.DATABASES["default"].get("OPTIONS", {}).get("transaction_mode", "deferred")
    return f"SQLite {version}, journal {journal}, transactions {mode}: good for one machine."


def _postgresql() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute("SELECT count(*), current_setting('max_connections') FROM pg_stat_activity")
        used, allowed = cursor.fetchone()
    return f"PostgreSQL {version}, {used} of {allowed} connections in use."


def _clock(whose: str, off: float) -> Finding:
    """Deadlines go by the database's clock alone, so a wrong one of ours only misleads: logs, tickets, codes."""
    if abs(off) <= SKEW:
        return fine("Clock", f"This machine's and {whose} agree.")
    says, do = f"This machine's and {whose} differ by {abs(off):.0f} s.", "Let both be set by NTP."
    return wrong("Clock", says, do) if abs(off) > MUCH_SKEW else look("Clock", says, do)


def broker() -> Iterator[Finding]:
    try:
        redis = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)
        took = statistics.median(_ping(redis) for _ in range(5))
        told = redis.info()
        seconds, micros = redis.time()
    except (RedisError, OSError, ValueError) as error:
        yield wrong("Broker", f"It does not answer: {_line(error)}", "Start Redis or Valkey, or correct REDIS_URL.")
        return
    says = f"{told.get('server_name', 'redis')} {told.get('valkey_version', told['redis_version'])} answers in"
    yield (fine if took < SLOW else look)("Broker", f"{says} {took * 1000:.1f} ms.")
    yield from _keeps(told)
    yield _clock("the broker's", datetime.fromtimestamp(seconds + micros / 1e6, UTC).timestamp() - time.time())


def _ping(redis: Redis) -> float:
    began = time.perf_counter()
    redis.ping()
    return time.perf_counter() - began


def _keeps(told: dict[str, object]) -> Iterator[Finding]:
    """What it does when it is full, and whether it remembers."""
    policy = told.get("maxmemory_policy", "noeviction")
    if policy != "noeviction" and told.get("maxmemory"):
        do = "Set maxmemory-policy noeviction: a full broker must refuse, not forget."
        yield wrong("Broker", f"It throws things away when it is full ({policy}).", do)
    elif policy != "noeviction":
        yield look("Broker", f"Its policy is {policy}.", "Set maxmemory-policy noeviction before you limit its memory.")
    if not told.get("aof_enabled"):
        do = "Switch appendonly on; without it, sweepers notice within seconds what was lost and queue it again."
        yield look("Broker", "What is queued does not survive its restart.", do)


def processes() -> Iterator[Finding]:
    """What hitl's own processes have done lately, by the same facts as /readyz."""
    for part, check in (("Static files", health.static), ("Worker", health.worker), ("Sweeper", health.sweeper)):
        try:
            yield fine(part, check())
        except health.NotReady as why:
            says, _, do = str(why).partition(": ")
            yield wrong(part, f"{says.rstrip('.')}.", f"{do[:1].upper()}{do[1:]}")
        except DatabaseError:
            continue  # said already


def email() -> Iterator[Finding]:
    """Connects and signs in, and sends nothing."""
    if "smtp" not in settings.EMAIL_BACKEND:
        says = f"Nobody gets any: they are kept as files in {settings.EMAIL_FILE_PATH}."
        yield look("E-mail", says, "Set EMAIL_URL=smtp://user:password@host:587/?tls=True.")
        return
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    line = get_connection(timeout=PATIENCE)
    try:
        line.open()
        line.close()
    except (smtplib.SMTPException, OSError) as error:
        yield wrong("E-mail", f"{where}: {_line(error)}", _about_mail(error))
    else:
        signed_in = " and signs us in" if settings.EMAIL_HOST_USER else ""
        yield fine("E-mail", f"{where} answers{signed_in}; --mail you@example.com sends a real one.")


def send_mail(to: str) -> Finding:
    """A real one, by the way that alerts take."""
    words = "This is the message that `manage.py doctor --mail` sends. Where it arrives, alerts arrive.\n"
    try:
        EmailMessage("hitl can send e-mail", words, to=[to], connection=get_connection(timeout=PATIENCE)).send()
    except (smtplib.SMTPException, OSError) as error:
        return wrong("E-mail", f"It was not taken: {_line(error)}", _about_mail(error))
    return fine("E-mail", f"A message to {to} was handed over; look whether it arrives, and not as spam.")


def _about_mail(error: Exception) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            return "The server is there and refuses user or password of EMAIL_URL (as %40, %3A where they have @ or :)."
        case smtplib.SMTPRecipientsRefused() | smtplib.SMTPSenderRefused():
            return "The server refuses sender or recipient: set HITL_FROM_EMAIL to an address that it sends for."
        case ConnectionRefusedError() | TimeoutError():
            return "Nobody listens there, or a firewall is between: check host and port of EMAIL_URL."
        case _:
            return "Check EMAIL_URL: port 587 with ?tls=True, or 465 with ?ssl=True."


def _line(error: Exception) -> str:
    """The first line of what it says, cut where it is long."""
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return text[:200]
