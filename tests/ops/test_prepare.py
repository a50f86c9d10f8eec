"""Static files are collected where something has changed, and only there."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from pytest_django.fixtures import Settings

from bots.management.commands import prepare
from bots.management.commands.prepare import collect_static

Collected = Callable[[], bool]


@pytest.fixture
def source(tmp_path: Path, settings: Settings) -> Path:
    """A folder with one style sheet, which is all there is to collect."""
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "page.css").write_text("a { color: red }")
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [folder], tmp_path / "static"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "hitl.static.HashedModules"}}
    return folder


@pytest.fixture
def collects(monkeypatch: pytest.MonkeyPatch) -> Collected:
    """Whether one more start collects."""
    from django.core.management import call_command

    calls: list[str] = []

    def call(name: str, **options: object) -> None:
        calls.append(name)
        call_command(name, **options)

    monkeypatch.setattr("bots.management.commands.prepare.call_command", call)

    def again() -> bool:
        calls.clear()
        collect_static()
        return calls == ["collectstatic"]

    return again


@pytest.mark.security
def test_t4_nobody_else_reads_what_sqlite_keeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever follows docs/hosting.md calls this under the usual umask, in a folder that browsers' users may enter."""
    files = [tmp_path / name for name in ("hitl.sqlite3", "hitl.sqlite3-wal", "hitl.sqlite3-shm")]
    for file in files:
        file.touch(mode=0o644)
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(files[0])}
    for work in ("call_command", "collect_static", "first_rows"):
        monkeypatch.setattr(prepare, work, lambda *_, **__: None)
    monkeypatch.setattr(prepare, "settings", SimpleNamespace(DATABASES={"default": database}, PRACTICE=False))
    prepare.Command().handle()
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 3
    prepare.keep_to_ourselves({"ENGINE": "django.db.backends.postgresql", "NAME": "hitl"})


def test_it_collects_once(source: Path, collects: Collected) -> None:
    assert [collects(), collects()] == [True, False]
    assert list(Path(settings.STATIC_ROOT).glob("page.*.css"))


def test_it_collects_what_has_changed_come_or_gone(source: Path, collects: Collected) -> None:
    collects()
    for change in (
        lambda: (source / "page.css").write_text("a { color: blue }"),
        lambda: (source / "more.css").write_text("b { color: red }"),
        (source / "more.css").unlink,
    ):
        change()
        assert [collects(), collects()] == [True, False]


@pytest.mark.fault
def test_it_collects_again_where_a_start_was_cut_short_or_files_are_gone(source: Path, collects: Collected) -> None:
    collects()
    root = Path(settings.STATIC_ROOT)
    noted = root.with_name("static.collected")
    for harm in (noted.unlink, lambda: noted.write_text(noted.read_text()[:50]), (root / "staticfiles.json").unlink):
        harm()
        assert [collects(), collects()] == [True, False]
