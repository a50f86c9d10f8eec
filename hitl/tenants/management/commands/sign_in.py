"""`manage.py sign_in`: prints a one-click link for the first owner, or for the person who is named."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hitl.tenants.models import User
from hitl.tenants.welcome import first_owner, sign_in_link


class Command(BaseCommand):
    help = "Print a link that signs somebody in: once, within half an hour."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", help="whom; without it, the first owner")

    def handle(self, email: str | None = None, **options: Any) -> None:
        user = User.objects.filter(email=email.lower(), is_active=True).first() if email else first_owner()
        if user is None:
            raise CommandError(
                f"There is nobody called {email}."
                if email
                else "There is no owner yet; `manage.py prepare` makes the first."
            )
        self.stdout.write(sign_in_link(user))
