"""A trial keeps its browser where it stands until its author says from which step to go on; nobody else is bothered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from alerts import sweeper
from alerts.models import Alert, Delivery, Kind
from bots.first_hour import _progress
from bots.models import Bot, Execution, FailureReason, Secret, Status, StepStatus
from bots.script import parse
from hitl import clock
from hitl.states import WrongState
from hitl.tenants.people import SYSTEM, Person
from tests.alerts.pauses import moved
from tests.people import People, signed_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]

CLICKS = [{"type": "click", "selectors": ["#one"]}, {"type": "click", "selectors": ["#two"]}]


def written(*steps: dict[str, Any]) -> str:
    return json.dumps({"title": "Draft", "steps": [{"type": "navigate", "url": "https://shop.example/"}, *steps]})


@pytest.fixture
def ann(people: People) -> Person:
    return Person.member(people.ann)


@pytest.fixture
def bot(people: People, ann: Person) -> Bot:
    return Bot.make(people.workspace, ann, "Payer", written())


@pytest.fixture
def trial(bot: Bot, ann: Person) -> Execution:
    return bot.try_out(ann, written(*CLICKS), {})


def play(trial: Execution, fails: int | None = None) -> None:
    """As the runner does it, to the end or to the step (counted from 0) that fails."""
    epoch = trial.claim("w1")
    for index, step in list(enumerate(trial.steps.steps))[trial.cursor :]:
        run = trial.begin_step(epoch, step.type, step.label)
        if index == fails:
            run.end(StepStatus.FAILED, "Nothing matches.")
            trial.ask_about(epoch, run, Kind.STEP_FAILED)
            return
        trial.end_step(epoch, run)
    trial.succeed(epoch)


def read_anew(trial: Execution) -> Execution:
    return Execution.objects.select_related("bot", "workspace").get(pk=trial.pk)


def test_it_plays_what_is_not_saved(bot: Bot, trial: Execution, ann: Person) -> None:
    assert (trial.trial, trial.tried_by, trial.version, len(trial.steps.steps)) == (True, ann.user, None, 3)
    bot.refresh_from_db()
    assert bot.source == written()
    assert bot.versions.count() == 1
    saved = bot.try_out(ann, bot.source, {})
    assert saved.version is not None
    assert saved.version.number == 1


def test_its_browser_stays_open_at_the_end_and_nobody_is_told(trial: Execution) -> None:
    play(trial)
    assert trial.status == Status.WAITING_FOR_HUMAN
    assert trial.alert is not None
    assert (trial.alert.kind, trial.alert.step_index) == (Kind.TRIAL, 3)
    assert not Delivery.objects.exists()


def test_nobody_is_told_at_half_time_either(trial: Execution) -> None:
    play(trial)
    Alert.objects.exclude(remind_at=None).update(remind_at=clock.now())  # half of the time is over
    sweeper.sweep()
    assert not Delivery.objects.exists()


def test_after_an_error_the_changed_script_goes_on_from_any_step(trial: Execution, ann: Person) -> None:
    play(trial, fails=2)
    assert trial.alert is not None
    assert trial.alert.instructions == "Nothing matches."
    mended = written(CLICKS[0], {"type": "click", "selectors": ["#three"]})
    trial.go_on_from(ann, mended, parse(mended), 1, {})
    trial = read_anew(trial)
    assert (trial.status, trial.cursor, trial.written) == (Status.RUNNING, 1, mended)
    assert [run.index for run in trial.step_runs.all()] == [0]
    play(trial)
    assert [(run.index, run.status) for run in trial.step_runs.all()] == [(0, "done"), (1, "done"), (2, "done")]
    assert trial.status == Status.WAITING_FOR_HUMAN


def test_it_goes_on_only_where_it_rests_and_only_from_a_step_that_is_there(trial: Execution, ann: Person) -> None:
    script = parse(trial.written)
    with pytest.raises(WrongState, match="The bot is at work"):
        trial.go_on_from(ann, trial.written, script, 0, {})
    play(trial)
    with pytest.raises(WrongState, match="no step 4"):
        trial.go_on_from(ann, trial.written, script, 3, {})
    assert trial.alert is not None
    trial.alert.claim(Person("user:0", "Bob"))
    before = trial.step_runs.count()
    with pytest.raises(WrongState, match="Bob is in control"):
        trial.go_on_from(ann, written(), parse(written()), 0, {})
    trial = read_anew(trial)
    assert (trial.step_runs.count(), len(trial.steps.steps)) == (before, 3)


def test_closing_and_time_end_it(bot: Bot, trial: Execution, ann: Person) -> None:
    play(trial)
    trial.cancel(ann)
    assert (trial.status, trial.message) == (Status.CANCELLED, "Closed by Ann.")
    other = bot.try_out(ann, written(), {})
    play(other)
    alert = other.alerts.get()
    moved(alert, deadline=-1)
    alert.expire()
    other = read_anew(other)
    assert (other.status, other.message) == (Status.TIMED_OUT, "The trial was left alone.")


def test_a_lost_browser_is_said_to_be_lost(trial: Execution) -> None:
    epoch = trial.claim("w1")
    trial.fail(FailureReason.BROWSER_LOST, "The browser was lost.", epoch)
    assert trial.status == Status.FAILED


def test_where_it_asks_a_person_its_author_alone_is_told(people: People, bot: Bot, ann: Person) -> None:
    asking = bot.try_out(ann, written({"type": "requestHuman", "title": "Code"}), {})
    epoch = asking.claim("w1")
    asking.end_step(epoch, asking.begin_step(epoch, "navigate", "Go"))
    asking.ask_human(epoch, asking.begin_step(epoch, "requestHuman", "Code"), {"kind": "otp", "title": "Code"})
    assert {delivery.user for delivery in Delivery.objects.all()} == {people.ann}


def test_lists_counts_and_the_others_inbox_leave_it_out(people: People, bot: Bot, trial: Execution) -> None:
    play(trial)
    for name, seen in (("ann", True), ("bob", False)):
        client = signed_in(getattr(people, name))
        inbox = client.get("/w/acme/alerts/").content.decode()
        assert ("the browser is still open" in inbox) is seen
        for page in ("/w/acme/executions/", f"/w/acme/bots/{bot.public_id}/"):
            assert trial.public_id not in client.get(page).content.decode()
    assert b'hitl_alerts{status="open"} 0.0' in Client().get("/metrics").content
    assert not any(_progress(people.workspace)), "the first steps are not ticked by trying out"
    bot.start(SYSTEM, {})
    assert Execution.objects.real().count() == 1


def test_its_pages_start_it_change_it_and_keep_it(people: People, bot: Bot) -> None:
    client = signed_in(people.ann)
    page = f"/w/acme/bots/{bot.public_id}/try/"
    assert "nobody else is told" in client.get(page).content.decode()
    wrong = client.post(page, {"source": "{"})
    assert wrong.status_code == 422
    needy = {"type": "change", "selectors": ["#a"], "value": "{{city}}{{secrets.pin}}"}
    asks = client.post(page, {"source": written(needy)}).content.decode()
    assert "variable-city" in asks
    assert "uses the secret “pin”" in asks
    Secret.make(people.workspace, SYSTEM, "pin", "4242")
    started = client.post(page, {"source": written(needy), "variable-city": "Rome"})
    trial = Execution.objects.get()
    assert started.headers["Location"] == trial.get_absolute_url()
    part = f"{trial.get_absolute_url()}trial/"
    assert "The bot is at work" in client.get(part).content.decode()
    play(trial)
    assert "Rome" in client.get(part).content.decode()
    said = client.post(part, {"source": written(), "step": "7"}).content.decode()
    assert "there is no step 7" in said
    kept = client.post(f"{part}keep/", {"source": written(*CLICKS), "base": "1"})
    assert kept.headers["HX-Refresh"] == "true"
    bot.refresh_from_db()
    assert (bot.version, bot.source) == (2, written(*CLICKS))
    late = client.post(f"{part}keep/", {"source": written(), "base": "1"}).content.decode()
    assert "has saved version 2" in late
    went_on = client.post(part, {"source": written(*CLICKS), "step": "2"})
    assert went_on.headers["HX-Refresh"] == "true"
    trial.refresh_from_db()
    assert (trial.status, trial.cursor) == (Status.RUNNING, 1)
