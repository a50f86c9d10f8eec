"""The README is true: every setting stands in it, and nothing that is none."""

import re
from pathlib import Path

from bots.script import parse

ROOT = Path(__file__).resolve().parent.parent
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
