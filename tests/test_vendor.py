"""Other people's files are what their lists say that they are."""

import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EDITOR = ROOT / "static" / "vendor" / "codemirror"


def test_the_editors_bundle_is_the_one_that_its_list_names() -> None:
    """After `make codemirror` with other versions, VENDOR.md is to be brought up to date."""
    listed = (EDITOR / "VENDOR.md").read_text()
    assert hashlib.sha256((EDITOR / "codemirror.js").read_bytes()).hexdigest() in listed
    package = (ROOT / "tools" / "codemirror" / "package.json").read_text()
    versions = re.findall(r'"@(?:codemirror|lezer)/[\w-]+": "([\d.]+)"', package)
    assert versions
    assert [version for version in versions if version not in listed] == []


def test_the_charts_are_the_ones_that_their_list_names() -> None:
    folder = ROOT / "static" / "vendor" / "uplot"
    listed = (folder / "VENDOR.md").read_text()
    for name in ("uPlot.js", "uPlot.css"):
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() in listed


def test_what_the_tests_use_is_what_their_list_names() -> None:
    folder = ROOT / "tests" / "vendor"
    listed = (folder / "VENDOR.md").read_text()
    files = [path for path in folder.rglob("*") if path.suffix in (".js", ".css")]
    assert [path.name for path in files if hashlib.sha256(path.read_bytes()).hexdigest() not in listed] == []
