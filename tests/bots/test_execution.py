"""An execution between its runner, the sweeper and people: leases, cursors, and what a dead worker leaves."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import Kind
from bots import sweeper
from bots.models import Bot, BrowserSession, Execution, FailureReason, Firing, LeaseLost, Status, StepStatus
from hitl import clock, vault
from hitl.states import WrongState
from hitl.tenants.people import PAGE, SYSTEM, Person
from tests.alerts.pauses import OUT_OF_REACH, browser_of
from tests.people import People

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SCRIPT = {
    "title": "Three",
    "steps": [
        {"type": "navigate", "url": "https://example.com/"},
        {
            "type": "requestHuman",
            "title": "Code, please",
            "fields": [
                {"name": "code", "type": "secret", "label": "Code", "required": True},
                {"name": "note", "type": "text", "label": "Note"},
            ],
        },
        {"type": "click", "selectors": ["#go"]},
    ],
}


@pytest.fixture
def bot(people: People) -> Bot:
    return Bot.objects.create(workspace=people.workspace, name="Three", source=json.dumps(SCRIPT))


@pytest.fixture
def execution(bot: Bot, people: People) -> Execution:
    return bot.start(Person.member(people.bob), {})


def paused(execution: Execution) -> None:
    """Its second step asks a person."""
    epoch = execution.claim("w1")
    execution.end_step(epoch, execution.begin_step(epoch, "navigate", "Go"))
    run = execution.begin_step(epoch, "requestHuman", "Code, please")
    fields = SCRIPT["steps"][1]["fields"]
    execution.ask_human(epoch, run, {"kind": Kind.OTP, "title": "Code, please", "fields": fields})


def lease_runs_out(execution: Execution) -> None:
    Execution.objects.filter(pk=execution.pk).update(lease_until=clock.Now() - timedelta(seconds=1))
    execution.refresh_from_db()


def statuses(execution: Execution) -> list[str]:
    return list(execution.step_runs.values_list("status", flat=True))


def test_n4_one_runner_claims_it(execution: Execution) -> None:
    other = Execution.objects.get(pk=execution.pk)
    assert execution.claim("w1") == 1
    with pytest.raises(WrongState):
        other.claim("w2")
    with pytest.raises(WrongState):
        Execution.objects.get(pk=execution.pk).claim("w3")


def test_n4_a_late_worker_does_not_claim_what_waits_for_a_person(execution: Execution) -> None:
    late = Execution.objects.get(pk=execution.pk)  # read when it was queued
    paused(execution)
    with pytest.raises(WrongState):
        late.claim("w2")
    execution.refresh_from_db()
    assert (execution.status, execution.lease_until, execution.worker) == (Status.WAITING_FOR_HUMAN, None, "w1")


def test_n4_a_runner_that_was_given_up_on_writes_nothing(execution: Execution) -> None:
    old = execution.claim("w1")
    run = execution.begin_step(old, "navigate", "Go")
    execution.end_step(old, run)
    lease_runs_out(execution)
    execution.interrupt()
    fresh = Execution.objects.get(pk=execution.pk)
    new = fresh.claim("w2")
    assert new > old
    for write in (
        lambda: execution.renew(old),
        lambda: execution.begin_step(old, "click", "Go"),
        lambda: execution.end_step(old, run),
    ):
        with pytest.raises(LeaseLost):
            write()
    with pytest.raises(WrongState):
        execution.succeed(old)


def test_an_output_is_written_by_the_steps_that_add_to_it(execution: Execution) -> None:
    epoch = execution.claim("w1")
    execution.end_step(epoch, execution.begin_step(epoch, "extract", "Read a"), {"a": "1"})
    run = execution.begin_step(epoch, "click", "Go")
    with CaptureQueriesContext(connection) as asked:
        execution.end_step(epoch, run)
    assert not [query["sql"] for query in asked.captured_queries if '"output" =' in query["sql"]]
    assert Execution.objects.get(pk=execution.pk).output == execution.output == {"a": "1"}


def test_a_runner_that_died_between_two_steps_is_followed_by_another(execution: Execution) -> None:
    epoch = execution.claim("w1")
    execution.end_step(epoch, execution.begin_step(epoch, "navigate", "Go"))
    lease_runs_out(execution)
    execution.interrupt()
    assert execution.status == Status.RUNNING
    assert list(Execution.objects.ready()) == [execution]


def test_a_runner_that_died_inside_a_step_leaves_a_question(execution: Execution) -> None:
    epoch = execution.claim("w1")
    execution.begin_step(epoch, "navigate", "Go")
    lease_runs_out(execution)
    execution.interrupt()
    execution.interrupt()  # two sweepers
    assert execution.status == Status.WAITING_FOR_HUMAN
    alert = execution.alerts.get()
    assert alert.kind == Kind.STEP_INTERRUPTED
    assert statuses(execution) == [StepStatus.INTERRUPTED]


def test_n4_a_step_that_is_recorded_while_the_sweeper_looks_is_not_asked_about(execution: Execution) -> None:
    epoch = execution.claim("w1")
    run = execution.begin_step(epoch, "navigate", "Go")
    lease_runs_out(execution)
    sweepers = Execution.objects.select_related("bot").get(pk=execution.pk)
    late = iter([True])

    def records(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith('UPDATE "bots_execution"') and next(late, False):
            execution.end_step(epoch, run)
            lease_runs_out(execution)
        return execute(sql, *rest)

    with connection.execute_wrapper(records):
        sweepers.interrupt()
    execution.refresh_from_db()
    assert (execution.status, execution.cursor, statuses(execution)) == (Status.RUNNING, 1, [StepStatus.DONE])
    assert list(Execution.objects.ready()) == [execution]


def test_n4_who_records_a_step_is_not_taken_for_dead(execution: Execution) -> None:
    epoch = execution.claim("w1")
    run = execution.begin_step(epoch, "navigate", "Go")
    lease_runs_out(execution)
    execution.end_step(epoch, run)
    assert not Execution.objects.orphaned().exists()


def test_it_is_interrupted_where_nobody_may_be_asked(execution: Execution) -> None:
    Bot.objects.update(human_intervention_mode=False)
    epoch = execution.claim("w1")
    execution.begin_step(epoch, "navigate", "Go")
    lease_runs_out(execution)
    Execution.objects.select_related("bot").get(pk=execution.pk).interrupt()
    execution.refresh_from_db()
    assert (execution.status, execution.failure_reason) == (Status.FAILED, FailureReason.INTERRUPTED)


@pytest.mark.parametrize(
    ("choice", "cursor", "status"),
    [("retry", 0, Status.RUNNING), ("skip", 1, Status.RUNNING), ("fail", 0, Status.FAILED)],
)
def test_the_answer_decides_about_a_failed_step(
    execution: Execution, people: People, choice: str, cursor: int, status: str
) -> None:
    epoch = execution.claim("w1")
    run = execution.begin_step(epoch, "navigate", "Go")
    run.end(StepStatus.FAILED, "It was not there.")
    alert = execution.ask_about(epoch, run, Kind.STEP_FAILED)
    alert.complete(Person.member(people.bob), {"choice": choice})
    execution.refresh_from_db()
    assert (execution.cursor, execution.status) == (cursor, status)
    if choice == "fail":
        assert execution.message == "It was not there."


def test_n9_a_secret_answer_is_sealed_used_and_then_forgotten(execution: Execution, people: People) -> None:
    paused(execution)
    execution.alerts.get().complete(Person.member(people.bob), {"code": "424242", "note": "hello"})
    execution.refresh_from_db()
    assert "424242" not in json.dumps(execution.answers)
    assert vault.unseal(execution.answers["code"]["sealed"]) == "424242"
    assert execution.plain_answers() == {"code": "424242", "note": "hello"}
    assert execution.secret_answers() == ["code"]
    assert execution.alerts.get().answer == {"code": None, "note": "hello"}
    execution.cancel(Person.member(people.bob))
    execution.refresh_from_db()
    assert execution.answers == {"code": None, "note": "hello"}


def test_n4_an_answer_moves_the_cursor_once(execution: Execution, people: People) -> None:
    paused(execution)
    alert = execution.alerts.get()
    alert.complete(Person.member(people.bob), {"code": "1"})
    with pytest.raises(WrongState):
        alert.complete(Person.member(people.ann), {"code": "2"})
    execution.refresh_from_db()
    assert (execution.cursor, execution.plain_answers()["code"]) == (2, "1")


def test_a_request_that_nobody_answers_is_skipped_where_the_step_says_so(execution: Execution) -> None:
    paused(execution)
    alert = execution.alerts.get()
    type(alert).objects.update(on_timeout="skip", deadline=clock.Now() - timedelta(seconds=1))
    alert.refresh_from_db()
    alert.expire()
    execution.refresh_from_db()
    assert (execution.status, execution.cursor) == (Status.RUNNING, 2)
    assert statuses(execution) == [StepStatus.DONE, StepStatus.SKIPPED]
    assert execution.plain_answers() == {"code": "", "note": ""}


def test_a_takeover_that_a_request_overtakes_is_not_asked_again_later(execution: Execution, people: People) -> None:
    epoch = execution.claim("w1")
    execution.take_over(Person.member(people.bob))
    execution.end_step(epoch, execution.begin_step(epoch, "navigate", "Go"))
    execution.ask_human(
        epoch, execution.begin_step(epoch, "requestHuman", "Look"), {"kind": Kind.OTHER, "title": "Look"}
    )
    execution.refresh_from_db()
    assert (execution.status, execution.takeover_by) == (Status.WAITING_FOR_HUMAN, None)


def test_only_a_running_bot_is_taken_over(execution: Execution, people: People) -> None:
    bob = Person.member(people.bob)
    with pytest.raises(WrongState):
        execution.take_over(bob)
    epoch = execution.claim("w1")
    execution.take_over(bob)
    execution.refresh_from_db()
    execution.stop_for_takeover(epoch)
    alert = execution.alerts.get()
    assert (alert.kind, alert.status, alert.holder) == (Kind.TAKEOVER, "claimed", bob.key)
    execution.refresh_from_db()
    assert execution.status == Status.HUMAN_IN_CONTROL
    alert.complete(bob, {})
    execution.refresh_from_db()
    assert (execution.status, execution.cursor) == (Status.RUNNING, 0)


def test_f5_what_no_worker_took_is_said_again(execution: Execution) -> None:
    assert not Execution.objects.forgotten().exists()
    Execution.objects.update(published_at=clock.Now() - timedelta(minutes=1))
    assert sweeper.sweep_executions(orphans_too=True) == 1
    assert not Execution.objects.forgotten().exists()


def test_f5_where_very_many_are_queued_what_a_person_has_worked_on_comes_first_and_each_has_its_turn(
    bot: Bot, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "BATCH", 1)
    resumed, oldest, newest = (bot.start(Person.member(people.bob), {}) for _ in range(3))
    paused(resumed)
    resumed.alerts.get().complete(Person.member(people.bob), {"code": "1"})
    for ago, queued in enumerate((newest, oldest), start=5):
        Execution.objects.filter(pk=queued.pk).update(published_at=clock.Now() - timedelta(minutes=ago))
    Execution.objects.filter(pk=resumed.pk).update(published_at=clock.Now() - timedelta(minutes=1))
    told = []
    for _ in range(3):
        before = set(Execution.objects.forgotten().values_list("pk", flat=True))
        sweeper.sweep_executions(orphans_too=False)
        told += before - set(Execution.objects.forgotten().values_list("pk", flat=True))
    assert told == [resumed.pk, oldest.pk, newest.pk]


def test_workers_that_are_all_busy_are_told_less_and_less_often(execution: Execution) -> None:
    waits = []
    for _ in range(6):
        seconds = next(s for s in (11, 21, 41, 81, 161) if is_forgotten_after(execution, s))
        waits.append(seconds)
        execution.run_again()
    assert waits == [11, 21, 41, 81, 81, 81]
    execution.run_later()
    assert is_forgotten_after(execution, 11)


def is_forgotten_after(execution: Execution, seconds: int) -> bool:
    Execution.objects.filter(pk=execution.pk).update(published_at=clock.Now() - timedelta(seconds=seconds))
    return Execution.objects.forgotten().exists()


def test_f9_a_step_whose_commit_lost_its_answer_is_recorded_once(execution: Execution) -> None:
    epoch = execution.claim("w1")
    run = execution.begin_step(epoch, "navigate", "Go")
    before = Execution.objects.get(pk=execution.pk)
    execution.end_step(epoch, run, {"seen": 1})
    next_one = execution.begin_step(epoch, "requestHuman", "Code, please")
    before.end_step(epoch, run, {"seen": 1})  # the same runner, who did not hear that it was done
    assert before.begin_step(epoch, "requestHuman", "Code, please") == next_one
    assert (before.cursor, before.output, before.step_runs.count()) == (1, {"seen": 1}, 2)


def test_f9_a_step_that_another_has_recorded_is_no_longer_this_runners(execution: Execution) -> None:
    epoch = execution.claim("w1")
    run = execution.begin_step(epoch, "navigate", "Go")
    Execution.objects.update(cursor=1)  # and this run is still under way
    with pytest.raises(LeaseLost):
        execution.end_step(epoch, run)


def test_f9_leases_are_stretched_by_an_outage(execution: Execution) -> None:
    execution.claim("w1")
    lease_runs_out(execution)
    assert sweeper.sweep_executions(orphans_too=False) == 0
    assert sweeper.sweep_executions(orphans_too=True) == 1


@pytest.mark.parametrize(("waits", "reason"), [(True, FailureReason.ABANDONED), (False, FailureReason.LIMIT_REACHED)])
def test_the_sessions_limit_ends_what_nobody_finishes(execution: Execution, waits: bool, reason: str) -> None:
    if waits:
        paused(execution)
    else:
        execution.claim("w1")
    sweeper._cap_reached(browser_of(execution))
    execution.refresh_from_db()
    assert (execution.status, execution.failure_reason) == (Status.FAILED, reason)
    assert not execution.alerts.active().exists()
    assert execution.session.ending_at


def test_n7_a_lost_browser_ends_its_execution_and_says_so(execution: Execution) -> None:
    paused(execution)
    session = browser_of(execution)
    sweeper._lost(session, "The browser was lost.")
    execution.refresh_from_db()
    session.refresh_from_db()
    assert (execution.status, execution.failure_reason) == (Status.FAILED, FailureReason.BROWSER_LOST)
    assert session.ended_at
    alert = execution.alerts.get()
    assert alert.status == "cancelled"
    assert set(alert.deliveries.filter(kind="lost").values_list("user__name", flat=True)) == {"Ann", "Bob"}


def test_a_condition_that_the_page_has_met_answers_for_a_person(execution: Execution) -> None:
    epoch = execution.claim("w1")
    run = execution.begin_step(epoch, "requestHuman", "Sign in")
    fields = [{"name": "note", "type": "text", "label": "Note"}]
    alert = execution.ask_human(epoch, run, {"title": "Sign in", "fields": fields, "resume_when": {"visible": "#ok"}})
    alert.complete(PAGE, {})
    execution.refresh_from_db()
    assert (execution.status, execution.cursor) == (Status.RUNNING, 1)
    assert execution.plain_answers() == {"note": ""}


@pytest.mark.parametrize(
    ("choice", "answers"), [("skip", {"code": "", "note": ""}), ("retry", {"code": "1", "note": "old"})]
)
def test_a_request_that_failed_and_is_skipped_leaves_empty_answers(
    execution: Execution, people: People, choice: str, answers: dict[str, str]
) -> None:
    epoch = execution.claim("w1")
    execution.end_step(epoch, execution.begin_step(epoch, "navigate", "Go"))
    Execution.objects.update(answers={"code": "1", "note": "old"})  # of a request before it that asked for the same
    execution.begin_step(epoch, "requestHuman", "Code, please")
    lease_runs_out(execution)
    execution.interrupt()
    execution.alerts.get().complete(Person.member(people.bob), {"choice": choice})
    execution.refresh_from_db()
    assert execution.plain_answers() == answers


def test_a_takeover_changes_no_answer(execution: Execution, people: People) -> None:
    epoch = execution.claim("w1")
    Execution.objects.update(answers={"code": "1"}, takeover_by=people.bob)
    execution.refresh_from_db()
    execution.stop_for_takeover(epoch)
    execution.alerts.get().complete(Person.member(people.bob), {})
    execution.refresh_from_db()
    assert execution.plain_answers() == {"code": "1"}


def test_n10_a_deleted_workspace_leaves_no_browser_in_use(execution: Execution) -> None:
    execution.claim("w1")
    browser_of(execution)
    assert sweeper.folders_in_use() == {execution.public_id: 1}
    execution.workspace.delete()
    assert sweeper.folders_in_use() == {}


def silent(execution: Execution, lease: timedelta) -> BrowserSession:
    return browser_of(execution, timedelta(hours=1), address=OUT_OF_REACH, lease_until=clock.now() + lease)


def sweep_browsers(silence_counts: bool = True) -> tuple[int, int]:
    """How many of those that are held, and of those that are over, were looked at."""
    return async_to_sync(sweeper.sweep_sessions)(silence_counts), async_to_sync(sweeper.end_sessions)(silence_counts)


@pytest.mark.django_db(transaction=True)
def test_a_sweep_leaves_long_texts_where_they_are(execution: Execution) -> None:
    """It comes every other second to each browser that is held."""
    paused(execution)
    silent(execution, timedelta(minutes=1))
    with CaptureQueriesContext(connection) as asked:
        assert sweep_browsers() == (1, 0)
    assert asked.captured_queries
    for column in ("script", "output", "source"):
        assert not [query["sql"] for query in asked.captured_queries if f'"{column}"' in query["sql"]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("lease", "counts"), [(1, True), (-1, False)], ids=["lease_runs", "after_an_outage"])
@pytest.mark.parametrize("over", [False, True])
def test_n7_silence_is_a_suspicion(execution: Execution, lease: int, counts: bool, over: bool) -> None:
    paused(execution)
    session = silent(execution, timedelta(minutes=lease))
    if over:
        execution.cancel(SYSTEM)
    assert sweep_browsers(counts) == ((0, 1) if over else (1, 0))
    session.refresh_from_db()
    assert session.ended_at is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("over", [False, True])
def test_n7_silence_for_a_whole_lease_is_death(execution: Execution, over: bool) -> None:
    paused(execution)
    session = silent(execution, timedelta(minutes=-1))
    if over:
        execution.cancel(SYSTEM)
    sweep_browsers()
    session.refresh_from_db()
    execution.refresh_from_db()
    assert session.ended_at
    assert execution.failure_reason == ("" if over else FailureReason.BROWSER_LOST)
    assert sweep_browsers() == (0, 0)


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_f7_what_the_browser_knows_is_written_down_though_the_broker_is_away(
    execution: Execution, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A download waits for a worker; that somebody has worked on the page waits for nobody."""
    paused(execution)
    alert = execution.alerts.get()
    epoch = alert.claim(Person.member(people.bob))
    browser_of(execution)
    told = {"alive": True, "downloads": [{"state": "done"}], "input_epoch": epoch, "control": None, "condition": None}

    async def answers(session: BrowserSession, do: str, **params: Any) -> dict[str, Any]:
        return told

    def away(session: int) -> None:
        raise ConnectionError("the broker is away")

    monkeypatch.setattr("bots.sessions.ask", answers)
    monkeypatch.setattr(sweeper.keep_files, "delay", away)
    sweep_browsers()
    alert.refresh_from_db()
    assert alert.first_input_at


def test_what_is_looked_at_every_few_seconds_is_found_among_very_many() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # few rows are read faster without any index
    live = BrowserSession.objects.live()
    for rows in (live, live.filter(machine="m"), BrowserSession.objects.held(), BrowserSession.objects.over()):
        assert "live_sessions" in rows.explain()
    assert "waiting_firings" in Firing.objects.ready().explain()
