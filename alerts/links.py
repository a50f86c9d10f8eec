"""Tokens of access links: the link's public id plus an HMAC over its row's key, under a key from the settings.

So the database alone opens nothing, nothing secret is stored, and a message that is sent again shows the same link.
"""

import base64
import hashlib
import hmac

from django.conf import settings

MAC_BYTES = 20  # 160 bits


def _mac(public_id: str, row_key: str) -> str:
    secret = hashlib.sha256(b"hitl.links:" + settings.SECRET_KEY.encode()).digest()
    digest = hmac.new(secret, f"{public_id}:{row_key}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:MAC_BYTES]).rstrip(b"=").decode()


def token_for(public_id: str, row_key: str) -> str:
    """What stands behind /t/ in a link's address."""
    return f"{public_id.removeprefix('lnk_')}.{_mac(public_id, row_key)}"


def public_id_of(token: str) -> str:
    """The id of the link that a token claims to be; nothing is proven by it."""
    return "lnk_" + token.partition(".")[0]


def is_genuine(token: str, public_id: str, row_key: str) -> bool:
    """Whether the token was made by us for this very row."""
    return hmac.compare_digest(token.encode(), token_for(public_id, row_key).encode())
