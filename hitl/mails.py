"""What all mails of hitl have in common, whatever they are about."""

from __future__ import annotations

from typing import Any

from css_inline import CSSInliner
from django.template.loader import render_to_string

# Rules about dark mode stay in a style element, where the mail programs that know them look.
_INLINER = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def html_of(template: str, said: dict[str, Any]) -> str:
    """The HTML part, with its styles where mail programs read them."""
    return _INLINER.inline(render_to_string(template, said))


def text_of(template: str, said: dict[str, Any]) -> str:
    """The plain part."""
    return render_to_string(template, said).strip() + "\n"


def one_line(text: str, longest: int) -> str:
    """Names and titles as one printable line, which ends in an ellipsis where it was longer."""
    line = printable(text)
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def printable(text: str) -> str:
    """In one line: no line breaks, no invisible characters, no change of direction."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
