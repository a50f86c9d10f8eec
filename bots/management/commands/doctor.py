"""`manage.py doctor`: looks at every part that hitl needs on this machine and says what to do."""

import json
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
        wrong = [finding for finding in found if finding.level is Level.WRONG]
        self._end(found, len(wrong), json)
        if wrong:
            raise SystemExit(1)

    def _end(self, found: list[Finding], wrong: int, as_json: bool) -> None:
        if as_json:
            parts = [finding._asdict() for finding in found]
            self.stdout.write(json.dumps({"well": not wrong, "findings": parts}, indent=2, ensure_ascii=False))
        else:
            self.stdout.write(f"\n{wrong} of {len(found)} are wrong." if wrong else "\nAll is well.")


def _findings(mail: str | None) -> Iterator[Finding]:
    yield from doctor.findings()
    if mail:
        yield send_mail(mail)
