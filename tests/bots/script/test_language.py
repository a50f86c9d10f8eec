"""Every step type and field has its sentence."""

from __future__ import annotations

from bots.script.flow import STEPS, Script
from bots.script.language import EVERYWHERE, FIELDS, PARTS, TYPES, language
from bots.script.parts import takes


def test_every_type_and_field_has_its_sentence_and_no_sentence_is_left_over() -> None:
    assert set(TYPES) == set(FIELDS) == set(STEPS)
    for name, cls in STEPS.items():
        own = set(takes(cls)) - set(EVERYWHERE)
        assert own <= set(FIELDS[name]) <= set(takes(cls)), name
    for part, words in PARTS.items():
        assert set(words) == set(takes(part)) | ({"steps"} if part is Script else set()), part
    assert all(sentence.endswith(".") for sentence in TYPES.values())


def test_it_says_what_a_field_takes() -> None:
    asks = language()["steps"]["requestHuman"]["fields"]
    assert asks["title"] == {"help": FIELDS["requestHuman"]["title"], "needed": True, "takes": "text"}
    assert asks["kind"]["choices"][:2] == ["captcha", "otp"]
    assert set(asks["fields"]["fields"]) == {"name", "type", "label", "required", "choices"}
    assert set(asks["resumeWhen"]["fields"]) == {"url", "visible", "hidden"}
