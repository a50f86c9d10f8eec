"""ARCHITECTURE.md is true: imports run one way, and its state diagrams are the tables in the code."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.models import Alert, AlertStatus
from bots.models import Execution, Status

ROOT = Path(__file__).resolve().parent.parent

# module prefix: what it may not import. The reasons stand in ARCHITECTURE.md.
FORBIDDEN = {
    "bots.browser": ["django", "channels", "celery", "alerts", "hitl", "bots.models"],  # `hitl` brings Celery with it
    "bots.live": ["django", "channels", "celery", "alerts", "hitl", "bots.models"],
    "bots.script": ["django", "channels", "celery", "alerts", "hitl", "bots.models", "bots.browser", "bots.live"],
    "alerts": ["bots", "playwright"],
    "alerts.transports": ["alerts.models", "hitl.tenants", "django.db"],
    "hitl.tenants": ["bots", "alerts", "ninja"],
    **{f"hitl.api.{name}": ["bots", "alerts"] for name in ("door", "once", "paging", "parsing", "problems", "shapes")},
    "hitl.states": ["hitl.tenants", "bots", "alerts"],
    "hitl.mails": ["hitl.tenants", "bots", "alerts"],
    "hitl.addresses": ["django", "hitl", "bots", "alerts"],
    "bots.models": [
        "ninja",
        "playwright",
        "redis",
        "bots.runner",
        "bots.sessions",
        "bots.views",
        "bots.browser",
        "bots.live",
    ],
    "alerts.models": ["ninja", "playwright", "redis", "alerts.views"],
    "practice": ["bots", "alerts"],
}
# a model's `…_later` imports its task where it is used, which is the one sanctioned knot
SANCTIONED = {("bots.models", "bots.tasks"), ("alerts.models", "alerts.tasks")}


def modules() -> list[tuple[str, Path]]:
    found = []
    for top in ("hitl", "bots", "alerts", "practice"):
        for path in sorted((ROOT / top).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if ".migrations" not in name:
                found.append((name, path))
    return found


def imports_of(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def is_below(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


STATUSES = {*Status.values, *AlertStatus.values}


def said_of_a_status(path: Path) -> list[tuple[int, str]]:
    """The texts in quotes that a `status` is compared with, or that are given as one."""
    nodes: list[ast.expr] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute) and node.left.attr == "status":
            nodes += node.comparators
        elif isinstance(node, ast.keyword) and (node.arg or "").split("__")[0] == "status":
            nodes.append(node.value)
    texts = [text for node in nodes for text in ast.walk(node) if isinstance(text, ast.Constant)]
    return [(text.lineno, text.value) for text in texts if isinstance(text.value, str)]


@pytest.mark.parametrize(("name", "path"), modules(), ids=[name for name, _ in modules()])
def test_it_compares_with_no_bare_status(name: str, path: Path) -> None:
    """A status that is misspelt in quotes is never met; a member of its enum that is not there is an error."""
    wrong = [f"{path.name}:{line} {text}" for line, text in said_of_a_status(path) if text in STATUSES]
    assert not wrong, f"{wrong}: take the enum's member"


@pytest.mark.parametrize(("name", "path"), modules(), ids=[name for name, _ in modules()])
def test_it_imports_one_way(name: str, path: Path) -> None:
    wrong = [
        (imported, rule)
        for rule, forbidden in FORBIDDEN.items()
        if is_below(name, rule)
        for imported in imports_of(path)
        if any(is_below(imported, f) for f in forbidden)
        and not any(is_below(name, a) and is_below(imported, b) for a, b in SANCTIONED)
    ]
    assert not wrong, f"{name} imports {wrong}; see ARCHITECTURE.md"


def loads(*modules: str) -> set[str]:
    """The packages that a process of its own has loaded with these modules."""
    script = f"import sys, {', '.join(modules)}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True, text=True)
    return set(done.stdout.split())


def test_a_browser_server_loads_nothing_of_the_rest() -> None:
    """Each of them pays for it at its start and in memory."""
    loaded = loads("bots.browser.serving")
    assert {"bots", "websockets"} <= loaded
    assert loaded.isdisjoint({"hitl", "alerts", "django", "celery", "playwright"})


def test_web_and_sweeper_load_nothing_that_drives_a_browser() -> None:
    loaded = loads("hitl.asgi", "hitl.urls", "bots.management.commands.sweep")
    assert {"bots", "django", "ninja"} <= loaded
    assert loaded.isdisjoint({"playwright", "pixelflux"})


def test_only_one_module_knows_the_compositor() -> None:
    users = [name for name, path in modules() if any(is_below(i, "pixelflux") for i in imports_of(path))]
    assert users == ["bots.live.compositor"]


def drawn(title: str) -> set[tuple[str, str]]:
    """The arrows of the mermaid diagram under this heading."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    section = text.split(f"### {title}\n", 1)[1].split("```", 2)[1]
    return set(re.findall(r"^\s*(\w+) --> (\w+)", section, re.MULTILINE))


def written(row: type[Execution] | type[Alert]) -> set[tuple[str, str]]:
    return {(str(source), str(target)) for target, sources in row.MOVES.items() for source in sources}


@pytest.mark.parametrize(("title", "row", "states"), [("Execution", Execution, Status), ("Alert", Alert, AlertStatus)])
def test_it_draws_the_states_as_they_are(title: str, row: type, states: type) -> None:
    assert drawn(title) == written(row)
    assert {state for arrow in drawn(title) for state in arrow} == set(states.values)
