"""The Makefile on a machine that lacks something."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from hitl.up.home import CODE
from tests.programs import program


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(CODE / "Makefile", folder)
    return subprocess.run(["make", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_it_says_that_python_is_missing(tmp_path: Path) -> None:
    done = make(tmp_path, "PYTHON=", ".venv/bin/python")
    assert done.returncode != 0
    assert "hitl needs Python 3.11 or later" in done.stderr


def test_it_says_that_the_venv_module_is_missing(tmp_path: Path) -> None:
    done = make(tmp_path, f"PYTHON={program(tmp_path / 'python', 'exit 1')}", ".venv/bin/python")
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_it_pins_everything_and_names_no_place(file: str) -> None:
    lines = [line for line in (CODE / file).read_text().splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if "==" not in line and line != "-r requirements.txt"] == []
    assert not any(word in line for line in lines for word in ("://", " @ ", "--index", "--find-links"))


def modules(*folders: str) -> set[str]:
    """The top names of everything that the code in these folders imports, its own and Python's left out."""
    ours = {"hitl", "bots", "alerts", "practice", "tests", "bench"}
    found: set[str] = set()
    for path in (path for folder in folders for path in (CODE / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - ours - set(sys.stdlib_module_names)


def pins(*files: str) -> set[str]:
    return {
        line.split("==")[0].lower() for file in files for line in (CODE / file).read_text().splitlines() if "==" in line
    }


@pytest.mark.parametrize(
    ("folders", "files"),
    [
        (["hitl", "bots", "alerts", "practice"], ["requirements.txt"]),
        (["tests", "bench"], ["requirements.txt", "requirements-dev.txt"]),
    ],
)
def test_it_installs_whatever_is_imported(folders: list[str], files: list[str]) -> None:
    packages = packages_distributions()
    wanted = {packages.get(module, [module])[0].lower().replace("_", "-") for module in modules(*folders)}
    assert wanted - pins(*files) == set()
