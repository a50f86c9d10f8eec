"""README and docs/ are true: every setting and metric stands in them, and nothing that is none."""

import math
import re
from pathlib import Path

import pytest

from bots.script import parse
from hitl import metrics

ROOT = Path(__file__).resolve().parent.parent
HOSTING = (ROOT / "docs" / "hosting.md").read_text()
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
PATH = re.compile(r"`([\w.*-]+/[\w./*-]*)`")  # what begins with a slash is an address, or a file of the machine's
A_FILE = (".py", ".js", ".css", ".html", ".md", ".json", ".yaml", ".toml", ".txt", "/")
SETTING = re.compile(r'env\.\w+\(\s*"([A-Z_]+)"|env\.db_url\("([A-Z_]+)"')


def read_by_the_settings() -> set[str]:
    found = SETTING.findall((ROOT / "hitl" / "settings.py").read_text())
    return {one or other for one, other in found}


def read_by_make_run() -> set[str]:
    """What only the supervisor reads."""
    return set(re.findall(r'"(HITL_(?:PORT|BIND))"', (ROOT / "hitl" / "up" / "home.py").read_text()))


def documented() -> set[str]:
    table = (ROOT / "README.md").read_text().split("## Settings")[1].split("\n## ")[0]
    return set(re.findall(r"`([A-Z][A-Z_]{4,})`", table))


def test_it_documents_every_setting_and_no_other() -> None:
    assert documented() == read_by_the_settings() | read_by_make_run()


def test_its_example_is_a_script() -> None:
    example = (ROOT / "README.md").read_text().split("```yaml")[1].split("```")[0]
    assert [step.type for step in parse(example).steps] == ["navigate", "change", "click", "requestHuman", "extract"]


def numbers_in_the_settings() -> dict[str, float]:
    """Each setting that is a number, with its default: `30 * 60` is one too."""
    found = re.findall(r'env\.int\("(\w+)", default=([\d* ]+)\)', (ROOT / "hitl" / "settings.py").read_text())
    return {name: math.prod(int(factor) for factor in words.split("*")) for name, words in found}


def test_it_tells_the_defaults_as_they_are() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\d+)[^|]*\|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    told = {name: int(default) for name, default in rows}
    numbers = numbers_in_the_settings()
    assert numbers
    assert {name: told.get(name) for name in numbers} == numbers


def test_hosting_names_settings_that_there_are() -> None:
    named = set(re.findall(r"\bHITL_[A-Z_]+\b", HOSTING))
    assert named - read_by_the_settings() - read_by_make_run() == set()


@pytest.mark.django_db
def test_hosting_lists_every_metric_and_no_other() -> None:
    listed = set(re.findall(r"^\| `(hitl_\w+)` \|", HOSTING, re.MULTILINE))
    assert listed == {family.name for family in metrics.registry.collect() if family.name.startswith("hitl_")}
    assert set(re.findall(r"\bhitl_[a-z_]+[a-z]\b", HOSTING)) - {"hitl_connection"} == listed


def test_hosting_never_lets_a_service_manager_kill_browsers() -> None:
    units = {block.split("\n")[0]: block for block in re.findall(r"```ini\n# (.*?)```", HOSTING, re.DOTALL)}
    assert len(units) == 3
    assert {name for name, unit in units.items() if "KillMode=process" not in unit} == {
        "/etc/systemd/system/hitl-web.service"
    }


@pytest.mark.security
def test_t7_daphne_is_never_started_with_a_log_that_shows_links() -> None:
    """Its own log of requests knows nothing of ours: whoever reads it could use a link that is still good."""
    commands = [line for document in DOCUMENTS for line in document.read_text().splitlines() if "hitl.asgi:" in line]
    assert len(commands) > 2
    assert [command for command in commands if "daphne" in command and " -v 0 " not in command] == []


@pytest.mark.security
def test_t11_every_proxy_that_is_described_limits_what_is_sent() -> None:
    proxies = [block for block in HOSTING.split("```")[1::2] if "127.0.0.1:8000" in block and "ExecStart" not in block]
    assert [("max_body_size" in proxy, "max_size" in proxy) for proxy in proxies] == [(False, True), (True, False)]


def test_every_link_between_the_documents_leads_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_file_and_folder_that_they_name_exists() -> None:
    """But those under var/, which `make run` makes."""
    ours = {folder.name for folder in ROOT.iterdir() if folder.is_dir()} - {"var"}
    named = [(document.name, path) for document in DOCUMENTS for path in PATH.findall(document.read_text())]
    meant = [(where, path) for where, path in named if path.split("/")[0] in ours or path.endswith(A_FILE)]
    assert len(meant) > 40
    assert [(where, path) for where, path in meant if path != "var/" and not any(ROOT.glob(path.rstrip("/")))] == []


def test_whoever_follows_either_way_to_a_first_start_gets_an_owner_and_says_that_a_proxy_is_there() -> None:
    team = (ROOT / "README.md").read_text().split("## Running it for a team")[1].split("```")[1]
    hosting = HOSTING.split("## First start")[1].split("## systemd")[0]
    for way in (team, hosting):
        assert "manage.py prepare --sign-in" in way
        assert "HITL_BEHIND_PROXY=1" in way


def test_every_command_of_ours_is_told_of() -> None:
    folders = [ROOT / app for app in ("alerts", "bots", "hitl")]
    commands = [path.stem for folder in folders for path in folder.glob("**/management/commands/[a-z]*.py")]
    told = (ROOT / "README.md").read_text() + HOSTING
    assert len(commands) > 4
    assert [command for command in commands if f"manage.py {command}" not in told] == []


def test_a_worker_is_started_alike_wherever_it_is_said_how() -> None:
    readme = (ROOT / "README.md").read_text()
    ways = [re.findall(r"celery (-A hitl worker .*)", text) for text in (readme, HOSTING)]
    assert ways[0] == ways[1] != []
    started = (ROOT / "hitl" / "up" / "__main__.py").read_text()
    flags = [flag for flag in ways[0][0].split() if flag.startswith("--")]
    assert [flag for flag in flags if f'"{flag}"' not in started] == []
