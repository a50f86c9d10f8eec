"""What `make run` knows of browser servers: by their folders, which go with them."""

import json
import os
import shutil
from pathlib import Path

import pytest

from bots.browser import launch
from hitl.up import browsers


def test_a_server_may_end_while_it_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "exe_1"
    folder.mkdir()
    (folder / launch.STATE).write_text(json.dumps({"pid": os.getpid(), "born": "1", "uid": None, "sockets": ""}))

    def born(pid: int) -> str:
        shutil.rmtree(folder)
        return "1"

    monkeypatch.setattr(launch, "_born", born)
    assert browsers.serving(tmp_path) == [os.getpid()]
    assert browsers.serving(tmp_path) == []


@pytest.mark.parametrize("state", ["", "{", "[]", "3", "{}", '{"pid": 1}'])
def test_a_folder_that_nobody_has_signed_has_no_server(tmp_path: Path, state: str) -> None:
    (tmp_path / launch.STATE).write_text(state)
    assert launch.state_of(tmp_path) is None
    assert not launch.is_served(tmp_path)
