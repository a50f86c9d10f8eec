"""The state machines of alerts and executions: every pair of state and move, one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from alerts.models import ACTIVE, Alert, AlertStatus
from bots.models import ALIVE, Execution, LeaseLost, Status
from hitl import clock, states
from hitl.states import WrongState
from hitl.tenants.models import AuditEvent, NotAllowed
from hitl.tenants.people import PAGE, Person
from tests.alerts.pauses import again, moved, paused, running
from tests.people import People

pytestmark = [pytest.mark.django_db, pytest.mark.database]

# What an execution says while its alert is in this state.
BESIDE = {
    AlertStatus.OPEN: Status.WAITING_FOR_HUMAN,
    AlertStatus.CLAIMED: Status.HUMAN_IN_CONTROL,
    AlertStatus.COMPLETED: Status.RUNNING,
    AlertStatus.DECLINED: Status.FAILED,
    AlertStatus.EXPIRED: Status.TIMED_OUT,
    AlertStatus.CANCELLED: Status.CANCELLED,
}
OPEN, CLAIMED = ACTIVE


def put(row: Any, status: str) -> None:
    type(row).objects.filter(pk=row.pk).update(status=status)
    row.refresh_from_db()


def in_state(people: People, status: AlertStatus) -> Alert:
    """An alert in this state; where somebody drives it is Bob, and every clock has run out."""
    alert = paused(people.workspace)
    if status is CLAIMED:
        alert.claim(Person.member(people.bob))
    put(alert, status)
    put(alert.execution, BESIDE[status])
    moved(alert, deadline=-1, control_until=-1)
    return again(alert)


def facts(row: Any) -> tuple[Any, ...]:
    """Everything that the database holds about the row, and the length of its history."""
    return (*type(row).objects.filter(pk=row.pk).values_list().get(), row.history.count())


@pytest.mark.parametrize("source", [*AlertStatus])
def test_it_moves_an_alert_only_along_its_table(people: People, source: str) -> None:
    alert = paused(people.workspace)
    for target in AlertStatus:
        check_pair(alert, source, target)


@pytest.mark.parametrize("source", [*Status])
def test_it_moves_an_execution_only_along_its_table(people: People, source: str) -> None:
    execution, _ = running(people.workspace)
    for target in Execution.MOVES:
        check_pair(execution, source, target)


def test_it_never_puts_an_execution_back_into_the_queue() -> None:
    assert set(Execution.MOVES) == set(Status) - {Status.QUEUED}
    assert set(Alert.MOVES) == set(AlertStatus)


def check_pair(row: Any, source: str, target: str) -> None:
    put(row, source)
    before = facts(row)
    if source in row.MOVES[target]:
        states.move(row, target, "because")
        assert (row.status, row.history.last().status, row.history.last().why) == (target, target, "because")
        assert row.history.count() == before[-1] + 1
    else:
        with pytest.raises(WrongState):
            states.move(row, target)
        assert facts(row) == before


@pytest.mark.parametrize("status", [*AlertStatus])
@pytest.mark.parametrize(
    ("verb", "sources", "leads_to"),
    [
        ("claim_by_ann", {OPEN}, "claimed"),
        ("claim_by_bob", {OPEN, CLAIMED}, "claimed"),  # again, on another device
        ("release", {CLAIMED}, "open"),
        ("lapse", {CLAIMED}, "open"),
        ("complete_by_ann", {OPEN}, "completed"),
        ("complete_by_bob", {OPEN, CLAIMED}, "completed"),
        ("complete_by_page", {OPEN, CLAIMED}, "completed"),
        ("decline_by_ann", {OPEN}, "declined"),
        ("decline_by_bob", {OPEN, CLAIMED}, "declined"),
        ("expire", {OPEN}, "expired"),
        ("cancel", {OPEN, CLAIMED}, "cancelled"),
    ],
)
def test_it_allows_each_verb_only_in_its_states(
    people: People, status: AlertStatus, verb: str, sources: set[AlertStatus], leads_to: str
) -> None:
    alert = in_state(people, status)
    before = facts(alert), facts(alert.execution), alert.workspace.audit.count()
    if status in sources:
        call(alert, verb, people)
        assert again(alert).status == leads_to
    else:
        with pytest.raises(WrongState):
            call(alert, verb, people)
        assert (facts(alert), facts(alert.execution), alert.workspace.audit.count()) == before


def call(alert: Alert, verb: str, people: People) -> None:
    name, _, who = verb.partition("_by_")
    person = {"ann": Person.member(people.ann), "bob": Person.member(people.bob), "page": PAGE}.get(who)
    arguments: dict[str, list[Any]] = {
        "claim": [person],
        "release": [alert.control_epoch],
        "complete": [person, {}],
        "decline": [person, "no"],
        "cancel": ["the bot was stopped"],
    }
    getattr(alert, name)(*arguments.get(name, []))


@pytest.mark.parametrize("status", [*Status])
@pytest.mark.parametrize(
    ("verb", "sources", "leads_to"),
    [
        (lambda e, _: e.claim("worker:2"), {Status.QUEUED, Status.RUNNING}, "running"),
        (lambda e, _: e.succeed(e.lease_epoch), {Status.RUNNING}, "succeeded"),
        (lambda e, _: e.fail("step_failed", "why"), set(ALIVE), "failed"),
        (lambda e, ann: e.cancel(ann), set(ALIVE), "cancelled"),
        (lambda e, ann: e.take_over(ann), {Status.RUNNING}, "running"),
        (lambda e, _: e.human_came(), {Status.WAITING_FOR_HUMAN}, "human_in_control"),
        (lambda e, _: e.human_left(), {Status.RUNNING, Status.HUMAN_IN_CONTROL}, "waiting_for_human"),
    ],
    ids=["claim", "succeed", "fail", "cancel", "take_over", "human_came", "human_left"],
)
def test_it_allows_each_verb_of_an_execution_only_in_its_states(
    people: People,
    status: Status,
    verb: Callable[[Execution, Person], Any],
    sources: set[Status],
    leads_to: str,
) -> None:
    execution, _ = running(people.workspace)
    put(execution, status)
    if verb.__code__.co_names[0] == "claim":
        moved(execution, lease_until=None)
    before, audit = facts(execution), execution.workspace.audit.count()
    if status in sources:
        verb(execution, Person.member(people.ann))
        execution.refresh_from_db()
        assert execution.status == leads_to
    else:
        with pytest.raises(WrongState):
            verb(execution, Person.member(people.ann))
        assert facts(execution) == before
        assert execution.workspace.audit.count() == audit


def test_n4_a_runner_that_was_given_up_on_writes_nothing(people: People) -> None:
    execution, old = running(people.workspace)
    execution.take_over(Person.member(people.ann))
    execution.refresh_from_db()
    run = execution.begin_step(old, "click", "#pay")
    Execution.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    Execution.objects.get(pk=execution.pk).interrupt()  # by the sweeper; the runner goes on with what it has read
    before = facts(execution)
    for write in (
        lambda: execution.stop_for_takeover(old),
        lambda: execution.renew(old),
        lambda: execution.begin_step(old, "click", "#pay"),
        lambda: execution.end_step(old, run),
        lambda: execution.ask_human(old, run, {"title": "x"}),
        lambda: execution.succeed(old),
        lambda: execution.fail("step_failed", "x", old),
    ):
        with pytest.raises((LeaseLost, WrongState)):
            write()
    assert facts(execution) == before


def test_n2_there_is_one_alert_for_one_pause(people: People) -> None:
    alert = paused(people.workspace)
    with pytest.raises(WrongState):
        alert.execution.ask_human(1, alert.execution.step_runs.last(), {"title": "Twice?"})
    assert alert.execution.alerts.count() == 1


@pytest.mark.parametrize(
    ("ending", "status", "end"),
    [
        ("completed", "running", lambda alert, ann: alert.complete(ann, {})),
        ("declined", "failed", lambda alert, ann: alert.decline(ann, "no")),
        ("expired", "timed_out", lambda alert, ann: alert.expire()),
        ("cancelled", "cancelled", lambda alert, ann: alert.execution.cancel(ann)),
    ],
)
def test_it_ends_with_the_execution(
    people: People, ending: str, status: str, end: Callable[[Alert, Person], None]
) -> None:
    alert = paused(people.workspace)
    moved(alert, deadline=-1)
    end(alert, Person.member(people.ann))
    alert = again(alert)
    assert (alert.status, alert.execution.status) == (ending, status)
    assert alert.closed_at is not None


@pytest.mark.security
def test_t8_control_is_taken_back_by_role_alone(alert: Alert, ann: Person, bob: Person, people: People) -> None:
    """Ann owns the workspace, Bob is an operator, Vic may watch; Sam is a stranger."""
    vic, sam, guest = Person.member(people.vic), Person.member(people.sam), Person.guest("lnk_1", "v", "A guest")
    with pytest.raises(NotAllowed):  # nobody drives: whoever may takes it
        alert.take_back(ann)
    alert.claim(guest)
    for person in (vic, sam, guest, Person.guest("lnk_1", "w", "Another guest")):
        with pytest.raises(NotAllowed):
            alert.take_back(person)
    assert alert.take_back(bob) == 2
    assert (alert.holder_name, alert.status, alert.execution.status) == ("Bob", "claimed", "human_in_control")
    with pytest.raises(NotAllowed):
        alert.take_back(bob)  # from himself
    assert alert.take_back(ann) == 3
    with pytest.raises(NotAllowed, match="ask for it"):
        alert.take_back(bob)
    told = AuditEvent.objects.filter(verb="control.taken_back").order_by("pk").values_list("actor", "detail")
    assert list(told) == [("Bob", {"holder": "A guest"}), ("Ann", {"holder": "Bob"})]
