"""Who was told about an alert, and with what result, in the words of the inbox."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import template

from alerts.models import Alert, Delivery, NoticeWish
from hitl.tenants.models import User
from hitl.tenants.people import Person

register = template.Library()


@dataclass
class Told:
    """An alert's messages by result, the newest of each person on top."""

    sent: list[Delivery] = field(default_factory=list)
    failed: list[Delivery] = field(default_factory=list)
    pending: list[Delivery] = field(default_factory=list)

    @property
    def all(self) -> list[Delivery]:
        return self.failed + self.pending + self.sent


@register.filter
def told(alert: Alert) -> Told:
    """`alert.deliveries` should be fetched beforehand, with their users."""
    messages = Told()
    for delivery in sorted(alert.deliveries.all(), key=lambda d: d.pk, reverse=True):
        shelf = getattr(messages, delivery.status, None)
        if shelf is not None:
            shelf.append(delivery)
    return messages


@register.filter
def is_by(alert: Alert, user: User) -> bool:
    """Whether it is this member who said that they are on it, here or by the link in their mail."""
    return alert.on_it == Person.member(user).key


@register.simple_tag
def unheard(bot: Any, people: Iterable[User]) -> dict[User, datetime | None] | None:
    """Why none of these people would hear of the bot's alerts by e-mail now; None where somebody would."""
    chosen = set(bot.told.values_list("pk", flat=True))
    return NoticeWish.objects.unheard(bot.workspace, people, chosen)
