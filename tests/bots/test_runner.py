"""A runner where something else goes wrong than its steps: at a browser server's door that answers, and at none."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async as db
from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError
from websockets.asyncio.server import ServerConnection, serve

from alerts.models import Alert, Kind
from bots import pictures, runner
from bots.engine import DriverDied, Engine
from bots.models import Bot, Execution, FailureReason, LeaseLost, Status, StepRun, StepStatus
from bots.script import BrowserLost, Given, Stage, load
from bots.script.player import Outcome
from hitl import vault
from hitl.tenants.models import Role
from hitl.tenants.people import Person
from hitl.up.ports import free_port
from tests.alerts.pauses import OUT_OF_REACH, browser_of, moved
from tests.people import People

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

STEPS = [{"type": "click", "selectors": ["#one"]}, {"type": "click", "selectors": ["#two"]}]
Answers = Callable[[str], Coroutine[Any, Any, dict[str, Any]]]


@pytest.fixture
def execution(people: People) -> Execution:
    source = json.dumps({"title": "Clicks", "steps": STEPS})
    bot = Bot.objects.create(workspace=people.workspace, name="Clicks", source=source)
    return bot.start(Person.member(people.bob), {})


class Scene:
    """What the runner knows of the page where none is needed."""

    answers: dict[str, Any]

    def __init__(self) -> None:
        self.answers = {}

    async def painted(self) -> None:
        pass


def driven(execution: Execution, address: str = OUT_OF_REACH) -> runner.Drive:
    """A runner that has just taken it, with a browser at this address."""
    browser: Any = SimpleNamespace(contexts=[])
    session = browser_of(execution, address=address)
    drive = runner.Drive(Engine(), execution, execution.claim("w1"), session, browser)
    drive.stage = Scene()  # type: ignore[assignment]
    return drive


def begun(drive: runner.Drive) -> StepRun:
    return drive.execution.begin_step(drive.epoch, "click", "Click #one")


@asynccontextmanager
async def door(answers: Answers) -> AsyncIterator[str]:
    """A browser server's control door: its address."""

    async def answer(line: ServerConnection) -> None:
        async for text in line:
            asked = json.loads(text)
            await line.send(json.dumps({"id": asked["id"], "ok": await answers(asked["do"])}))

    async with serve(answer, "127.0.0.1", 0) as server:
        yield "{}:{}".format(*next(iter(server.sockets)).getsockname())


class OtherWindow(Stage):
    """With one window, at an address that holds a secret."""

    def __init__(self) -> None:
        frame = SimpleNamespace(url="https://bank.example/reset/s3cr3t-t0ken-value/step2")
        page: Any = SimpleNamespace(url=frame.url, main_frame=frame, frames=[frame])
        context: Any = SimpleNamespace(pages=[page])
        super().__init__(context, page, Given(secrets={"token": "s3cr3t-t0ken-value"}, timeout=1))

    async def painted(self) -> None:
        pass


def status_of(run: StepRun) -> str:
    return str(StepRun.objects.values_list("status", flat=True).get(pk=run.pk))


def test_n4_a_step_that_failed_is_under_way_until_it_is_told_of(execution: Execution) -> None:
    """Whatever the worker dies of until then: whoever comes next finds a step that was interrupted."""
    drive = driven(execution)
    run = begun(drive)
    seen: list[str] = []

    async def answers(do: str) -> dict[str, Any]:
        seen.append(await db(status_of)(run))
        return {"alive": True, "jpeg": ""}

    async def fails() -> None:
        async with door(answers) as drive.session.address:
            await drive._failed(run, "It was not there.")

    async_to_sync(fails)()
    assert seen[0] == StepStatus.RUNNING
    assert status_of(run) == StepStatus.FAILED
    alert = execution.alerts.get()
    assert (alert.kind, alert.instructions) == (Kind.STEP_FAILED, "It was not there.")


@pytest.mark.security
def test_n9_a_request_that_cannot_be_made_shows_no_secret(execution: Execution) -> None:
    drive = driven(execution)
    run = drive.execution.begin_step(drive.epoch, "requestHuman", "Look")
    step = load({"title": "", "steps": [{"type": "requestHuman", "title": "Look", "target": "https://other.example/"}]})

    async def answers(do: str) -> dict[str, Any]:
        return {"alive": True, "jpeg": ""}

    async def asks() -> None:
        drive.stage = OtherWindow()
        async with door(answers) as drive.session.address:
            await drive._step(step.steps[0], run)

    async_to_sync(asks)()
    run.refresh_from_db()
    assert run.error.endswith("Open are: “https://bank.example/reset/•••/step2”.")
    assert execution.alerts.get().instructions == run.error


def test_a_picture_for_which_there_is_no_room_is_spoken_of(
    execution: Execution, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def played(step: Any, stage: Any) -> Outcome:
        return Outcome(picture=b"x" * 2_000_000, notes=("A page asked.",))

    monkeypatch.setattr(runner, "play", played)
    settings.FILES_LIMIT = 1
    drive = driven(execution)
    run = begun(drive)
    assert async_to_sync(drive._step)(drive.script.steps[0], run)
    assert drive.done
    assert (run.picture, drive.done[2]) == ("", f"A page asked. {pictures.no_room()}")


@pytest.mark.parametrize("asks", [True, False])
def test_n4_a_runner_that_was_given_up_on_overwrites_no_step(execution: Execution, asks: bool) -> None:
    Bot.objects.update(ask_human_on_failure=asks)
    drive = driven(execution)
    run = begun(drive)
    moved(execution, lease_until=-1)
    Execution.objects.select_related("bot").get(pk=execution.pk).interrupt()
    with pytest.raises(LeaseLost):
        async_to_sync(drive._failed)(run, "It was not there.")
    run.show("late.jpg", drive.epoch)
    run.refresh_from_db()
    execution.refresh_from_db()
    assert (run.status, run.error) == (StepStatus.INTERRUPTED, "The worker stopped in the middle of this step.")
    assert run.picture == ""
    assert execution.status == Status.WAITING_FOR_HUMAN


def test_n7_a_browser_that_is_silent_when_it_goes_on_is_asked_again(execution: Execution) -> None:
    drive = driven(execution)
    execution.let_go(drive.epoch)
    async_to_sync(runner.run)(drive.engine, execution.pk)
    execution.refresh_from_db()
    drive.session.refresh_from_db()
    assert (execution.status, drive.session.ending_at) == (Status.RUNNING, None)
    assert execution.lease_epoch == drive.epoch + 1
    assert list(Execution.objects.ready()) == [execution]
    moved(execution, published_at=-60)
    assert list(Execution.objects.forgotten()) == [execution]


def test_n7_a_browser_that_is_silent_in_a_step_leaves_a_question(execution: Execution) -> None:
    drive = driven(execution)
    run = begun(drive)
    async_to_sync(runner._browser_trouble)(execution, drive.epoch, drive.session, BrowserLost())
    moved(execution, lease_until=-1)
    execution.interrupt()
    assert (execution.status, status_of(run)) == (Status.WAITING_FOR_HUMAN, StepStatus.INTERRUPTED)
    drive.session.refresh_from_db()
    assert drive.session.ending_at is None


def test_a_script_that_only_an_earlier_hitl_took_ends_in_a_sentence(execution: Execution) -> None:
    drive = driven(execution)
    execution.let_go(drive.epoch)
    Execution.objects.filter(pk=execution.pk).update(script={"title": "", "steps": [{"type": "doubleTake"}]})
    async_to_sync(runner.run)(drive.engine, execution.pk)
    execution.refresh_from_db()
    assert (execution.status, execution.failure_reason) == (Status.FAILED, FailureReason.STEP_FAILED)
    assert execution.message.startswith("This version of hitl cannot run the script any more. Step 1, type: ")


def test_n7_a_browser_that_refuses_is_gone(execution: Execution) -> None:
    drive = driven(execution, f"127.0.0.1:{free_port()}")
    execution.let_go(drive.epoch)
    async_to_sync(runner.run)(drive.engine, execution.pk)
    execution.refresh_from_db()
    assert (execution.status, execution.failure_reason) == (Status.FAILED, FailureReason.BROWSER_LOST)


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps that were done, where no page is needed and the database comes back at once."""
    done: list[str] = []

    async def play(step: Any, stage: Any) -> Outcome:
        done.append(step.label)
        return Outcome({f"output{len(done)}": len(done)})

    async def of(*args: Any, **named: Any) -> Scene:
        return Scene()

    monkeypatch.setattr(runner, "play", play)
    monkeypatch.setattr(runner.Stage, "of", of)
    monkeypatch.setattr(runner, "TRIED_AGAIN", 0)
    return done


@pytest.mark.security
def test_n9_the_stage_is_told_which_answers_are_secret(
    execution: Execution, played: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Execution.objects.update(answers={"code": {"sealed": vault.seal("778899")}, "city": "Utrecht"})
    told: list[Given] = []

    async def of(browser: Any, given: Given, front: str) -> Scene:
        told.append(given)
        return Scene()

    monkeypatch.setattr(runner.Stage, "of", of)
    async_to_sync(driven(execution).steps)()
    assert (told[0].answers, told[0].sealed) == ({"code": "778899", "city": "Utrecht"}, ["code"])


def fails_once(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, error: Exception) -> None:
    """The database answers this verb's first call with the error, when it has done its part."""
    verb, errors = getattr(owner, name), iter([error])

    def failing(*args: Any, **named: Any) -> Any:
        answer = verb(*args, **named)
        for error in errors:
            raise error
        return answer

    monkeypatch.setattr(owner, name, failing)


@pytest.mark.parametrize("verb", ["end_step", "begin_step", "renew", "end_browser_later", "announce"])
def test_f9_a_database_that_is_away_for_a_moment_repeats_no_step(
    execution: Execution, played: list[str], monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    drive = driven(execution)
    fails_once(monkeypatch, Execution, verb, OperationalError("the server closed the connection unexpectedly"))
    async_to_sync(drive.steps)()
    execution.refresh_from_db()
    assert execution.status == Status.SUCCEEDED
    assert len(played) == 2
    assert execution.output == {"output1": 1, "output2": 2}
    runs = [(run.index, run.attempt, run.status) for run in execution.step_runs.all()]
    assert runs == [(0, 1, StepStatus.DONE), (1, 1, StepStatus.DONE)]
    assert execution.history.filter(status=Status.SUCCEEDED).count() == 1


def test_f9_a_commit_whose_answer_is_lost_begins_no_step_twice(
    execution: Execution, played: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drive = driven(execution)
    fails_once(monkeypatch, runner.Drive, "_next", OperationalError("the server closed the connection unexpectedly"))
    async_to_sync(drive.steps)()
    runs = [(run.index, run.attempt, run.status) for run in execution.step_runs.all()]
    assert runs == [(0, 1, StepStatus.DONE), (1, 1, StepStatus.DONE)]


@pytest.mark.parametrize("meanwhile", ["removed", "lowered", "closed"])
def test_it_goes_on_where_whoever_asked_to_take_over_may_not_any_more(
    execution: Execution, people: People, played: list[str], meanwhile: str
) -> None:
    drive = driven(execution)
    execution.take_over(Person.member(people.bob))
    if meanwhile == "removed":
        people.workspace.memberships.filter(user=people.bob).delete()
    elif meanwhile == "lowered":
        people.workspace.memberships.filter(user=people.bob).update(role=Role.VIEWER)
    else:
        type(people.bob).objects.filter(pk=people.bob.pk).update(is_active=False)
    async_to_sync(drive.steps)()
    execution.refresh_from_db()
    assert (execution.status, execution.takeover_by_id) == (Status.SUCCEEDED, None)
    assert not execution.alerts.exists()


def test_somebody_else_may_ask_to_take_over_meanwhile(execution: Execution, people: People, played: list[str]) -> None:
    drive = driven(execution)
    execution.take_over(Person.member(people.vic))
    assert not drive.execution.is_to_be_taken_over()
    execution.take_over(Person.member(people.bob))
    async_to_sync(drive.steps)()
    execution.refresh_from_db()
    assert (execution.status, execution.alerts.get().holder_name) == (Status.HUMAN_IN_CONTROL, "Bob")


@pytest.mark.parametrize(("owner", "verb"), [(Alert, "open"), (Execution, "renew"), (StepRun, "end")])
def test_f9_a_step_that_fails_while_the_database_is_away_is_asked_about_once(
    execution: Execution, played: list[str], monkeypatch: pytest.MonkeyPatch, owner: Any, verb: str
) -> None:
    drive = driven(execution)
    run = begun(drive)
    fails_once(monkeypatch, owner, verb, InterfaceError("connection already closed"))
    async_to_sync(drive._failed)(run, "It was not there.")
    execution.refresh_from_db()
    assert (execution.status, status_of(run)) == (Status.WAITING_FOR_HUMAN, StepStatus.FAILED)
    assert execution.alerts.get().kind == Kind.STEP_FAILED


def test_f18_a_step_in_which_the_driver_died_has_not_failed(execution: Execution, played: list[str]) -> None:
    """Nobody knows how far it came. The lease runs out, and it is dealt with as interrupted."""
    drive = driven(execution)
    run = begun(drive)
    dead: Any = SimpleNamespace()
    drive.engine._attached[id(drive.browser)] = dead
    with pytest.raises(DriverDied):
        async_to_sync(drive._failed)(run, "It was not there.")
    execution.refresh_from_db()
    assert (execution.status, status_of(run)) == (Status.RUNNING, StepStatus.RUNNING)


def test_f9_what_would_fail_again_is_not_tried_again(
    execution: Execution, played: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drive = driven(execution)
    fails_once(monkeypatch, Execution, "end_step", DataError("it does not fit"))
    with pytest.raises(DataError):
        async_to_sync(drive.steps)()


def test_the_picture_of_a_failed_step_is_taken_before_its_browser_ends(execution: Execution) -> None:
    Bot.objects.update(ask_human_on_failure=False)
    drive = driven(execution)
    run = begun(drive)

    async def answers(do: str) -> dict[str, Any]:
        over = await db(Execution.objects.filter(pk=execution.pk, ended_at__isnull=False).exists)()
        return {"alive": True, "jpeg": "" if over else b64encode(b"a picture").decode()}

    async def fails() -> None:
        async with door(answers) as drive.session.address:
            await drive._failed(run, "It was not there.")

    async_to_sync(fails)()
    run.refresh_from_db()
    execution.refresh_from_db()
    assert (execution.status, execution.message) == (
        Status.FAILED, "Step 1 (Click #one) failed. It was not there."
    )  # fmt: skip
    assert (run.status, run.error) == (StepStatus.FAILED, "It was not there.")
    assert Path(settings.MEDIA_ROOT, run.picture).read_bytes() == b"a picture"
