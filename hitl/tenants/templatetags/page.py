"""The few things that templates of every app say in the same way: icons, moments, countdowns, durations, the record."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from hitl.static import modules_of
from hitl.tenants.models import AuditEvent

register = template.Library()

# A full stop, a comma or a bracket at the end belongs to the sentence.
ADDRESS = re.compile(r"(https?://[^\s<>\"]*[^\s<>\".,;:!?)\]'”’])")

# The record's verbs as a reader says them; a verb that is not here is shown as it is.
SENTENCES = {
    "account.changed": "changed a member's account",
    "alert.assigned": "assigned an alert",
    "alert.completed": "pressed Done on an alert",
    "alert.declined": "declined an alert",
    "alert.given_up": "was not on it any more",
    "alert.on_it": "said that they are on it",
    "bot.archived": "archived a bot",
    "bot.brought_back": "brought an archived bot back",
    "bot.changed": "changed a bot",
    "bot.made": "made a bot",
    "bot.script_saved": "saved a bot's script",
    "browser.closed": "closed a browser",
    "control.released": "gave control back",
    "control.taken": "took control of a browser",
    "control.taken_back": "took control of a browser from whoever had it",
    "drill.started": "started a fire drill",
    "examples.added": "added the example bots",
    "execution.cancelled": "cancelled an execution",
    "execution.started": "started an execution",
    "execution.takeover_asked": "asked to take over a running bot",
    "executions.forgotten": "deleted executions whose days were over",
    "file.fetched": "fetched a file",
    "first_hour.hidden": "hid the first steps",
    "key.made": "made an API key",
    "key.revoked": "revoked an API key",
    "link.made": "made a link",
    "link.opened": "came in by a link",
    "link.revoked": "withdrew a link",
    "member.added": "added a member",
    "member.changed": "changed a member's role",
    "member.invitation_revoked": "withdrew an invitation",
    "member.invited": "invited somebody",
    "member.invited_again": "sent an invitation once more",
    "member.joined": "became a member",
    "member.left": "left the workspace",
    "member.removed": "removed a member",
    "member.signed_in": "signed in",
    "notice.retried": "had a message tried again",
    "notices.changed": "changed how they are told",
    "schedule.changed": "changed a schedule",
    "schedule.made": "made a schedule",
    "schedule.paused": "paused a schedule",
    "schedule.removed": "deleted a schedule",
    "schedule.resumed": "resumed a schedule",
    "secret.changed": "changed where a secret may be typed",
    "secret.made": "added a secret",
    "secret.removed": "deleted a secret",
    "secret.replaced": "gave a secret another value",
    "workspace.changed": "changed the workspace",
    "workspace.embedding_changed": "changed which sites may show live browsers",
    "workspace.made": "made the workspace",
}
PAGES = {"alt": "alert", "exe": "execution", "bot": "bot"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture that says nothing to a screen reader: words always stand beside it."""
    sheet = static("icons/sprite.svg")
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', sheet, name
    )


@register.simple_tag
def moment(at: datetime | None) -> SafeString | str:
    """A point in time; site/moments.js turns it into the reader's own words and zone."""
    if at is None:
        return ""
    words = f"{at:%d %b %Y, %H:%M} UTC"
    return format_html('<time datetime="{}" data-moment>{}</time>', at.isoformat(timespec="seconds"), words)


@register.simple_tag
def countdown(until: datetime | None) -> SafeString | str:
    """What is left until then, ticking; without scripts, the moment itself."""
    if until is None:
        return ""
    return format_html(
        '<span class="countdown" role="timer" aria-label="Time left" data-until="{}">until {}</span>',
        until.isoformat(timespec="seconds"),
        f"{until:%H:%M} UTC",
    )


@register.filter
def zoned(at: datetime) -> str:
    """A point in time on the clocks of the zone that it carries, for times that are meant there."""
    return f"{at:%a} {at.day} {at:%b %Y, %H:%M}"


@register.filter
def linked(text: str) -> SafeString:
    """What a bot says, with its addresses to press: each opens beside the page, which nobody has to leave for it."""
    parts = ADDRESS.split(text)  # the odd ones are addresses
    link = '<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>'
    pieces = (format_html(link, part) if n % 2 and _leads_where_it_says(part) else part for n, part in enumerate(parts))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _leads_where_it_says(address: str) -> bool:
    """Not one made to be misread, as https://bank.example@evil.example is: a bot may repeat the words of a page."""
    try:
        authority = urlsplit(address).netloc
    except ValueError:
        return False
    is_plain = authority.isascii() and not {"@", "\\", "%"} & set(authority)
    return authority != "" and is_plain and address.isprintable()


@register.filter
def duration(seconds: int) -> str:
    """90 → 1 min 30 s; for windows and limits."""
    for size, unit, smaller_size, smaller in ((3600, "h", 60, "min"), (60, "min", 1, "s")):
        if seconds >= size:
            rest = seconds % size // smaller_size
            return f"{seconds // size} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{seconds} s"


@register.filter
def duration_or_dash(seconds: int | None) -> str:
    """A duration, where there is one to tell of."""
    return "–" if seconds is None else duration(seconds)


@register.filter
def took(start: datetime | None, end: datetime | None) -> str:
    """How long something lasted, as short as it can be read; nothing while it lasts."""
    if start is None or end is None:
        return ""
    seconds = max(0.0, (end - start).total_seconds())
    return f"{seconds:.1f} s" if seconds < 10 else duration(round(seconds))


@register.filter
def status_label(change: Any) -> str:
    """A status of the history (a row of one of the `states.Change` models), as it is called everywhere else."""
    labels = dict(change.row._meta.get_field("status").flatchoices)
    return str(labels.get(change.status, change.status))


@register.filter
def sentence(event: AuditEvent) -> str:
    """What this person did, without the person."""
    return SENTENCES.get(event.verb, event.verb)


@register.simple_tag
def page_of(event: AuditEvent, workspace: str) -> str:
    """Where the thing can be seen that a record is about; empty where it has no page."""
    page = PAGES.get(event.subject.partition("_")[0])
    return reverse(page, args=[workspace, event.subject]) if page else ""


@register.simple_tag
def module(entry: str) -> SafeString:
    """The script, and links that fetch at once whatever it imports."""
    return format_html('{}<script type="module" src="{}"></script>', _links(modules_of(entry)), static(entry))


@register.simple_tag
def module_ahead(entry: str) -> SafeString:
    """What the page that comes next will need, fetched while this one is read."""
    return _links((entry, *modules_of(entry)))


def _links(modules: Iterable[str]) -> SafeString:
    return format_html_join("", '<link rel="modulepreload" href="{}">', ((static(name),) for name in modules))
