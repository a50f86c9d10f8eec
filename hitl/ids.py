"""Public ids: prefixed, unguessable, safe in URLs. Rows are never named by their number outside."""

import secrets
import string

ALPHABET = string.ascii_lowercase + string.digits
LENGTH = 26  # 26 characters of 36 carry 134 bits


def new_id(prefix: str) -> str:
    """`exe_` and 26 random characters."""
    return prefix + "_" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


class PublicId:
    """Path converter `<id:…>`: whatever cannot be an id of ours is a 404 before anything is asked."""

    regex = "[a-z]{3}_[a-z0-9]{1,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
