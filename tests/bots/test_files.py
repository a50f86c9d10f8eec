"""Files that executions have fetched: how they are kept, named, bounded, handed out, and when they go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import AsyncClient, Client

from alerts.models import AccessLink
from bots import pictures, retention
from bots.filenames import safe_name
from bots.models import Execution, KeptFile, NoRoom
from hitl import clock
from hitl.tenants.models import Workspace
from tests.alerts.pauses import moved, paused, running
from tests.conftest import facts
from tests.people import People
from tests.tenants.routes import let_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def content(answer: Any) -> bytes:
    return b"".join(answer)


def broken() -> Iterator[bytes]:
    yield b"1,2"
    raise ConnectionResetError("the browser server went away")


@pytest.mark.fault
def test_f19_a_transfer_that_breaks_off_leaves_nothing_and_can_be_made_again(people: People) -> None:
    execution, _ = running(people.workspace)
    with pytest.raises(ConnectionResetError):
        KeptFile.keep(execution, "list.csv", broken(), source="guid-1")
    assert not execution.files.exists()
    file = KeptFile.keep(execution, "list.csv", [b"1,2", b"3,4"], source="guid-1")
    assert [path.name for path in file.path.parent.iterdir()] == [file.public_id]


@pytest.mark.parametrize(
    ("called", "kept"),
    [
        ("report.csv", "report.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\invoice.pdf", "invoice.pdf"),
        ("/", "file"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b\r\nSet-Cookie: x.txt", "abSet-Cookie_ x.txt"),
        ("gnp\u202eexe.scr", "gnpexe.scr"),
        ('<img src=x onerror="alert(1)">.html', "_img src=x onerror=_alert(1)__.html"),
        ("Übersicht Ø 東京.xlsx", "Übersicht Ø 東京.xlsx"),
        ("x" * 400 + ".pdf", "x" * 146 + ".pdf"),
        (".bashrc", "bashrc"),
    ],
)
def test_t4_a_name_from_a_site_leads_nowhere_and_turns_nothing_around(called: str, kept: str) -> None:
    assert safe_name(called) == kept


def test_it_keeps_a_file_once_and_says_who_fetched_it(people: People) -> None:
    execution, _ = running(people.workspace)
    first = KeptFile.keep(execution, "list.csv", [b"1,2\n", b"3,4\n"], source="guid-1")
    again = KeptFile.keep(execution, "list.csv", [b"not read"], source="guid-1")
    other = KeptFile.keep(execution, "a/list.csv", [b"5,6\n"], by="Bob", source="guid-2")
    assert again.pk == first.pk
    assert (first.path.read_bytes(), first.size, first.kind, first.fetched_by) == (
        b"1,2\n3,4\n",
        8,
        "text/csv",
        "the bot",
    )
    assert (other.name, other.fetched_by) == ("list (2).csv", "Bob")
    assert people.workspace.audit.get(verb="file.fetched").detail == {"name": "list (2).csv", "size": 4}
    assert len(list(first.path.parent.iterdir())) == 2


def test_it_finds_the_newest_of_a_name(people: People) -> None:
    execution, _ = running(people.workspace)
    for name in ("report-1.csv", "report-2.csv", "a[1]?.txt"):
        KeptFile.keep(execution, name, [b"x"])
    named = execution.files.named
    assert [file and file.name for file in map(named, ("report-1.csv", "report*", "*", "a[1]_.txt", "report"))] == [
        "report-1.csv",
        "report-2.csv",
        "a[1]_.txt",
        "a[1]_.txt",
        None,
    ]


def test_t20_no_file_and_no_execution_grows_past_its_limit(people: People, settings: Any) -> None:
    settings.FILE_LIMIT, settings.FILES_LIMIT = 2, 3
    execution, _ = running(people.workspace)
    million = b"x" * 1_000_000
    with pytest.raises(NoRoom, match="larger than 2 MB"):
        KeptFile.keep(execution, "huge.bin", (million for _ in range(10**9)))
    kept = KeptFile.keep(execution, "large.bin", [million, million])
    with pytest.raises(NoRoom, match="larger than 3 MB together"):
        KeptFile.keep(execution, "more.bin", [million, million])
    assert [path.name for path in kept.path.parent.iterdir()] == [kept.public_id]


@pytest.mark.security
def test_t11_no_executions_pictures_grow_past_that_limit(people: People, settings: Any) -> None:
    """A script may size a page to a hundred million pixels, and keep a picture of it in each of two thousand steps."""
    settings.FILES_LIMIT = 3
    execution, other = running(people.workspace)[0], running(people.workspace)[0]
    KeptFile.keep(execution, "large.bin", [b"x" * 2_000_000])  # which has a limit of its own
    picture = b"x" * 1_000_000
    kept = [pictures.keep(execution, picture, "png") for _ in range(4)]
    assert [bool(name) for name in kept] == [True, True, True, False]
    assert pictures.keep(other, picture, "png")
    assert len(list(Path(settings.MEDIA_ROOT, kept[0]).parent.iterdir())) == 4
    assert "more than 3 MB" in pictures.no_room()


def test_t12_it_is_saved_and_never_shown(client: Client, people: People) -> None:
    execution, _ = running(people.workspace)
    file = KeptFile.keep(execution, "Übersicht.html", [b"<script>alert(1)</script>"])
    client.force_login(people.vic)
    answer = client.get(f"{execution.get_absolute_url()}files/{file.public_id}")
    assert content(answer) == b"<script>alert(1)</script>"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''%C3%9Cbersicht.html"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    page = client.get(execution.get_absolute_url()).content.decode()
    assert f"files/{file.public_id}" in page
    assert "fetched by the bot" in page
    file.path.unlink()
    assert client.get(f"{execution.get_absolute_url()}files/{file.public_id}").status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_it_comes_block_by_block_over_asgi(people: People, async_client: AsyncClient) -> None:
    execution, _ = await facts(running, people.workspace)
    file = await facts(KeptFile.keep, execution, "large.bin", [b"x" * 700_000])
    await facts(async_client.force_login, people.vic)
    answer = await async_client.get(f"{await facts(execution.get_absolute_url)}files/{file.public_id}")
    assert [len(block) async for block in answer] == [262144, 262144, 175712]


def test_t8_an_outsider_gets_what_was_fetched_for_their_own_alert_while_their_link_holds(people: People) -> None:
    alert = paused(people.workspace)
    execution = alert.execution
    theirs = KeptFile.keep(execution, "theirs.pdf", [b"1"], by="Dana", alert=alert)
    bots = KeptFile.keep(execution, "bots.pdf", [b"2"])
    links = {role: AccessLink.objects.create(alert=alert, role=role, label="Dana") for role in ("control", "watch")}
    dana, onlooker = Client(), Client()
    dana.cookies.load(let_in(links["control"]))
    onlooker.cookies.load(let_in(links["watch"]))
    address = f"/g/{alert.public_id}/files/"
    assert content(dana.get(address + theirs.public_id)) == b"1"
    assert dana.get(address + bots.public_id).status_code == 404
    assert onlooker.get(address + theirs.public_id).status_code == 404
    moved(links["control"], expires_at=-1)
    assert dana.get(address + theirs.public_id).status_code == 404


def test_files_go_with_their_execution(people: People, django_capture_on_commit_callbacks: Any) -> None:
    Workspace.objects.filter(pk=people.workspace.pk).update(retention_days=30)
    alert = paused(people.workspace)
    file = KeptFile.keep(alert.execution, "old.pdf", [b"1"])
    alert.execution.fail("browser_lost", "The browser was lost.")
    Execution.objects.filter(pk=alert.execution_id).update(ended_at=clock.now() - timedelta(days=31))
    with django_capture_on_commit_callbacks(execute=True):
        retention.sweep()
    assert not file.path.parent.exists()
    assert Path(settings.MEDIA_ROOT, str(people.workspace.pk)).is_dir()
