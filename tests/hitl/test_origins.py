"""Origins as people write them: what browsers compare comes out, or a sentence that says what is wrong."""

import pytest

from hitl.origins import read_origin

GOOD = {
    "https://intranet.example.com": "https://intranet.example.com",
    "HTTPS://Intranet.Example.com:443/": "https://intranet.example.com",
    "https://desk.example:8443": "https://desk.example:8443",
    "https://bücher.example": "https://xn--bcher-kva.example",
    "https://intranet": "https://intranet",
    "http://localhost:3000": "http://localhost:3000",
    "http://127.0.0.1:80": "http://127.0.0.1",
}
WRONG = {
    "intranet.example.com": "begin with https://",
    "localhost:3000": "begin with https://",
    "ftp://intranet.example.com": "begin with https://",
    "javascript:alert(1)": "begin with https://",
    "https://*.example.com": r"without \*",
    "*": r"without \*",
    "http://intranet.example.com": "localhost alone",
    "https://intranet.example.com/page": "and nothing else",
    "https://intranet.example.com?a=1": "and nothing else",
    "https://intranet.example.com/#a": "and nothing else",
    "https://ann@intranet.example.com": "and nothing else",
    "https://ann:pw@intranet.example.com": "and nothing else",
    "https://10.0.0.5": "no IP address",
    "https://2130706433": "no IP address",
    "https://[::1]": "not the address of a site",
    "https://[::1": "not the address of a site",
    "https://": "not the address of a site",
    "https://a..b": "not the address of a site",
    "https://a_b.example": "not the address of a site",
    "https://-a.example": "not the address of a site",
    "https://a;b.example": "not the address of a site",
    "https://'self'": "not the address of a site",
    "https://example.com:99999": "not the address of a site",
    "https://" + "a" * 64 + ".example": "not the address of a site",
    "'none'": "begin with https://",
}


@pytest.mark.parametrize("written", GOOD)
def test_it_is_read_as_browsers_compare_it(written: str) -> None:
    assert read_origin(written) == GOOD[written]


@pytest.mark.parametrize("written", WRONG)
def test_what_is_wrong_is_said(written: str) -> None:
    with pytest.raises(ValueError, match=WRONG[written]) as refused:
        read_origin(written)
    assert written[:80] in str(refused.value)
