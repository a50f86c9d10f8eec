"""The practice bank and shop: pages that bots meet, with nothing behind them."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import dumps
from django.test import Client
from django.utils import timezone
from PIL import Image

from practice import code, views

NOON = 1_800_000_000.0  # the begin of a window


def sign_in(client: Client) -> None:
    client.post("/practice/login/", {"customer": views.CUSTOMER, "password": views.PASSWORD})
    client.post("/practice/code/", {"code": code.current()})


def test_it_wants_both_factors() -> None:
    client = Client()
    assert client.get("/practice/account/").headers["Location"] == "/practice/login/"
    client.post("/practice/login/", {"customer": views.CUSTOMER, "password": views.PASSWORD})
    assert client.get("/practice/account/").headers["Location"] == "/practice/login/"
    client.post("/practice/code/", {"code": code.current()})
    assert f'id="balance">{views.BALANCE}<' in client.get("/practice/account/").content.decode()


def test_it_says_what_was_wrong() -> None:
    client = Client()
    wrong = client.post("/practice/login/", {"customer": views.CUSTOMER, "password": "guess"})
    assert "do not belong together" in wrong.content.decode()
    assert client.get("/practice/code/").status_code == 302
    client.post("/practice/login/", {"customer": views.CUSTOMER, "password": views.PASSWORD})
    assert "wrong or too old" in client.post("/practice/code/", {"code": "000 00"}).content.decode()


def test_it_shows_the_code_on_the_phone() -> None:
    shown = re.search(r'id="phone-code">(\d{6})<', Client().get("/practice/phone/").content.decode())
    assert shown
    assert code.is_right(shown[1])


def test_its_code_is_good_in_this_window_and_the_next() -> None:
    sent = code.current(NOON)
    assert [code.is_right(sent, NOON + seconds) for seconds in (0, 59, 60, 119, 120, -1)] == [
        True,
        True,
        True,
        True,
        False,
        False,
    ]
    assert code.is_right(f"{sent[:3]} {sent[3:]}", NOON)
    assert code.seconds_left(NOON + 59) == 1


def test_it_forgets_the_visitor_who_leaves() -> None:
    client = Client()
    sign_in(client)
    client.post("/practice/leave/")
    assert client.get("/practice/account/").status_code == 302


def test_nobody_can_make_up_a_visitor() -> None:
    client = Client()
    client.cookies["practice"] = "code"
    assert client.get("/practice/account/").status_code == 302


def test_it_takes_an_order_and_gives_it_a_number() -> None:
    client = Client()
    assert f'id="order-total">{views.TOTAL}<' in client.get("/practice/order/").content.decode()
    confirmed = client.post("/practice/order/", follow=True).content.decode()
    assert re.search(r'id="order-number">LS-\d{6}<', confirmed)
    assert client.get(f"/practice/order/{dumps('LS-1', salt='other')}/").status_code == 404


def test_it_takes_the_order_of_a_card_and_keeps_no_picture() -> None:
    client = Client()
    assert client.get("/practice/card/").headers["Location"] == "/practice/login/"
    sign_in(client)
    assert "Order a card" in client.get("/practice/account/").content.decode()
    wrong = client.post(
        "/practice/card/", {"day": "2020-01-01", "picture": SimpleUploadedFile("me.png", b"no picture")}
    )
    for sentence in ("Choose a design.", "from tomorrow on, for 60 days", "That is no picture."):
        assert sentence in wrong.content.decode()
    picture = io.BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "PNG")
    day = timezone.localdate() + timedelta(days=3)
    order = {"design": "heron", "day": day.isoformat(), "picture": SimpleUploadedFile("me.png", picture.getvalue())}
    ordered = client.post("/practice/card/", order, follow=True).content.decode()
    assert 'id="card-design">Heron<' in ordered
    assert f'id="card-day">{day:%-d %B %Y}<' in ordered
    assert 'id="card-picture">40 × 30<' in ordered


def test_its_download_button_has_moved() -> None:
    client = Client()
    page = client.get("/practice/moved/").content.decode()
    assert "download-report" not in page
    assert "Export</button>" in page
    assert f'id="report-rows">{views.REPORT_ROWS}<' in client.post("/practice/moved/", follow=True).content.decode()


@pytest.mark.parametrize("path", ["", "login/", "phone/", "order/", "moved/", "moved/report/"])
def test_looking_leaves_no_trace(path: str) -> None:
    answer = Client().get(f"/practice/{path}")
    assert answer.status_code == 200
    assert "practice" not in answer.cookies


@pytest.mark.security
@pytest.mark.parametrize("path", ["login/", "order/", "moved/", "leave/"])
def test_t27_it_takes_no_forged_form(path: str) -> None:
    assert Client(enforce_csrf_checks=True).post(f"/practice/{path}").status_code == 403
