"""How the way out marks its own answers: a site that sends the same header cannot make the mark, which needs the
session's token, and one that has seen a mark can use it for that address and sentence alone."""

import hashlib
import hmac
from urllib.parse import urlsplit

HEADER = "X-Hitl-Refused"


def mark(token: str, host: str, port: int, sentence: str) -> str:
    """What stands in the header beside this sentence about this address."""
    said = f"{host.lower()}:{port}\n{sentence}".encode()
    return hmac.new(token.encode(), said, hashlib.sha256).hexdigest()


def is_ours(token: str, url: str, given: str, sentence: str) -> bool:
    """Whether the way out of this session has answered for the address with this sentence, and not some site."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 80
    except ValueError:
        return False
    return parts.scheme == "http" and hmac.compare_digest(mark(token, host, port, sentence), given)
