"""A recording as Chrome's Recorder exports it runs as it is."""

from pathlib import Path

import pytest

from tests.conftest import facts
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import over, started

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]


async def test_it_runs_a_recording_from_chrome(stack: Stack, people: People) -> None:
    recorded = Path(__file__).with_name("recording.json").read_text()
    here = recorded.replace("http://127.0.0.1:8000", stack.base_url)
    execution = await started(people, "Recorded", here)
    assert await over(execution) == "succeeded", execution.message
    runs = await facts(lambda: list(execution.step_runs.all()))
    assert [run.status for run in runs] == ["done"] * 10
    assert all(run.picture for run in runs)
