"""A Chromium that starts: the one that was named, one found here, or one installed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from hitl.up.libraries import LIBRARIES, PACKAGES, Say, bring
from hitl.up.smoke import NoSandbox, smoke_test
from hitl.up.system import apt_install, is_debian, is_root, last_line, output_of
from hitl.up.trouble import Trouble

DEBIANS = "/usr/lib/chromium/chromium"  # the program behind the wrapper, which reads flags from elsewhere
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
FOR_ALL = "/var/lib/hitl/browsers"  # where root's installation can be read by the user that Chromium runs as


def choose(environment: Mapping[str, str], say: Say) -> str:
    """The path of a Chromium that passed its smoke test; Trouble with a sentence when there is none."""
    sandbox = environment.get("HITL_CHROMIUM_NO_SANDBOX", "") in ("", "0")
    if named := environment.get("HITL_CHROMIUM"):
        smoke_test(named, sandbox)
        return named
    troubles: list[Trouble] = []
    for candidate in found(environment):
        try:
            smoke_test(candidate, sandbox)
            return candidate
        except NoSandbox:
            raise
        except Trouble as trouble:
            troubles.append(trouble)
    return _installed(environment, sandbox, troubles, say)


def found(environment: Mapping[str, str]) -> Iterator[str]:
    """Chromiums of this machine, Debian's own first; snaps are left out, they cannot use our folders."""
    places = [DEBIANS, *(shutil.which(name, path=environment.get("PATH")) for name in NAMES)]
    for place in filter(None, places):
        if Path(place).is_file() and not _is_snap(Path(place)):
            yield place
    yield from _playwrights(environment)


def _is_snap(path: Path) -> bool:
    if "snap" in path.resolve().parts or path.resolve().name == "snap":
        return True
    with path.open("rb") as file:
        return b"/snap/" in file.read(2000)


def _browsers_folder(environment: Mapping[str, str]) -> Path:
    if given := environment.get("PLAYWRIGHT_BROWSERS_PATH"):
        return Path(given)
    return Path(FOR_ALL) if is_root() else Path(environment.get("HOME", "/")) / ".cache" / "ms-playwright"


def _playwrights(environment: Mapping[str, str]) -> Iterator[str]:
    programs = _browsers_folder(environment).glob("chromium-*/chrome-linux*/chrome")
    yield from (str(path) for path in sorted(programs, reverse=True))


def _installed(environment: Mapping[str, str], sandbox: bool, troubles: list[Trouble], say: Say) -> str:
    try:
        path = _by_apt(say) if is_root() and is_debian() else _by_playwright(environment, say)
    except Trouble as trouble:
        raise (troubles or [trouble])[0] from trouble  # what is wrong with the one that is here tells more
    smoke_test(path, sandbox)
    return path


def _by_apt(say: Say) -> str:
    say("Installing Debian's Chromium (once) ...")
    apt_install("chromium", *PACKAGES)
    return DEBIANS


def _by_playwright(environment: Mapping[str, str], say: Say) -> str:
    """With the libraries it needs where we may install them, without where we may not."""
    with suppress(Trouble):  # should one be lacking still, what it keeps from starting says so
        bring(say)
    say("Installing Chromium by Playwright (once, about 170 MB) ...")
    install = [sys.executable, "-m", "playwright", "install", "chromium"]
    given = {**environment, "PLAYWRIGHT_BROWSERS_PATH": str(_browsers_folder(environment))}
    fine, said = output_of([*install, "--with-deps"], given)
    if not fine:
        fine, said = output_of(install, given)
    if path := next(_playwrights(environment), None):
        return path
    raise Trouble(
        f"There is no Chromium here and it could not be installed ({last_line(said)}). Install it "
        f"(Debian: sudo apt install chromium {' '.join(LIBRARIES)}; elsewhere: "
        ".venv/bin/python -m playwright install --with-deps chromium) or set HITL_CHROMIUM."
    )
