"""`manage.py doctor`: looks at every part that hitl needs, really uses it, and says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hitl.doctor import browser, configured, machine, services
from hitl.doctor.finding import Finding, wrong

CHECKS: list[Callable[[], Iterator[Finding]]] = [
    browser.chromium,
    browser.driver,
    browser.cut_off,
    services.database,
    services.broker,
    services.processes,
    services.email,
    machine.disk,
    machine.memory,
    machine.files,
    configured.base_url,
    configured.unsafe,
]


def findings() -> Iterator[Finding]:
    """One after the other, as they are found; a check that fails in a way nobody thought of stops no other."""
    for check in CHECKS:
        try:
            yield from check()
        except Exception as error:
            yield wrong(
                check.__name__.replace("_", " "), f"{type(error).__name__}: {error}", "This is a bug: report it."
            )
