"""People's answers as an execution keeps them, by their fields' names: secret ones sealed, and gone when it is over."""

from __future__ import annotations

from typing import Any

from hitl import vault

Answers = dict[str, Any]


def sealed(fields: list[dict[str, Any]], answer: Answers) -> Answers:
    """An answer to these fields of an alert, as it may be stored."""
    secret = {field["name"] for field in fields if field["type"] == "secret"}
    return {name: {"sealed": vault.seal(str(a))} if name in secret else a for name, a in answer.items()}


def opened(answers: Answers) -> Answers:
    return {name: vault.unseal(a["sealed"]) if _is_sealed(a) else a for name, a in answers.items()}


def secret_names(answers: Answers) -> list[str]:
    return [name for name, answer in answers.items() if _is_sealed(answer)]


def without_secrets(answers: Answers) -> Answers:
    return {name: None if _is_sealed(a) else a for name, a in answers.items()}


def _is_sealed(answer: Any) -> bool:
    return isinstance(answer, dict) and "sealed" in answer
