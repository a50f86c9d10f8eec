"""From an empty workspace to a first handled request, in four steps that tick themselves.

Each is a question to the rows. Kept is only that somebody does not want to see them, as an entry of the record.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from alerts.models import AlertStatus
from bots.examples import SITE, has_examples
from hitl.tenants.models import Role, User, Workspace
from hitl.tenants.people import SYSTEM, Person

HIDDEN = "first_hour.hidden"


@dataclass(frozen=True)
class Step:
    title: str
    words: str
    done: bool
    do: str  # what its button says
    url: str


@dataclass(frozen=True)
class FirstHour:
    steps: list[Step]
    may_add_examples: bool

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def next(self) -> Step | None:
        """The first that is not done yet."""
        return next((step for step in self.steps if not step.done), None)


def first_hour(workspace: Workspace, user: User, role: Role) -> FirstHour | None:
    """What is to be shown; None: all is done, it was hidden, or it takes a role that this member has not."""
    if not role.includes(Role.ADMIN) or _is_hidden(workspace, user):
        return None
    practice = settings.PRACTICE and has_examples(workspace)
    steps = _with_examples(workspace) if practice else _with_a_recording(workspace)
    hour = FirstHour(steps, may_add_examples=settings.PRACTICE and not practice)
    return hour if hour.next else None


def hide(workspace: Workspace, person: Person) -> None:
    person.did(workspace, HIDDEN, _subject(person.user))


def _is_hidden(workspace: Workspace, user: User) -> bool:
    return workspace.audit.filter(subject=_subject(user), verb=HIDDEN).exists()


def _subject(user: User | None) -> str:
    """Indexed, so that it is found among a year's entries."""
    return f"user:{user.pk if user else 0}"


def _with_examples(workspace: Workspace) -> list[Step]:
    has_run, has_asked, has_answered = _progress(workspace)
    return [
        Step(
            "Run an example bot",
            "It signs in to a practice site that comes with hitl, and stops where a bot cannot go on by itself.",
            has_run,
            "Choose one",
            reverse("bots", args=[workspace.slug]),
        ),
        Step(
            "See its request arrive",
            "It shows up under Alerts, in the count on every page, and as an e-mail to whoever is to be told.",
            has_asked,
            "Watch it run",
            reverse("executions", args=[workspace.slug]),
        ),
        _answer(workspace, has_answered),
        Step(
            "Make it yours",
            "Make a bot from a recording of your own, or invite a colleague who can answer too.",
            _is_not_alone(workspace) or _own_bots(workspace),
            "Make a bot",
            reverse("new_bot", args=[workspace.slug]),
        ),
    ]


def _with_a_recording(workspace: Workspace) -> list[Step]:
    has_run, has_asked, has_answered = _progress(workspace)
    return [
        Step(
            "Make a bot",
            "Record a flow in Chrome (DevTools, Recorder), export it as JSON, paste it here, and add a requestHuman "
            "step where only a person can go on.",
            workspace.bots.exists(),
            "Paste a recording",
            reverse("new_bot", args=[workspace.slug]),
        ),
        Step(
            "Run it",
            "It drives a browser of its own; its page shows every step as it happens.",
            has_run and has_asked,
            "Run a bot",
            reverse("bots", args=[workspace.slug]),
        ),
        _answer(workspace, has_answered),
        Step(
            "Invite somebody",
            "So that a request is seen when you are at lunch. Operators may take over, viewers may watch.",
            _is_not_alone(workspace),
            "Invite somebody",
            reverse("settings_members", args=[workspace.slug]),
        ),
    ]


def _progress(workspace: Workspace) -> tuple[bool, bool, bool]:
    """Whether something ran, asked, and was answered; the later includes the earlier. Trials are none of that."""
    alerts = workspace.alerts.filter(execution__trial=False)
    has_answered = alerts.filter(status=AlertStatus.COMPLETED).exists()
    has_asked = has_answered or alerts.exists()
    return has_asked or workspace.executions.real().exists(), has_asked, has_answered


def _answer(workspace: Workspace, has_answered: bool) -> Step:
    waiting = workspace.alerts.active().filter(execution__trial=False).first()
    return Step(
        "Take over and press Done",
        "Press Take control, do what the request says in the bot's own browser, then Done: the bot goes on.",
        has_answered,
        "Open the request" if waiting else "Open Alerts",
        waiting.get_absolute_url() if waiting else reverse("inbox", args=[workspace.slug]),
    )


def _own_bots(workspace: Workspace) -> bool:
    """Also one that somebody wrote for the practice site."""
    elsewhere = ~Q(source__contains=SITE)
    written = Q(versions__number=1) & ~Q(versions__author=SYSTEM.name)
    return bool(workspace.bots.filter(elsewhere | written).exists())


def _is_not_alone(workspace: Workspace) -> bool:
    """Somebody else is here, or has been asked to come."""
    return bool(workspace.memberships.count() > 1 or workspace.invitations.exists())
