"""A Chromium that starts: where it is looked for, and what is said when none does."""

from __future__ import annotations

from pathlib import Path

import pytest

from hitl.up import chromium, smoke
from hitl.up.trouble import Trouble
from tests.programs import program


@pytest.mark.security
def test_t5_the_machines_own_chromium_renders_in_its_sandbox(chromium: str) -> None:
    smoke.smoke_test(chromium)


@pytest.mark.parametrize(
    ("script", "advice"),
    [
        ("echo 'FATAL: No usable sandbox! Update your kernel' >&2; exit 1", "HITL_CHROMIUM_NO_SANDBOX=1"),
        ("echo 'error while loading shared libraries: libnss3.so: cannot open' >&2; exit 127", "libnss3.so"),
        ("echo 'Trace/breakpoint trap' >&2; exit 133", "Trace/breakpoint trap"),
        ("exit 0", "it said nothing"),
    ],
)
def test_it_says_what_to_do(open_folder: Path, script: str, advice: str) -> None:
    with pytest.raises(Trouble) as trouble:
        smoke.smoke_test(program(open_folder / "chromium", script))
    assert advice in str(trouble.value)
    assert "\n" not in str(trouble.value)


def test_it_does_not_wait_for_ever(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "PATIENCE", 0.2)
    with pytest.raises(Trouble, match="no answer within"):
        smoke.smoke_test(program(open_folder / "chromium", "exec sleep 30"))


def test_it_takes_the_one_that_was_named_or_none(open_folder: Path) -> None:
    with pytest.raises(Trouble, match="/nowhere/chromium"):
        chromium.choose({"HITL_CHROMIUM": "/nowhere/chromium"}, print)
    named = program(open_folder / "mine", "echo '42!'")
    assert chromium.choose({"HITL_CHROMIUM": named}, print) == named


def test_it_tries_the_next_one(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "DEBIANS", program(open_folder / "debian", "exit 1"))
    good = program(open_folder / "bin" / "chromium", "echo '42!'")
    assert chromium.choose({"PATH": str(open_folder / "bin")}, print) == good


def test_it_leaves_snaps_out(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "DEBIANS", str(open_folder / "none"))
    program(open_folder / "bin" / "chromium-browser", "exec /snap/bin/chromium")
    assert list(chromium.found({"PATH": str(open_folder / "bin"), "HOME": str(open_folder)})) == []


@pytest.mark.security
def test_t5_no_sandbox_only_when_the_operator_says_so(open_folder: Path) -> None:
    picky = program(
        open_folder / "chromium", 'case "$*" in *--no-sandbox*) echo "42!";; *) echo "No usable sandbox" >&2;; esac'
    )
    with pytest.raises(smoke.NoSandbox):
        chromium.choose({"HITL_CHROMIUM": picky}, print)
    assert chromium.choose({"HITL_CHROMIUM": picky, "HITL_CHROMIUM_NO_SANDBOX": "1"}, print) == picky


@pytest.fixture
def bare(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Debian machine without any Chromium, ours as root; its apt-get is up to the test."""
    monkeypatch.setattr(chromium, "DEBIANS", str(open_folder / "debian" / "chromium"))
    monkeypatch.setattr(chromium, "FOR_ALL", str(open_folder / "browsers"))
    monkeypatch.setattr(chromium, "is_root", lambda: True)
    monkeypatch.setattr(chromium, "is_debian", lambda: True)
    (open_folder / "bin").mkdir(exist_ok=True)
    monkeypatch.setenv("PATH", f"{open_folder / 'bin'}:/usr/bin:/bin")
    return open_folder


def test_it_installs_debians_own_as_root(bare: Path) -> None:
    debians = bare / "debian" / "chromium"
    debians.parent.mkdir(mode=0o755)
    puts = f"printf '#!/bin/sh\\necho 42!\\n' > {debians}; chmod 755 {debians}"
    asked = bare / "asked"
    program(bare / "bin" / "apt-get", f'echo "$DEBIAN_FRONTEND $*" >> {asked}; case "$*" in install*) {puts};; esac')
    said: list[str] = []
    assert chromium.choose({"PATH": str(bare / "bin"), "HOME": str(bare)}, said.append) == str(debians)
    update, install = asked.read_text().splitlines()
    assert update == "noninteractive update -q"
    assert install.startswith("noninteractive install -q -y --no-install-recommends chromium libgbm1")
    assert said == ["Installing Debian's Chromium (once) ..."]


def test_it_says_what_apt_could_not_do(bare: Path) -> None:
    program(bare / "bin" / "apt-get", 'echo "E: Unable to locate package chromium"; exit 100')
    with pytest.raises(Trouble, match=r"apt could not install chromium .*: E: Unable to locate package chromium"):
        chromium.choose({"PATH": str(bare / "bin"), "HOME": str(bare)}, print)


def test_it_says_what_playwright_could_not_do(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere than on Debian; what Playwright says stands in the sentence, with two ways to help oneself."""
    monkeypatch.setattr(chromium, "is_debian", lambda: False)
    said = 'echo "Failed to download Chromium: getaddrinfo ENOTFOUND"; exit 1'
    monkeypatch.setattr(chromium.sys, "executable", program(bare / "bin" / "python", said))
    with pytest.raises(Trouble) as trouble:
        chromium.choose({"PATH": str(bare / "bin"), "HOME": str(bare)}, print)
    assert "Failed to download Chromium: getaddrinfo ENOTFOUND" in str(trouble.value)
    assert "HITL_CHROMIUM" in str(trouble.value)


def test_it_takes_what_playwright_has_brought(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the libraries, where the first try with them is refused."""
    monkeypatch.setattr(chromium, "is_debian", lambda: False)
    brought = bare / "browsers" / "chromium-1" / "chrome-linux" / "chrome"
    puts = f"mkdir -m 755 -p {brought.parent} && printf '#!/bin/sh\\necho 42!\\n' > {brought} && chmod 755 {brought}"
    puts = f"export PATH=/usr/bin:/bin; {puts}; chmod -R a+rX {bare / 'browsers'}"
    script = f'case "$*" in *--with-deps) echo "needs sudo"; exit 1;; esac; {puts}'
    monkeypatch.setattr(chromium.sys, "executable", program(bare / "bin" / "python", script))
    assert chromium.choose({"PATH": str(bare / "bin"), "HOME": str(bare)}, print) == str(brought)
