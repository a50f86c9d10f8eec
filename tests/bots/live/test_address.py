"""T31: what may be typed into the address bar."""

import pytest

from bots.live.address import host_and_port, read
from bots.live.control import Refused


@pytest.mark.parametrize(("typed", "url"), [
    ("example.com", "https://example.com"),
    ("  example.com/a b?q=1 ", "https://example.com/a b?q=1"),
    ("HTTP://Example.com", "HTTP://Example.com"),
    ("пример.рф", "https://пример.рф"),
    ("localhost:8000/x", "http://localhost:8000/x"),
    ("192.0.2.7", "http://192.0.2.7"),
    ("[2001:db8::1]:81", "http://[2001:db8::1]:81"),
    ("http://intranet/", "http://intranet/"),
    ("About:Blank", "about:blank"),
])  # fmt: skip
def test_it_reads_an_address(typed: str, url: str) -> None:
    assert read(typed) == url


@pytest.mark.parametrize(("typed", "why"), [
    ("", "Type an address such as example.com."),
    ("cheap flights", "words are not sent to a search engine"),
    ("flights", "words are not sent to a search engine"),
    ("what is 3.5?", "words are not sent to a search engine"),
    ("https://", "An address begins with https:// and a name."),
    ("example.com:99999", "That is no address."),
    ("http://[::1", "That is no address."),
    ("http://ann:secret@example.com/", "with a name or password in it"),
    ("http://example.com\\@127.0.0.1/", "with a name or password in it"),
])  # fmt: skip
def test_it_says_why_something_is_no_address(typed: str, why: str) -> None:
    with pytest.raises(Refused, match=why.replace("?", r"\?")):
        read(typed)


@pytest.mark.security
@pytest.mark.parametrize("typed", [
    "file:///etc/passwd", "file:/etc/passwd", "FILE:///etc/passwd", " file:///etc/passwd", "\x01file:///etc/passwd",
    "fi\tle:///etc/passwd", "view-source:file:///etc/passwd", "view-source:https://example.com", "filesystem:http://a/",
    "javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "blob:https://a/b", "about:version",
    "chrome://settings", "chrome-extension://abc/x.html", "chrome-untrusted://x", "devtools://devtools/x", "ftp://a.b",
    "mailto:a@b.c", "intent://x#Intent;end", "ws://a.b", "isolated-app://x", "search:words",
])  # fmt: skip
def test_t31_no_other_scheme_is_opened(typed: str) -> None:
    with pytest.raises(Refused, match="are not opened here, only those of http and https"):
        read(typed)


def test_it_knows_where_an_address_leads() -> None:
    assert host_and_port("https://Example.com/") == ("example.com", 443)
    assert host_and_port("http://[::1]:81") == ("::1", 81)
    assert host_and_port("about:blank") == ("", 0)
