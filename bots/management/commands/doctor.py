"""`manage.py doctor`: looks at every part that hitl needs on this machine and says what to do."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from hitl import doctor
from hitl.doctor.finding import Finding, Level
from hitl.doctor.services import send_mail


class Command(BaseCommand):
    help = "Look at browser, database, broker, e-mail, clocks, machine and settings. Ends with 1 where one is wrong."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mail", metavar="ADDRESS", help="send a real message there")
        parser.add_argument("--json", action="store_true", help="one object, for machines")

    def handle(self, mail: str | None = None, json: bool = False, **options: Any) -> None:
        found = []
        for finding in _findings(mail):
            found.append(finding)
            if not json:
                self.stdout.write(str(finding))
                self.stdout.flush()
        levels = Counter(finding.level for finding in found)
        self.stdout.write(_as_json(found, levels) if json else _in_words(levels))
        if levels[Level.WRONG]:
            raise SystemExit(1)


def _as_json(found: list[Finding], levels: Counter[Level]) -> str:
    parts = [finding._asdict() for finding in found]
    return json.dumps({"well": not levels[Level.WRONG], "findings": parts}, indent=2, ensure_ascii=False)


def _in_words(levels: Counter[Level]) -> str:
    wrong = f"{levels[Level.WRONG]} to mend (✗)" if levels[Level.WRONG] else "Nothing to mend"
    return f"\n{wrong}, {levels[Level.LOOK]} to know about (!), {levels[Level.FINE]} well (✓)."


def _findings(mail: str | None) -> Iterator[Finding]:
    yield from doctor.findings()
    if mail:
        yield send_mail(mail)
