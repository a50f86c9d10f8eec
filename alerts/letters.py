"""What a delivery says: subject, plain text, HTML and the picture of the page, from templates/alerts/email/."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings

from alerts.transports import PICTURE, Message
from hitl import clock
from hitl.mails import html_of, one_line, text_of

if TYPE_CHECKING:
    from alerts.models import Delivery

SUBJECT = {
    "opened": "{title}",
    "halfway": "Half of the time is over: {title}",
    "unfinished": "Left unfinished: {title}",
    "waiting": "Still waiting: {title}",
    "assigned": "Assigned to you: {title}",
    "lost": "The browser was lost: {title}",
}


def letter(delivery: Delivery) -> Message:
    """The message as it is true now; it is made anew for every try."""
    said = _said(delivery)
    template = f"alerts/email/{delivery.kind}"
    return Message(
        subject=f"[{said['workspace']}] " + SUBJECT[delivery.kind].format(title=said["title"]),
        text=text_of(f"{template}.txt", said),
        html=html_of(f"{template}.html", said),
        id=message_id(delivery),
        thread=_thread(delivery),
        picture=said["picture"],
    )


def message_id(delivery: Delivery) -> str:
    """The same on every try, so that a mailbox can tell that it has the message already; derived, stored nowhere."""
    secret = hashlib.sha256(b"hitl.letters:" + settings.SECRET_KEY.encode()).digest()
    about = f"{delivery.pk}:{delivery.alert.public_id}".encode()
    key = hmac.new(secret, about, hashlib.sha256).hexdigest()[:24]
    return f"<dlv-{delivery.pk}.{key}@{urlsplit(settings.BASE_URL).hostname}>"


def _thread(delivery: Delivery) -> str:
    """The id of the first message to the same person about the same alert; empty for that one."""
    first = delivery.alert.deliveries.filter(user=delivery.user, channel=delivery.channel).order_by("pk").first()
    return message_id(first) if first and first.pk != delivery.pk else ""


def _said(delivery: Delivery) -> dict[str, Any]:
    alert, now = delivery.alert, clock.now()
    left = alert.deadline and alert.deadline - now
    instructions = alert.instructions.strip()[:2000]
    link = delivery.link.url if delivery.link and delivery.link.is_alive else ""
    page = settings.BASE_URL + alert.get_absolute_url()
    return {
        "title": one_line(alert.title, 120),
        "instructions": instructions,
        "quoted": "\n".join("> " + one_line(line, 500) for line in instructions.splitlines()),
        "kind": alert.get_kind_display(),
        "bot": one_line(alert.execution.bot.name, 80),
        "workspace": one_line(alert.workspace.name, 60),
        "deadline": alert.deadline,
        "minutes": left and max(1, round(left.total_seconds() / 60)),
        "link": link,
        "page": page,
        "on_it_url": f"{link}?on-it" if link else f"{page}on-it/",
        "on_it": one_line(alert.on_it_name, 80) if alert.is_looked_after else "",
        "on_it_until": alert.on_it_until,
        "assigned_by": one_line(alert.assigned_by, 80),
        "driver": one_line(alert.holder_name, 80) if alert.is_active else "",
        "why": one_line(alert.reason, 300),
        "others": _others(delivery),
        "picture": _picture(alert.picture),
        "picture_name": PICTURE,
    }


def _others(delivery: Delivery) -> list[str]:
    """Who else gets this very message, so that nobody thinks they are the only one, or not the only one."""
    others = delivery.alert.deliveries.filter(kind=delivery.kind, round=delivery.round).exclude(pk=delivery.pk)
    return [one_line(str(other.user), 80) for other in others.select_related("user").order_by("user__email")[:12]]


def _picture(name: str) -> bytes:
    """The page as it stood when the bot asked; nothing where there is none, or no longer."""
    path = Path(settings.MEDIA_ROOT, name)
    return path.read_bytes() if name and path.is_file() else b""
