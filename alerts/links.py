"""Tokens of access links: what stands behind /t/ in a link's address."""

from hitl import tokens

PURPOSE, PREFIX = "links", "lnk"


def token_for(public_id: str, row_key: str) -> str:
    return tokens.token_for(PURPOSE, public_id, row_key)


def public_id_of(token: str) -> str:
    """The id of the link that a token claims to be; nothing is proven by it."""
    return tokens.public_id_of(PREFIX, token)


def is_genuine(token: str, public_id: str, row_key: str) -> bool:
    """Whether the token was made by us for this very row."""
    return tokens.is_genuine(token, PURPOSE, public_id, row_key)
