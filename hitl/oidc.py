"""Providers of sign-in as the operator writes them into HITL_OIDC, turned into what allauth reads."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

NEEDED = ("id", "name", "server", "client_id", "client_secret")


def oidc_app(said: dict[str, Any]) -> dict[str, Any]:
    """One provider. `signup`: whoever it knows may have an account; `trust_email`: its addresses are taken as shown."""
    if missing := [name for name in NEEDED if not said.get(name)]:
        raise ImproperlyConfigured(f"HITL_OIDC: a provider lacks {', '.join(missing)}; each needs {', '.join(NEEDED)}.")
    trust = bool(said.get("trust_email"))
    return {
        "provider_id": said["id"],
        "name": said["name"],
        "client_id": said["client_id"],
        "secret": said["client_secret"],
        "settings": {
            "server_url": said["server"],
            "signup": bool(said.get("signup")),
            "email_authentication": trust,
            "oauth_pkce_enabled": True,
        },
    }


def origin_of(url: str) -> str:
    address = urlsplit(url)
    return f"{address.scheme}://{address.netloc}"
