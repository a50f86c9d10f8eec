"""The mails sent while practising: newest first, each person's own, shown without any right of their own."""

from __future__ import annotations

from email.mime.image import MIMEImage
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client

from practice import mails
from tests.people import People, signed_in

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
FILES = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = FILES
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def send(to: str, subject: str, html: str = "<p>Hello</p>") -> None:
    message = EmailMultiAlternatives(subject, "Hello\n" + "-" * 20 + "\nhttps://hitl.example/t/abc", to=[to])
    message.attach_alternative(html, "text/html")
    get_connection(FILES).send_messages([message])


def first_id(folder: Path) -> str:
    return next(mails.newest_first(folder)).id


def test_it_shows_ones_own_mails_only(people: People, folder: Path) -> None:
    send("bob@example.com", "For Bob")
    send("ann@example.com", "For Ann")
    client = signed_in(people.bob)
    page = client.get("/practice/mail/").content.decode()
    assert "For Bob" in page
    assert "For Ann" not in page


@pytest.mark.security
def test_t7_a_strangers_mail_is_not_there(people: People, folder: Path) -> None:
    send("bob@example.com", "For Bob")
    mail = first_id(folder)
    client = Client()
    assert client.get(f"/practice/mail/{mail}/").status_code == 302
    client.force_login(people.sam)
    assert [client.get(f"/practice/mail/{mail}/{part}").status_code for part in ("", "html/")] == [404, 404]
    client.force_login(people.bob)
    assert [client.get(f"/practice/mail/{mail}/{part}").status_code for part in ("", "html/")] == [200, 200]


def test_it_shows_everything_to_whoever_runs_the_machine(people: People, folder: Path) -> None:
    people.ann.is_staff = True
    people.ann.save()
    send("bob@example.com", "For Bob")
    client = signed_in(people.ann)
    assert "For Bob" in client.get("/practice/mail/").content.decode()


def test_it_says_that_there_is_nothing(people: People, folder: Path) -> None:
    client = signed_in(people.bob)
    assert "Nothing has been sent yet" in client.get("/practice/mail/").content.decode()


@pytest.mark.security
def test_t22_what_a_bot_says_makes_no_mail_of_its_own(people: People, folder: Path) -> None:
    """What followed, somebody's takeover link, was shown to whomever the bot had named; and anything in our name."""
    head = f"{'-' * 79}\nTo: sam@example.com\nSubject: For Sam\nContent-Type: text/plain\n\n"
    message = EmailMultiAlternatives("For Bob", f"One\n{head}https://hitl.example/t/abc", to=["bob@example.com"])
    message.attach_alternative(f"<p>One\n{head}https://hitl.example/t/abc</p>", "text/html")
    get_connection(FILES).send_messages([message, message])  # which lie in one file
    found = list(mails.newest_first(folder))
    assert [(mail.subject, mail.recipients) for mail in found] == [("For Bob", ["bob@example.com"])] * 2
    assert all("/t/abc" in mail.text and "/t/abc" in mail.html for mail in found)
    client = signed_in(people.sam)
    assert "For Sam" not in client.get("/practice/mail/").content.decode()


@pytest.mark.security
def test_t15_a_mail_may_not_run_anything(people: People, folder: Path) -> None:
    send("bob@example.com", "Bad", "<script>parent.location='/accounts/logout/'</script>")
    client = signed_in(people.bob)
    answer = client.get(f"/practice/mail/{first_id(folder)}/html/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "script" not in policy
    assert "allow-same-origin" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.security
@pytest.mark.parametrize("mail_id", ["..%2fhitl.sqlite3:0", "a.log", "a.log:9", "a.log:x", ":0", "etc:passwd:0"])
def test_t15_an_id_is_no_path(people: People, folder: Path, mail_id: str) -> None:
    (folder / "a.log").write_bytes(b"Subject: x\nTo: bob@example.com\n\nx\n")
    client = signed_in(people.bob)
    assert client.get(f"/practice/mail/{mail_id}/").status_code == 404


def test_it_shows_the_picture_inside_the_message(people: People, folder: Path) -> None:
    message = EmailMultiAlternatives("Look", "Look", to=["bob@example.com"])
    message.attach_alternative('<img src="cid:page">', "text/html")
    picture = MIMEImage(PNG, "png")
    picture.add_header("Content-ID", "<page>")
    message.attach(picture)
    get_connection(FILES).send_messages([message])
    client = signed_in(people.bob)
    shown = client.get(f"/practice/mail/{first_id(folder)}/html/").content.decode()
    assert 'src="data:image/png;base64,iVBOR' in shown


def test_it_parts_several_messages_of_one_connection(folder: Path) -> None:
    connection = get_connection(FILES)
    connection.send_messages([EmailMultiAlternatives(f"Number {n}", "x", to=["a@example.com"]) for n in range(3)])
    assert [mail.subject for mail in mails.newest_first(folder)] == ["Number 2", "Number 1", "Number 0"]
