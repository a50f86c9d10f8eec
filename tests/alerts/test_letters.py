"""What a message says, and that nothing a bot or a person wrote can make it say something else (T22)."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from django.conf import settings

from alerts.letters import letter
from alerts.models import Alert, Delivery
from bots.models import Bot
from hitl.tenants.models import User, Workspace
from hitl.tenants.people import Person
from tests.alerts.pauses import moved, paused, pictured
from tests.mailsink import MailSink
from tests.people import People

pytestmark = pytest.mark.django_db

JPEG = b"\xff\xd8\xff\xe0 the page \xff\xd9"

PAYLOADS = [
    "Code\r\nBcc: victim@example.com",
    "Code\nSubject: You have won",
    "Code\r\n\r\n<h1>another body</h1>",
    "Code\u2028Bcc: victim@example.com",
    "Code\x00\x1b[2J\x7f",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><a href="https://evil.example">Open the browser</a>',
    "</title></style><style>*{display:none}</style>",
    "{{ link }} {% include 'secret' %} {link}",
    "=?utf-8?q?Bcc=3A_victim=40example=2Ecom?=",
    "\u202egnp.exe \u200b\u2066",
    "Grüße 漢字 😀",
    "x" * 5000,
    "--===============1234==\r\nContent-Type: text/html\r\n\r\nboo",
]


class Seen(HTMLParser):
    """The elements, attributes and words of a page, as a mail program would find them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.pictures: list[str] = []
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attributes}
        self.links += [str(value) for name, value in attributes if name == "href"]
        self.pictures += [str(value) for name, value in attributes if name == "src"]

    def handle_data(self, data: str) -> None:
        self.words += data


def sent(delivery: Delivery, post: MailSink) -> EmailMessage:
    """As it came over the wire, read by the strict rules of SMTP."""
    delivery.deliver()
    assert delivery.status == Delivery.Status.SENT, delivery.error
    raw = post.received[-1].message.as_bytes()
    return message_from_bytes(raw, policy=policy.SMTP)  # type: ignore[return-value]


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def write_everywhere(payload: str) -> None:
    """Into every field that somebody else fills in."""
    Alert.objects.update(title=payload, instructions=payload)
    Bot.objects.update(name=payload[:120])
    Workspace.objects.update(name=payload[:80])
    User.objects.update(name=payload[:80])


def plain_tags(people: People) -> list[str]:
    """The elements of a message in which nothing is odd."""
    return Seen(letter(paused(people.workspace, instructions="Please.").deliveries.first()).html).tags


@pytest.mark.security
@pytest.mark.parametrize("payload", PAYLOADS, ids=[ascii(payload)[:24] for payload in PAYLOADS])
def test_t22_it_stays_one_message_to_one_person(
    delivery: Delivery, people: People, post: MailSink, payload: str
) -> None:
    expected = plain_tags(people)
    write_everywhere(payload)
    message = sent(delivery, post)
    assert len(message.get_all("Subject", [])) == 1
    assert post.received[-1].recipients == ["bob@example.com"]
    assert {name.lower() for name in message} == {
        "content-type", "mime-version", "subject", "from", "to", "date", "message-id", "auto-submitted",
    }  # fmt: skip
    assert message["Subject"].isprintable()
    assert len(message["Subject"]) <= 200

    seen = Seen(part(message, "html"))
    assert seen.tags == expected
    assert {"onerror", "onclick", "onload"}.isdisjoint(seen.attributes)
    assert all(link.startswith(settings.BASE_URL) for link in seen.links)
    text = part(message, "plain")
    assert delivery.link.url in text.splitlines()
    assert len(text) < 4000


@pytest.mark.security
@pytest.mark.parametrize("payload", PAYLOADS, ids=[ascii(payload)[:24] for payload in PAYLOADS])
def test_t22_it_quotes_every_line_of_what_the_bot_says(alert: Alert, delivery: Delivery, payload: str) -> None:
    """So that no line of it stands where the product's own link stands."""
    alert.instructions = payload + "\nOpen the browser:\nhttps://evil.example"
    alert.save(update_fields=["instructions"])
    lines = letter(delivery).text.splitlines()
    assert [line for line in lines if "evil.example" in line and not line.startswith("> ")] == []
    assert lines[lines.index("Open the browser:") + 1] == delivery.link.url


def test_it_says_what_by_whom_and_until_when(alert: Alert, delivery: Delivery, post: MailSink) -> None:
    moved(alert, deadline=600)
    message = sent(delivery, post)
    assert message["Subject"] == "[Acme] Type the code"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in message
    until = f"{alert.deadline:%-d %B %Y, %H:%M} UTC"
    for said in (part(message, "plain"), Seen(part(message, "html")).words):
        for words in ("Type the code", "Payer", "Acme", "One-time code", until, "10 minutes left", "Also told: Ann."):
            assert words in said


def test_it_opens_the_browser_by_the_persons_own_link(alert: Alert, delivery: Delivery, post: MailSink) -> None:
    message = sent(delivery, post)
    page = settings.BASE_URL + alert.get_absolute_url()
    assert Seen(part(message, "html")).links == [delivery.link.url, f"{delivery.link.url}?on-it", page]
    assert page in part(message, "plain")
    assert alert.deliveries.exclude(pk=delivery.pk).get().link.url != delivery.link.url


def test_it_shows_only_the_members_page_where_links_are_not_allowed(people: People, post: MailSink) -> None:
    Workspace.objects.update(links_allowed=False)
    people.workspace.refresh_from_db()
    alert = paused(people.workspace)
    message = sent(alert.deliveries.first(), post)
    page = settings.BASE_URL + alert.get_absolute_url()
    assert Seen(part(message, "html")).links == [page, f"{page}on-it/"]
    assert "/t/" not in part(message, "plain")


def test_it_shows_no_link_any_more_that_was_withdrawn(delivery: Delivery, people: People, post: MailSink) -> None:
    delivery.link.revoke(Person.member(people.ann))
    assert "/t/" not in part(sent(delivery, post), "plain")


def test_it_carries_the_picture_inside(delivery: Delivery, post: MailSink) -> None:
    pictured(delivery.alert, JPEG)
    message = sent(delivery, post)
    assert message.get_content_type() == "multipart/related"
    inline = [each for each in message.walk() if each.get_content_type() == "image/jpeg"]
    assert [each.get_payload(decode=True) for each in inline] == [JPEG]
    assert [f"cid:{each['Content-ID'].strip('<>')}" for each in inline] == Seen(part(message, "html")).pictures
    assert inline[0].get_content_disposition() == "inline"


def test_it_goes_without_a_picture_that_is_gone(delivery: Delivery, post: MailSink) -> None:
    Alert.objects.update(picture="nowhere.jpg")
    assert Seen(part(sent(delivery, post), "html")).pictures == []


def test_it_loads_nothing_from_anywhere(delivery: Delivery, post: MailSink) -> None:
    """No tracking: the only addresses are those of the three links."""
    html = part(sent(delivery, post), "html")
    assert html.count("http") == 3
    assert Seen(html).pictures == []


def test_it_is_readable_without_style_sheets_and_in_the_dark(delivery: Delivery) -> None:
    html = letter(delivery).html
    assert 'class="press" style="' in html
    assert "@media (prefers-color-scheme: dark)" in html
