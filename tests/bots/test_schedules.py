"""A schedule starts its bot at each of its times once, and whatever does not start is said to be so, with the cause."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bots import sweeper
from bots.models import Bot, CannotStart, Execution, Firing, Schedule, Secret
from bots.models.schedule import CronError, in_words, times
from hitl import clock
from hitl.tenants.people import SYSTEM, Person
from tests.alerts.pauses import asks
from tests.at_once import AtOnce
from tests.people import People, everybody, signed_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]

STEPS = [
    {"type": "navigate", "url": "https://shop.example/"},
    {"type": "requestHuman", "title": "Type the code"},
    {"type": "change", "selectors": ["#city"], "value": "{{city}}"},
]


@pytest.fixture
def bot(people: People) -> Bot:
    return a_bot(people)


def a_bot(people: People, *more: dict[str, Any]) -> Bot:
    source = json.dumps({"title": "Payer", "steps": [*STEPS, *more]})
    return Bot.make(people.workspace, Person.member(people.ann), "Payer", source)


def a_schedule(bot: Bot, **fields: Any) -> Schedule:
    given = {"cron": "0 9 * * *", "zone": "Europe/Berlin", "variables": {"city": "Rome"}}
    return Schedule.make(bot, SYSTEM, **given | fields)


def comes(schedule: Schedule, ago: timedelta = timedelta(seconds=1)) -> list[tuple[str, str]]:
    """Its next time comes; what became of all its times, the newest first."""
    Schedule.objects.filter(pk=schedule.pk).update(next_at=clock.now() - ago)
    sweeper.sweep_schedules()
    return outcomes(schedule)


def outcomes(schedule: Schedule) -> list[tuple[str, str]]:
    return list(schedule.firings.values_list("outcome", "why"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        # 2027-03-28 in Berlin: 02:00 becomes 03:00, which is 01:00 UTC
        ("30 2 * * *", "2027-03-27 12:00", ["2027-03-28 01:00", "2027-03-29 00:30"]),
        ("*/30 * * * *", "2027-03-28 00:15", ["2027-03-28 00:30", "2027-03-28 01:00", "2027-03-28 01:30"]),
        # 2026-10-25 in Berlin: 03:00 becomes 02:00, which is 01:00 UTC
        ("30 2 * * *", "2026-10-24 12:00", ["2026-10-25 00:30", "2026-10-26 01:30"]),
        ("30 2 * * *", "2026-10-25 01:10", ["2026-10-26 01:30"]),  # asked in the hour's second half
        ("0 * * * *", "2026-10-24 23:30", ["2026-10-25 00:00", "2026-10-25 01:00", "2026-10-25 02:00"]),
        ("0 9 * * 1-5", "2026-10-23 12:00", ["2026-10-26 08:00", "2026-10-27 08:00"]),
    ],
)
def test_times_are_right_where_clocks_change(cron: str, after: str, expected: list[str]) -> None:
    found = list(itertools.islice(times(cron, at(after), "Europe/Berlin"), len(expected)))
    assert found == [at(text) for text in expected]


@pytest.mark.parametrize("cron", ["", "x", "0 9 * *", "* * * * * *", "0 25 * * *", "0 0 30 2 *", "0 9 * * mon-xxx"])
def test_an_expression_that_cannot_be_read_gets_a_sentence(cron: str) -> None:
    with pytest.raises(CronError, match=r"five fields|cannot be read"):
        in_words(cron)


def test_it_starts_the_bot_and_names_itself(bot: Bot) -> None:
    schedule = a_schedule(bot)
    assert comes(schedule) == [("started", "")]
    execution = bot.executions.get()
    assert (execution.schedule, execution.variables) == (schedule, {"city": "Rome"})
    assert "started by the schedule “At 09:00 every day”" in execution.history.get().why
    schedule.refresh_from_db()
    assert schedule.next_at is not None
    assert schedule.next_at > clock.now()
    sweeper.sweep_schedules()
    assert bot.executions.count() == 1


def test_a_time_that_comes_while_the_last_run_waits_for_a_person_is_said_to_be_left_out(
    people: People, bot: Bot
) -> None:
    schedule = a_schedule(bot)
    comes(schedule)
    execution = bot.executions.get()
    asks(execution, execution.claim("w1"))
    newest, _ = comes(schedule)
    assert newest == ("skipped", "When this time came, the execution before it was still waiting for a person.")
    assert bot.executions.count() == 1
    page = signed_in(people.vic).get(f"/w/acme/bots/{bot.public_id}/").content.decode()
    assert "Left out" in page
    assert "still waiting for a person" in page
    assert f"/executions/{execution.public_id}/" in page
    execution.cancel(SYSTEM)
    assert comes(schedule)[0] == ("started", "")


def test_runs_that_others_started_do_not_stand_in_its_way(bot: Bot) -> None:
    bot.start(SYSTEM, {"city": "Oslo"})
    assert comes(a_schedule(bot)) == [("started", "")]


def test_one_time_may_wait_and_starts_when_the_one_before_has_ended(bot: Bot) -> None:
    schedule = a_schedule(bot, overlap="queue")
    comes(schedule)
    waiting = bot.executions.get()
    asks(waiting, waiting.claim("w1"))
    assert comes(schedule)[0][0] == "waiting"
    outcome, why = comes(schedule)[0]
    assert outcome == "skipped"
    assert "another time waits already" in why
    assert bot.executions.count() == 1
    bot.executions.get().cancel(SYSTEM)
    sweeper.sweep_schedules()
    assert [outcome for outcome, _ in outcomes(schedule)] == ["skipped", "started", "started"]
    assert bot.executions.count() == 2


def test_it_may_start_all_the_same(bot: Bot) -> None:
    schedule = a_schedule(bot, overlap="anyway")
    comes(schedule)
    comes(schedule)
    assert bot.executions.alive().count() == 2


def test_times_that_passed_while_nothing_ran_are_one_start_that_says_so(bot: Bot) -> None:
    schedule = a_schedule(bot, cron="*/10 * * * *")
    (outcome, why), *others = comes(schedule, ago=timedelta(minutes=45))
    assert (outcome, others) == ("started", [])
    assert "hitl was not running" in why
    assert "5 times have passed" in why or "6 times" in why
    assert bot.executions.count() == 1


def test_what_is_missing_is_said_on_the_bots_page(people: People) -> None:
    typing = {"type": "change", "selectors": ["#pin"], "value": "{{secrets.pin}}"}
    bot = a_bot(people, typing)
    schedule = a_schedule(bot, variables={})
    ((outcome, why),) = comes(schedule)
    assert outcome == "failed"
    assert "needs a value for its variable “city”" in why
    assert "uses the secret “pin”" in why
    assert "uses the secret" in signed_in(people.vic).get(f"/w/acme/bots/{bot.public_id}/").content.decode()
    Secret.make(people.workspace, SYSTEM, "pin", "4242")
    schedule.change(SYSTEM, variables={"city": "Rome"})
    assert comes(schedule)[0] == ("started", "")


def test_a_paused_one_starts_nothing_and_goes_on_with_the_next_time(bot: Bot) -> None:
    schedule = a_schedule(bot, overlap="queue")
    comes(schedule)
    comes(schedule)
    schedule.pause(SYSTEM)
    bot.executions.get().cancel(SYSTEM)
    sweeper.sweep_schedules()
    assert outcomes(schedule)[0] == ("skipped", "hitl paused the schedule while this time waited.")
    assert not Schedule.objects.due().exists()
    schedule.change(SYSTEM, cron="0 8 * * *")
    schedule.refresh_from_db()
    assert schedule.next_at is None
    schedule.resume(SYSTEM)
    schedule.refresh_from_db()
    assert schedule.next_at is not None
    assert schedule.next_at > clock.now()
    assert bot.executions.count() == 1


def test_an_archived_bot_is_not_started(bot: Bot) -> None:
    schedule = a_schedule(bot)
    bot.archive(SYSTEM)
    assert comes(schedule) == []
    assert not bot.executions.exists()


def test_a_time_that_waits_does_not_start_a_bot_that_was_archived_meanwhile(bot: Bot) -> None:
    schedule = a_schedule(bot, overlap="queue")
    comes(schedule)
    assert comes(schedule)[0][0] == "waiting"
    bot.archive(SYSTEM)
    bot.executions.get().cancel(SYSTEM)
    sweeper.sweep_schedules()
    assert outcomes(schedule)[0] == ("skipped", "The bot was archived while this time waited.")
    assert bot.executions.count() == 1


def test_nobody_starts_an_archived_bot_who_read_it_before(bot: Bot) -> None:
    Bot.objects.get(pk=bot.pk).archive(SYSTEM)
    with pytest.raises(CannotStart, match="“Payer” is archived"):
        bot.start(SYSTEM, {"city": "Rome"})
    with pytest.raises(CannotStart, match="is archived"):
        bot.try_out(SYSTEM, bot.source, {"city": "Rome"})
    bot.bring_back(SYSTEM)
    assert bot.start(SYSTEM, {"city": "Rome"}).status == "queued"


@pytest.mark.django_db(transaction=True)
def test_n4_of_two_sweepers_one_fires(at_once: AtOnce) -> None:
    schedule = a_schedule(a_bot(everybody()), overlap="anyway")
    Schedule.objects.filter(pk=schedule.pk).update(next_at=clock.now() - timedelta(seconds=1))
    rows = [Schedule.objects.select_related("bot", "workspace").get(pk=schedule.pk) for _ in range(2)]
    at_once(*(row.fire for row in rows))
    assert Execution.objects.count() == Firing.objects.count() == 1


def test_its_form_takes_times_zone_and_variables(people: People, bot: Bot) -> None:
    people.workspace.zone = "Asia/Tokyo"
    people.workspace.save()
    client, page = signed_in(people.ann), f"/w/acme/bots/{bot.public_id}/schedules/new/"
    assert '<option value="Asia/Tokyo" selected>' in client.get(page).content.decode()
    form = {"cron": " 15  10 * * 1 ", "zone": "Asia/Tokyo", "overlap": "skip", "variable-city": "Oslo"}
    wrong = client.post(page, form | {"cron": "15 10 * *", "variable-city": ""})
    assert wrong.status_code == 422
    assert "five fields" in wrong.content.decode()
    assert "This field is required" in wrong.content.decode()
    assert client.post(page, form).status_code == 302
    schedule = Schedule.objects.get()
    assert (schedule.cron, schedule.zone, schedule.variables) == ("15 10 * * 1", "Asia/Tokyo", {"city": "Oslo"})
    assert schedule.next_at is not None
    assert (schedule.next_at.hour, schedule.next_at.minute, schedule.next_at.weekday()) == (1, 15, 0)
    changed = client.post(f"/w/acme/schedules/{schedule.public_id}/", form | {"overlap": "queue"})
    assert changed.status_code == 302
    shown = client.get(f"/w/acme/bots/{bot.public_id}/").content.decode()
    assert "At 10:15 on Monday" in shown
    assert list(people.workspace.audit.filter(verb__startswith="schedule.").values_list("verb", flat=True)) == [
        "schedule.changed", "schedule.made",
    ]  # fmt: skip


def test_what_is_typed_is_said_in_words_with_the_next_five_times(people: People) -> None:
    ask = "/w/acme/schedules/preview/"
    client = signed_in(people.ann)
    said = client.get(ask, {"cron": "0 9 1 * *", "zone": "Europe/Berlin"}).content.decode()
    assert "At 09:00 on the first day of" in said
    assert said.count("<li>") == 5
    assert ", 09:00</time>" in said
    assert "cannot be read" in client.get(ask, {"cron": "0 99 * * *", "zone": "nowhere"}).content.decode()
