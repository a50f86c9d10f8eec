"""Only well-formed messages come in. The examples are shared with the viewer's tests."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.live import said, wire
from bots.live.picture import KINDS, Kind, Picture, frame, is_key

EXAMPLES = json.loads((Path(__file__).parent / "wire_examples.json").read_text())
SIZE = (1280, 720)


def text_of(example: dict[str, Any]) -> str:
    """The message as it is sent; what is long is written short in the file."""
    if "text" in example:
        return example["text"] * example.get("times", 1)
    message = dict(example["message"])
    if long := example.get("long"):
        message[long["field"]] = "x" * long["letters"]
    return json.dumps(message)


def named(valid: bool) -> list[Any]:
    return [
        pytest.param(example, id=example.get("why") or f"{number} {example['message']['t']}")
        for number, example in enumerate(EXAMPLES)
        if example["valid"] is valid
    ]


@pytest.mark.parametrize("example", named(True))
def test_it_takes_what_is_well_formed(example: dict[str, Any]) -> None:
    message = wire.parse(text_of(example), SIZE)
    sent = {key: value for key, value in example["message"].items() if key != "t"}
    assert isinstance(message, wire.RECEIVED[example["message"]["t"]])
    assert {name: getattr(message, name) for name in sent} == sent


@pytest.mark.parametrize("example", named(False))
def test_it_refuses_the_rest_with_a_sentence(example: dict[str, Any]) -> None:
    with pytest.raises(wire.Malformed) as refused:
        wire.parse(text_of(example), SIZE)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf, pytest.param(10**400, id="huge")])
def test_it_refuses_numbers_that_are_nowhere(x: float) -> None:
    with pytest.raises(wire.Malformed, match="x must be a number"):
        wire.parse(json.dumps({"t": "move", "e": 1, "s": 1, "x": x, "y": 1}))


def test_every_type_has_an_example() -> None:
    assert {example["message"]["t"] for example in EXAMPLES if example["valid"]} == set(wire.RECEIVED)


def test_the_web_process_passes_on_nothing_that_only_it_may_send() -> None:
    assert wire.FROM_WEB.keys() == {"join", "leave", "grant", "revoke", "offer"}
    assert wire.FROM_VIEWER.keys().isdisjoint(wire.FROM_WEB)


def test_a_refusal_names_the_number_of_what_was_refused() -> None:
    with pytest.raises(wire.Malformed) as refused:
        wire.parse('{"t": "move", "e": 1, "s": 8, "x": 1}')
    assert refused.value.s == 8


def test_a_refusal_does_not_repeat_what_was_typed() -> None:
    with pytest.raises(wire.Malformed) as refused:
        wire.parse(json.dumps({"t": "text", "e": 1, "s": 8, "text": "hunter2" * 2000}))
    assert "hunter2" not in str(refused.value)


def test_it_refuses_pictures_and_what_is_too_long() -> None:
    for data in (b"\1\2", " " * (wire.LONGEST_MESSAGE + 1)):
        with pytest.raises(wire.Malformed):
            wire.parse(data)


@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_whatever_comes_is_a_message_or_malformed(data: str) -> None:
    with pytest.raises(wire.Malformed):
        wire.parse(data)


def test_what_is_said_carries_its_type() -> None:
    assert json.loads(said.write(said.Dispatched(e=2, s=5, acted=True))) == {
        "t": "input",
        "e": 2,
        "s": 5,
        "acted": True,
    }
    tabs = said.Tabs([said.TabLine("a", "Bank", "https://bank.example/", active=True)])
    assert json.loads(said.write(tabs))["tabs"][0]["title"] == "Bank"


def test_a_picture_travels_behind_sixteen_bytes() -> None:
    picture = Picture("jpeg", True, 1280, 360, 360, 9, 5_000_000_000, b"\xff\xd8")
    assert frame(picture, number=7, sharp=True).hex() == "03010500016801680000000700001388ffd8"


def test_both_kinds_of_h264_and_no_other_share_a_number() -> None:
    numbers = {
        (kind, key): frame(Picture(kind, key, 2, 2, 0, 0, 0, b""), 0, False)[0]
        for kind in KINDS
        for key in (True, False)
    }
    del numbers["jpeg", False]
    assert len(set(numbers.values())) == len(numbers) - 2


@pytest.mark.parametrize(("kind", "unit", "key"), [
    ("h264", b"\0\0\0\1\x67aaa\0\0\0\1\x68b\0\0\1\x65cc", True),
    ("h264-444", b"\0\0\0\1\x06\x05x\0\0\1\x41cc", False),
    ("h264", b"\0\0\0\1\x09\xf0\0\0\1\x65", True),
    ("h264", b"\0\0\1", False),
    ("h264", b"", False),
    ("vp8", b"\x50\x0b\x09\x9d\x01\x2a", True),
    ("vp8", b"\xf1\x52\0\xe3", False),
    ("vp9", b"\x83\x49\x83\x42", True),
    ("vp9", b"\x87\x02\0\0", False),
    ("av1", b"\x12\0\x0a\x0f\x02", True),
    ("av1", b"\x12\0\x32\x36\x30", False),
    ("jpeg", b"\xff\xd8", True),
])  # fmt: skip
def test_a_key_frame_is_told_by_its_bytes(kind: Kind, unit: bytes, key: bool) -> None:
    assert is_key(kind, unit) is key
