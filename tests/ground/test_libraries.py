"""What pip cannot bring: seen to be lacking, installed where that is ours to do, named where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from hitl.up import libraries
from hitl.up.home import CODE
from hitl.up.trouble import Trouble
from tests.programs import program

LACKS = "libatomic.so.1: cannot open shared object file"


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose Node starts when a file `library` is there, ours as root; its apt-get is up to the test."""
    library = tmp_path / "library"
    node = program(tmp_path / "node", f"[ -e {library} ] || {{ echo 'node: {LACKS}' >&2; exit 127; }}")
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", node)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setattr(libraries, "is_root", lambda: True)
    program(tmp_path / "bin" / "ip", "exit 0")
    return tmp_path


def test_here_nothing_is_lacking() -> None:
    assert list(libraries.lacking()) == []


def test_it_names_what_it_may_not_install(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "is_root", lambda: False)
    with pytest.raises(Trouble) as trouble:
        libraries.complete(print)
    assert f"Playwright's driver does not start (node: {LACKS})." in str(trouble.value)
    assert "sudo apt install libgbm1" in str(trouble.value)


def test_it_installs_them_as_root(broken: Path) -> None:
    asked = broken / "asked"
    program(broken / "bin" / "apt-get", f'echo "$*" >> {asked}; case "$*" in install*) : > {broken / "library"};; esac')
    said: list[str] = []
    for _ in range(2):
        libraries.complete(said.append)
    assert said == ["Installing libraries that hitl needs ..."]
    packages = " ".join(libraries.PACKAGES)
    assert asked.read_text().splitlines() == ["update -q", f"install -q -y --no-install-recommends {packages}"]


def test_it_says_what_apt_could_not_do(broken: Path) -> None:
    program(broken / "bin" / "apt-get", 'echo "E: Unable to locate package libgbm1"; exit 100')
    with pytest.raises(Trouble, match=r"apt could not install .*: E: Unable to locate package libgbm1"):
        libraries.complete(print)


def test_it_starts_without_ip_where_that_cannot_be_had(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor says what is missed by that; bots run."""
    (broken / "library").touch()
    asked = broken / "asked"
    program(broken / "bin" / "apt-get", f'echo "$*" >> {asked}; exit 100')
    (broken / "bin" / "ip").unlink()
    monkeypatch.setenv("PATH", str(broken / "bin"))
    monkeypatch.setattr(libraries, "compositor_fails", lambda: "")
    libraries.complete(print)
    assert "iproute2" in asked.read_text()


def test_a_driver_for_another_machine_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "node").write_bytes(b"\x7fELF")
    (tmp_path / "node").chmod(0o755)
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", str(tmp_path / "node"))
    assert libraries.driver_fails() == f"{tmp_path / 'node'}: Exec format error"


def test_the_manual_names_the_same_packages() -> None:
    """Who runs hitl without `make run` installs them by hand."""
    assert f"\napt install chromium {' '.join(libraries.PACKAGES)}\n" in (CODE / "docs" / "hosting.md").read_text()
