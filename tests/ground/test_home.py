"""Where the data go, and the environment that hitl's processes run in."""

from __future__ import annotations

from pathlib import Path

import pytest

from hitl.up import home
from hitl.up.home import Address, Home, environment_for
from hitl.up.ports import free_port
from hitl.up.trouble import Trouble


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "is_root", lambda: True)


def test_it_keeps_a_secret(open_folder: Path) -> None:
    first = Home.of({"HITL_VAR": str(open_folder)}).secret("secret_key")
    assert len(first) >= 50
    assert Home.of({"HITL_VAR": str(open_folder)}).secret("secret_key") == first


def test_it_moves_out_of_a_closed_folder(as_root: None, open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = open_folder / "root" / "hitl"
    code.mkdir(parents=True)
    code.parent.chmod(0o700)
    monkeypatch.setattr(home, "CODE", code)
    monkeypatch.setattr(home, "FOR_ROOT", str(open_folder / "lib"))
    (open_folder / "lib").mkdir()
    var = Home.of({}).var
    assert var.parent == open_folder / "lib"
    assert (code / "var").resolve() == var
    assert Home.of({}).var == var


def test_it_refuses_data_that_browsers_cannot_reach(as_root: None, open_folder: Path) -> None:
    (open_folder / "closed").mkdir(mode=0o700)
    with pytest.raises(Trouble, match="cannot enter"):
        Home.of({"HITL_VAR": str(open_folder / "closed" / "var")})


def test_it_says_that_the_folder_cannot_be_made(open_folder: Path) -> None:
    (open_folder / "file").touch()
    with pytest.raises(Trouble, match="HITL_VAR"):
        Home.of({"HITL_VAR": str(open_folder / "file" / "var")})


@pytest.mark.parametrize("port", ["many", "0", "70000", "-1"])
def test_it_wants_a_port(port: str) -> None:
    with pytest.raises(Trouble, match="HITL_PORT"):
        Address.choose({"HITL_PORT": port})


def test_what_was_given_wins(open_folder: Path) -> None:
    given = {
        "SECRET_KEY": "mine",
        "BASE_URL": "https://hitl.example",
        "HITL_PRIVATE_TARGETS": "10.0.0.5:443",
        "HITL_PRACTICE": "0",
    }
    address = Address("127.0.0.1", free_port(), 8000)
    chosen = environment_for(Home.of({"HITL_VAR": str(open_folder)}), given, address)
    assert {name: chosen[name] for name in given} == given
    assert not (open_folder / "secret_key").exists()


def test_bots_may_reach_the_practice_pages_and_nothing_else_of_this_machine(open_folder: Path) -> None:
    chosen = environment_for(Home.of({"HITL_VAR": str(open_folder)}), {}, Address("127.0.0.1", 8123, 8000))
    assert chosen["HITL_PRIVATE_TARGETS"] == "127.0.0.1:8123"
    assert chosen["BASE_URL"] == "http://127.0.0.1:8123"


@pytest.mark.parametrize(
    ("base_url", "target"),
    [
        ("http://10.0.0.5:8123", "10.0.0.5:8123"),
        ("http://server.internal", "server.internal:80"),
        ("https://hitl.example", "hitl.example:443"),
        ("http://[fd00::2]:8123", "[fd00::2]:8123"),
    ],
)
def test_bots_reach_the_practice_pages_by_the_address_that_people_use(
    open_folder: Path, base_url: str, target: str
) -> None:
    given = {"BASE_URL": base_url}
    chosen = environment_for(Home.of({"HITL_VAR": str(open_folder)}), given, Address("10.0.0.5", 8123, 8000))
    assert chosen["HITL_PRIVATE_TARGETS"] == f"127.0.0.1:8123,{target}"


@pytest.mark.parametrize("base_url", ["http://server:80000", "http://server:web", "http://[::1"])
def test_an_address_that_is_none_is_said_in_a_sentence(open_folder: Path, base_url: str) -> None:
    with pytest.raises(Trouble, match="it must look like https://"):
        environment_for(
            Home.of({"HITL_VAR": str(open_folder)}), {"BASE_URL": base_url}, Address("127.0.0.1", 8123, 8000)
        )
