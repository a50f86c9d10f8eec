"""What must not be readable: sealed values at rest, tokens of links in logs."""

import logging
import sys

import pytest
from django.test import override_settings

from hitl import vault
from hitl.logs import Json, NoTokens, Plain, hiding


def test_it_seals_and_unseals() -> None:
    sealed = vault.seal("424 242")
    assert "424" not in sealed
    assert vault.unseal(sealed) == "424 242"


def test_it_says_when_the_key_has_changed() -> None:
    sealed = vault.seal("424242")
    with override_settings(SECRET_KEY="another"), pytest.raises(ValueError, match="another SECRET_KEY"):
        vault.unseal(sealed)


@pytest.mark.parametrize("arguments", [("/t/abc.DEF-1_2",), ()])
def test_t7_it_keeps_a_links_token_out_of_the_log(arguments: tuple[str, ...]) -> None:
    text = "GET %s 200" if arguments else "GET /t/abc.DEF-1_2 200"
    record = logging.LogRecord("x", logging.INFO, "x", 1, text, arguments, None)
    NoTokens().filter(record)
    assert record.getMessage() == "GET /t/… 200"


@pytest.mark.parametrize("formatter", [Plain(), Json()], ids=["plain", "json"])
def test_a_secret_in_use_is_in_no_line_whoever_writes_it(formatter: logging.Formatter) -> None:
    value = "CaNaRy'4k\\zq81"
    try:
        raise RuntimeError(f"Locator.fill: Timeout, fill({value!r}) and {value}")
    except RuntimeError:
        record = logging.LogRecord("asyncio", logging.ERROR, "x", 1, "never retrieved: %s", (value,), sys.exc_info())
    with hiding([value]), hiding([value]):
        assert "CaNaRy" not in formatter.format(record)
    record.exc_text = None
    assert "CaNaRy" in formatter.format(record)
