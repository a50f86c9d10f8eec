"""What is kept, and for how long; and an execution's output as a file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from bots import pictures, retention
from bots.models import Execution, KeptFile
from hitl import clock
from hitl.tenants.models import Workspace
from tests.alerts.pauses import paused, running
from tests.people import People

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def ended(workspace: Workspace, days: int) -> Execution:
    execution = paused(workspace).execution
    execution.fail("browser_lost", "The browser was lost.")
    Execution.objects.filter(pk=execution.pk).update(ended_at=clock.now() - timedelta(days=days))
    return execution


def test_old_ones_go_with_their_pictures_and_younger_and_live_ones_stay(
    people: People, django_capture_on_commit_callbacks: object
) -> None:
    Workspace.objects.filter(pk=people.workspace.pk).update(retention_days=30)
    old, young, others = ended(people.workspace, 31), ended(people.workspace, 29), ended(people.other, 31)
    live, _ = running(people.workspace)
    Execution.objects.filter(pk=live.pk).update(created_at=clock.now() - timedelta(days=90))
    picture = Path(settings.MEDIA_ROOT, pictures.keep(old, b"\xff\xd8", "jpg"))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert retention.sweep() == 1
    assert set(Execution.objects.values_list("pk", flat=True)) == {young.pk, others.pk, live.pk}
    assert not picture.exists()
    assert people.workspace.audit.get(verb="executions.forgotten").detail == {"count": 1}
    assert retention.sweep() == 0


def test_pictures_may_go_sooner_and_files_stay(people: People, django_capture_on_commit_callbacks: object) -> None:
    Workspace.objects.filter(pk=people.workspace.pk).update(pictures_days=7)
    old, young = ended(people.workspace, 8), ended(people.workspace, 6)
    kept = {}
    for execution in (old, young):
        name = kept[execution] = pictures.keep(execution, b"\xff\xd8", "jpg")
        execution.step_runs.update(picture=name)
        execution.alerts.update(picture=name)
    file = KeptFile.keep(old, "list.csv", [b"1,2"])
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert retention.sweep() == 0
    assert [Path(settings.MEDIA_ROOT, kept[execution]).exists() for execution in (old, young)] == [False, True]
    assert set(old.step_runs.values_list("picture", flat=True)) == {""}
    assert old.alerts.get().picture == ""
    assert file.path.exists()


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_whoever_dies_among_pictures_leaves_none_of_them_for_good(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    Workspace.objects.filter(pk=people.workspace.pk).update(pictures_days=7)
    old = ended(people.workspace, 8)
    name = pictures.keep(old, b"\xff\xd8", "jpg")
    old.step_runs.update(picture=name)

    def dies(names: list[str]) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(retention, "_unlink", dies)
        with pytest.raises(KeyboardInterrupt):
            retention.sweep()
    retention.sweep()
    assert not Path(settings.MEDIA_ROOT, name).exists()
    assert set(old.step_runs.values_list("picture", flat=True)) == {""}


@pytest.mark.fault
def test_f19_a_folder_whose_row_is_gone_is_found_by_looking(people: People) -> None:
    here, gone = ended(people.workspace, 1), ended(people.workspace, 2)
    names = [Path(settings.MEDIA_ROOT, pictures.keep(execution, b"\xff\xd8", "jpg")) for execution in (here, gone)]
    gone.delete()  # and whoever did it died before the folder went
    assert gone.public_id in retention.sweep_folders()
    assert [name.exists() for name in names] == [True, False]


def test_zero_days_keep_everything(people: People) -> None:
    Workspace.objects.filter(pk=people.workspace.pk).update(retention_days=0)
    ended(people.workspace, 4000)
    assert retention.sweep() == 0


def test_the_output_is_a_file_and_a_table(client: Client, people: People) -> None:
    execution, _ = running(people.workspace)
    Execution.objects.filter(pk=execution.pk).update(output={"total": "1,204.50 €"})
    client.force_login(people.vic)
    answer = client.get(f"{execution.get_absolute_url()}output.json")
    assert answer.json() == {"total": "1,204.50 €"}
    assert f'filename="{execution.public_id}.json"' in answer.headers["Content-Disposition"]
    assert "<dd>1,204.50 €</dd>" in client.get(execution.get_absolute_url()).content.decode()
