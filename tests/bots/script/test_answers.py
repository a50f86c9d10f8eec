"""Answers that fit their fields, and the sentences for those that do not."""

from __future__ import annotations

from typing import Any

import pytest

from bots.script import AnswerError, check_answer


def field(kind: str, **more: Any) -> dict[str, Any]:
    return {"name": "a", "type": kind, "label": "A", "required": False, "choices": ["small", "large"]} | more


FITS = [
    ("text", " Ada ", "Ada"),
    ("text", None, ""),
    ("secret", " s p ", " s p "),
    ("choice", "large", "large"),
    ("choice", "", ""),
    ("boolean", "on", True),
    ("boolean", "No", False),
    ("boolean", True, True),
    ("boolean", None, False),
    ("number", "12", 12),
    ("number", "-12.50", -12.5),
    ("number", 3, 3),
    ("number", 3.5, 3.5),
    ("number", "", None),
]
UNFIT = [
    ("text", 7, "This should be text."),
    ("text", "x" * 10_001, "This is 10,001 characters long; at most 10,000 fit."),
    ("text", "a\0", "This holds a character that cannot be stored. Type it again instead of pasting."),
    ("text", "a\ud800", "This holds a character that cannot be stored. Type it again instead of pasting."),
    ("secret", ["x"], "This should be text."),
    ("choice", "medium", "Choose “small” or “large”."),
    ("choice", ["small"], "Choose “small” or “large”."),
    ("boolean", "perhaps", "Answer yes or no."),
    ("boolean", 1, "Answer yes or no."),
    ("number", "many", "This should be a number. For example 12.50."),
    ("number", "12,50", "This should be a number. Write it with a point: 12.50."),
    ("number", "1e999", "This should be a number."),
    ("number", "nan", "This should be a number."),
    ("number", "1_000", "This should be a number."),
    ("number", "٣", "This should be a number."),
    ("number", True, "This should be a number."),
    ("number", {}, "This should be a number."),
]


@pytest.mark.parametrize(("kind", "given", "clean"), FITS)
def test_it_cleans_an_answer(kind: str, given: object, clean: object) -> None:
    answer = check_answer([field(kind)], {"a": given})
    assert answer == {"a": clean}
    assert type(answer["a"]) is type(clean)


@pytest.mark.parametrize(("kind", "given", "sentence"), UNFIT, ids=range(len(UNFIT)))
def test_it_says_what_does_not_fit(kind: str, given: object, sentence: str) -> None:
    with pytest.raises(AnswerError) as caught:
        check_answer([field(kind)], {"a": given})
    assert caught.value.fields == {"a": sentence}


@pytest.mark.parametrize("kind", ["text", "secret", "choice", "boolean", "number"])
@pytest.mark.parametrize("given", [{}, {"a": None}, {"a": "  "}])
def test_it_asks_for_what_is_required(kind: str, given: dict[str, Any]) -> None:
    with pytest.raises(AnswerError) as caught:
        check_answer([field(kind, required=True)], given)
    assert caught.value.fields == {"a": "Please fill this in."}


def test_it_names_every_field_that_is_wrong_and_none_that_was_typed() -> None:
    with pytest.raises(AnswerError) as caught:
        check_answer(
            [field("text", required=True), field("number", name="price")], {"pirce": "9", "price": "secret words"}
        )
    assert list(caught.value.fields) == ["pirce", "a", "price"]
    assert caught.value.fields["pirce"] == "There is no such field. Did you mean “price”?"
    assert "secret words" not in str(caught.value)


@pytest.mark.parametrize("answer", [None, [], "x", 7])
def test_it_takes_an_object_and_nothing_else(answer: object) -> None:
    with pytest.raises(AnswerError, match="The answer should be an object"):
        check_answer([], answer)


def test_it_takes_no_answer_where_nothing_was_asked() -> None:
    assert check_answer([], {}) == {}
