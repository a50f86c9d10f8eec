"""`python -m hitl.up`: from a fresh clone to an address that can be opened, and back to nothing at Ctrl-C."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from redis import Redis, RedisError

from hitl.up import browsers, chromium, libraries
from hitl.up.broker import Broker
from hitl.up.home import CODE, Address, Home, environment_for
from hitl.up.log import Log
from hitl.up.process import Process
from hitl.up.supervisor import Supervisor
from hitl.up.trouble import Trouble

PREPARING, STARTING = 300, 60  # seconds that a slow machine may take
QUEUES = "runs,notices,default"


def main() -> int:
    arguments = argparse.ArgumentParser(prog="make run", description="Start hitl with everything it needs.")
    arguments.add_argument("--verbose", action="store_true", help="show what the processes say, not only what matters")
    chosen = arguments.parse_args()
    try:
        return up(dict(os.environ), chosen.verbose)
    except Trouble as trouble:
        print(f"hitl did not start. {trouble}", file=sys.stderr)
        return 1


def up(given: Mapping[str, str], verbose: bool) -> int:
    home = Home.of(given)
    os.umask(0o077)  # what is in the data folder is nobody else's business, least of all a bot's browser's
    _lock = home.claim()
    log = Log(home.var / "log", verbose)
    address = Address.choose(given)
    if address.port != address.wanted:
        log.say(f"Port {address.wanted} is in use, so hitl takes {address.port}.")
    environment = environment_for(home, given, address)
    with Supervisor(log) as supervisor, _unless_stopped(supervisor, log):
        environment["REDIS_URL"] = _broker(supervisor, home, environment, log)
        link = _prepare(supervisor, environment, log)
        _start(supervisor, environment, address)
        home.note(environment)
        if supervisor.wait_for(lambda: _listens(address), STARTING):
            _welcome(log, environment["BASE_URL"], link, home.var)
            supervisor.run()
        elif not supervisor.asked_to_stop:
            raise Trouble(f"The web process does not come up; {home.var / 'log' / 'hitl.log'} says why.")
        log.end()
        log.say(f"\nStopping{_together_with(len(browsers.serving(home.sessions)))} ...")
        browsers.end_all(home.sessions)
    browsers.end_all(home.sessions)  # a worker may have been starting one; now nobody is left who could
    return 0


@contextmanager
def _unless_stopped(supervisor: Supervisor, log: Log) -> Iterator[None]:
    """Ctrl-C ends what was just being set up, too: that is no trouble of the machine's."""
    try:
        yield
    except Trouble:
        if not supervisor.asked_to_stop:
            raise
        log.say("\nStopped before it was up; the next start does what is left to do.")


def _together_with(open_browsers: int) -> str:
    """Whoever stops us knows what stops with us."""
    if not open_browsers:
        return ""
    return f", and with it {open_browsers} {'browser' if open_browsers == 1 else 'browsers'} that bots have open"


def _broker(supervisor: Supervisor, home: Home, environment: Mapping[str, str], log: Log) -> str:
    """REDIS_URL, or the address of a private one that has just been started."""
    if url := environment.get("REDIS_URL"):
        try:
            Redis.from_url(url, socket_connect_timeout=3).ping()
        except (RedisError, OSError, ValueError) as error:
            log.say(f"REDIS_URL does not answer ({error}). hitl starts all the same and waits for it.")
        return url
    broker = Broker(home, environment)
    supervisor.start(Process("broker", broker.command(), environment, CODE))
    if not supervisor.wait_for(broker.answers, STARTING):
        raise Trouble(f"{broker.program} does not start; {home.var / 'log' / 'hitl.log'} says why.")
    return broker.url


def _prepare(supervisor: Supervisor, environment: dict[str, str], log: Log) -> str:
    """Database, static files and first rows, while Chromium shows that it works. Returns the sign-in link."""
    link = Path(environment["HITL_VAR"]) / "sign-in"
    link.unlink(missing_ok=True)
    prepare = Process("prepare", _manage("prepare", "--sign-in", str(link)), environment, CODE, once=True)
    supervisor.start(prepare)
    environment["HITL_CHROMIUM"] = chromium.choose(environment, log.say)
    libraries.complete(log.say)
    supervisor.wait_for(lambda: prepare.status is not None, PREPARING)
    if prepare.status != 0:
        raise Trouble("The database could not be prepared; the lines above say why.")
    return link.read_text().strip()


def _start(supervisor: Supervisor, environment: Mapping[str, str], address: Address) -> None:
    daphne = ["-m", "daphne", "-b", address.host, "-p", str(address.port), "-v", "0", "hitl.asgi:application"]
    as_root = "ignore::UserWarning:celery.platforms"  # a machine of one's own may well be run as root
    celery = ["-W", as_root, "-m", "celery", "--quiet", "-A", "hitl", "worker", "--pool=threads", "--concurrency=16"]
    alone = ["-Q", QUEUES, "--without-gossip", "--without-mingle", "--loglevel=INFO"]
    for name, command in (
        ("web", [sys.executable, *daphne]),
        ("worker", [sys.executable, *celery, *alone]),
        ("sweeper", _manage("sweep")),
    ):
        supervisor.start(Process(name, command, environment, CODE))


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(CODE / "manage.py"), *arguments]


def _listens(address: Address) -> bool:
    host = "127.0.0.1" if address.host in ("", "0.0.0.0") else address.host  # noqa: S104 - asked for, not bound
    try:
        with socket.create_connection((host, address.port), timeout=1):
            return True
    except OSError:
        return False


def _welcome(log: Log, base_url: str, link: str, var: Path) -> None:
    log.say(f"\n  hitl runs at  {base_url}\n")
    if link:
        log.say(
            f"  Sign in:      {link}\n                (works once, for half an hour; `make sign-in` makes another)\n"
        )
    log.say(f"  Ctrl-C stops it. Data is in {var}, details in {var / 'log' / 'hitl.log'}.\n")


if __name__ == "__main__":
    sys.exit(main())
