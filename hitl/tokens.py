"""Tokens that are derived and never stored: a public id plus an HMAC over its row's key, under a key from the settings.

So the database alone opens nothing, and a message that is sent again shows the same link.
"""

import base64
import hashlib
import hmac

from django.conf import settings

MAC_BYTES = 20  # 160 bits


def token_for(purpose: str, public_id: str, row_key: str) -> str:
    """The token of one row. `purpose` keeps a token of one kind from ever being one of another."""
    return f"{public_id.partition('_')[2]}.{_mac(purpose, public_id, row_key)}"


def public_id_of(prefix: str, token: str) -> str:
    """The id of the row that a token claims to be for; nothing is proven by it."""
    return f"{prefix}_{token.partition('.')[0]}"


def is_genuine(token: str, purpose: str, public_id: str, row_key: str) -> bool:
    """Whether the token was made by us for this very row."""
    return hmac.compare_digest(token.encode(), token_for(purpose, public_id, row_key).encode())


def _mac(purpose: str, public_id: str, row_key: str) -> str:
    secret = hashlib.sha256(f"hitl.{purpose}:".encode() + settings.SECRET_KEY.encode()).digest()
    digest = hmac.new(secret, f"{public_id}:{row_key}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:MAC_BYTES]).rstrip(b"=").decode()
