"""What our accounts do differently from allauth's defaults."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whoever hosts hitl decides (HITL_SIGNUP); accounts are otherwise made by owners."""
        return settings.SIGNUP_OPEN
