"""What a template's filters make of a text."""

import pytest
from django.template.loader import render_to_string

from alerts.models import Alert
from alerts.models.kinds import Kind
from hitl.tenants.templatetags.page import linked


def test_an_address_in_a_text_can_be_pressed_and_opens_beside_the_page() -> None:
    said = linked("The code is at https://codes.example/phone?of=4711&now, Ann's. Then (http://x.example/a).")
    link = '<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>'
    first, second = link.format("https://codes.example/phone?of=4711&amp;now"), link.format("http://x.example/a")
    assert said == f"The code is at {first}, Ann&#x27;s. Then ({second})."


def test_nothing_else_in_a_text_becomes_markup() -> None:
    said = linked('<b>javascript:alert(1)</b> https://x.example/"onclick="a <script>')
    for markup in ("<b>", "<script>", 'onclick="a'):
        assert markup not in said
    assert said.count("<a ") == said.count('href="https://x.example/"') == 1
    plain = "Nothing to press: example.com, ftp://x.example, https://"
    assert linked(plain) == plain


@pytest.mark.security
@pytest.mark.parametrize(
    "address",
    [
        "https://bank.example@evil.example/",
        "https:///bank.example@evil.example/",  # a browser takes three strokes for two
        "https://bank.example%2F@evil.example/",
        "https://evil.example\\.bank.example/",
        "https://b\u0430nk.example/",  # with a Cyrillic letter
        "https://bank.example\u2044login.evil.example/",  # with a stroke that ends no host
        "https://evil.example/\u202emoc.knab//:sptth",  # read from right to left
        "https://bank\u200b.example/",
        "https://[bank.example/",
    ],
)
def test_an_address_that_is_made_to_be_misread_is_not_pressed(address: str) -> None:
    """A bot may repeat the words of a page that wants the person elsewhere."""
    assert "<a " not in linked(f"See {address}")
    assert "<a " in linked("See https://bank.example:8443/a@b/%20ü?to=Ж#ok")


@pytest.mark.parametrize(
    ("kind", "pressed"), [(Kind.OTP, True), (Kind.OTHER, True), (Kind.STEP_FAILED, False), (Kind.TRIAL, False)]
)
def test_the_address_of_the_bots_own_page_is_not_pressed_in_ones_own_browser(kind: Kind, pressed: bool) -> None:
    alert = Alert(kind=kind, instructions="Nothing matches on “https://shop.example/moved”.")
    page = render_to_string("alerts/_instructions.html", {"alert": alert})
    assert ('<a href="https://shop.example/moved"' in page) is pressed
