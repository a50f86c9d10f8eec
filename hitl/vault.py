"""Encryption of the few values that must be kept for a while: secrets, secret answers, browser tokens.

The first of HITL_KEYS seals; every one of them opens, and so does SECRET_KEY, which stands last and is the only key
where none are named. To change a key: put the new one first, restart, `manage.py rotate_keys`, take the old one away.
"""

import base64
import hashlib
import re
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

SEALED = re.compile(r"gAAAAA[A-Za-z0-9_-]{60,}={0,2}")  # how everything that is sealed begins until the year 2242


def seal(text: str) -> str:
    """Encrypt; the result is safe to store."""
    return _ring().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt, or raise ValueError where none of the keys fits any more."""
    try:
        return _ring().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise ValueError(
            "this value was encrypted under another SECRET_KEY (or HITL_KEYS) and cannot be read"
        ) from None


def resealed(text: str) -> str:
    """The text with every sealed value in it sealed by the newest key; what no key opens stays as it is."""
    return SEALED.sub(lambda found: _by_the_newest(found[0]), text)


def _by_the_newest(sealed: str) -> str:
    if _opens(_keys()[0], sealed):
        return sealed
    try:
        return _ring().rotate(sealed.encode()).decode()
    except InvalidToken:
        return sealed


def _opens(key: str, sealed: str) -> bool:
    try:
        _fernet(key).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def _keys() -> list[str]:
    return [*settings.KEYS, settings.SECRET_KEY]


def _ring() -> MultiFernet:
    return MultiFernet([_fernet(key) for key in _keys()])


@lru_cache
def _fernet(key: str) -> Fernet:
    digest = hashlib.sha256(b"hitl.vault:" + key.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
