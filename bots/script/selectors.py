"""Selectors as Chrome's Recorder writes them: what is one, and what the page is asked for.

A part is css, or begins with aria/ text/ xpath/ pierce/ (css/ is allowed). Nothing here decides what matches: that is
`find.js`, which runs in the page. A value that replaces {{name}} never changes the form of its selector:

    aria/ text/   it is literal text
    css pierce/   every character but letters, digits, - and _ is escaped, in quotes and outside them
    xpath/        inside quotes it is literal (a quote in it turns the literal into concat()); outside of quotes only
                  a number or a plain name is possible
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bots.script.problems import Wrong, did_you_mean, quoted

Replace = Callable[[str, str], str]
Chains = tuple[tuple[str, ...], ...]

SOURCE = (Path(__file__).parent / "find.js").read_text()
HOWS = ("css", "aria", "text", "xpath", "pierce")
PREFIX = re.compile(r"([A-Za-z]+)/(?!/)")
ATTRIBUTE = re.compile(r"""(?<!\\)\[\s*(\w+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)')\s*\]""")
LITERAL = re.compile(r"""("[^"]*"|'[^']*')""")
ESCAPED = re.compile(r"""\\([\[\]"'\\])""")
PAIRS = {")": "(", "]": "[", "}": "{"}


def split(part: str) -> tuple[str, str]:
    """How it looks for the element, and what for: ("aria", "Sign in")."""
    how, slash, body = part.partition("/")
    return (how, body) if slash and how in HOWS else ("css", part)


def check_part(part: str) -> None:
    """Raise Wrong where this cannot be a selector. What only a browser can tell is told when the step is played."""
    how, body = split(part)
    if not body.strip():
        example = f": {how}/Sign in" if how in ("aria", "text") else ""
        raise Wrong(f"The selector is empty. Write what to look for{example}.")
    if how in ("css", "pierce"):
        _check_css(body.strip())
    if how == "xpath":
        _check_xpath(body)
    if how == "aria":
        _check_aria(body)


def _check_xpath(body: str) -> None:
    _check_balance(body, escapes=False)
    if re.match(r"/(?!/|html\b|svg\b|\*/)", body):
        raise Wrong(f"xpath/{body} looks at the page's root alone. For an element anywhere in it write xpath//{body}")


def _check_aria(body: str) -> None:
    for attribute, *_ in ATTRIBUTE.findall(body):
        if attribute not in ("name", "role"):
            near = did_you_mean(attribute, ["name", "role"])
            raise Wrong(f'An aria/ selector has a name and [role="…"], no [{attribute}=…].{near}')


def _check_css(body: str) -> None:
    if body.startswith(("/", "(/", "./")):
        raise Wrong(f"{quoted(body)} looks like XPath. Put xpath/ in front: xpath/{body}")
    if (prefix := PREFIX.match(body)) and (near := did_you_mean(prefix[1], HOWS[1:])):
        raise Wrong(
            f"{quoted(prefix[0])} is no way to look for an element. Use aria/ text/ xpath/ pierce/ or css.{near}"
        )
    _check_balance(body, escapes=True)
    plain = LITERAL.sub("''", body)
    if ">>" in plain.replace(" ", ""):
        raise Wrong("“>>” is not CSS. For an element inside another one's shadow, write a list: [“host”, “element”].")
    if re.search(r"(^|,)\s*[>+~,]|[>+~,]\s*$|,\s*,", plain):
        raise Wrong(f"{quoted(body)} is not a CSS selector: it begins or ends with > + ~ or a comma.")
    if re.search(r"[#.](?!\{\{)[\d\s#.>]|[#.]$", re.sub(r"\[[^\]]*\]|\([^)]*\)", "", re.sub(r"\\.", "x", plain))):
        raise Wrong(f"{quoted(body)} is not a CSS selector: a name after # or . begins with a letter, - or _.")


def _check_balance(body: str, escapes: bool) -> None:
    """Every quote and bracket has its partner. In {{name}} the braces are ours."""
    body = re.sub(r"\{\{[^{}]*\}\}", "name", re.sub(r"\\.", "", body) if escapes else body)
    rest = LITERAL.sub("", body)
    if quote := re.search(r"""["']""", rest):
        raise Wrong(f"A quote is not closed: {quote[0]} is alone in {quoted(body)}.")
    opened: list[str] = []
    for sign in rest:
        if sign in "([{":
            opened.append(sign)
        elif sign in PAIRS and (not opened or opened.pop() != PAIRS[sign]):
            raise Wrong(f"“{sign}” closes nothing in {quoted(body)}.")
    if opened:
        raise Wrong(f"“{opened[-1]}” is not closed in {quoted(body)}.")


def filled_part(part: str, replace: Replace) -> str:
    """The part with its variables replaced so that it still asks for the same kind of thing."""
    how, body = split(part)
    prefix = part[: len(part) - len(body)]
    if how == "xpath":
        return prefix + "".join(_filled_xpath(piece, replace) for piece in LITERAL.split(body))
    manner = {"css": "css", "pierce": "css", "aria": "aria", "text": "plain"}[how]
    return prefix + replace(manner, body)


def _filled_xpath(piece: str, replace: Replace) -> str:
    if piece[:1] not in ("'", '"'):
        return replace("xpath", piece)
    text = replace("plain", piece[1:-1])
    return piece if text == piece[1:-1] else xpath_literal(text)


def xpath_literal(text: str) -> str:
    """The text as XPath 1.0 can say it, which knows no escapes."""
    for quote in ('"', "'"):
        if quote not in text:
            return f"{quote}{text}{quote}"
    return "concat(" + ", '\"', ".join(f'"{piece}"' for piece in text.split('"')) + ")"


def question(selectors: Chains, **more: Any) -> str:
    """The selector for Playwright that asks find.js, which `Stage` has registered as the engine `hitl`."""
    asked = json.dumps({"ways": [[_way(part) for part in chain] for chain in selectors]} | more)
    return "hitl=" + asked.replace(">", "\\u003e")  # Playwright splits at >>, which JSON can say otherwise


def _way(part: str) -> dict[str, str]:
    how, body = split(part)
    if how != "aria":
        return {"how": how, "what": body}
    attributes = {name: ESCAPED.sub(r"\1", double or single) for name, double, single in ATTRIBUTE.findall(body)}
    name = ESCAPED.sub(r"\1", ATTRIBUTE.sub("", body)).strip()
    return {"how": how, "what": attributes.get("name", name), "role": attributes.get("role", "")}


def described(selectors: Iterable[Iterable[str]]) -> str:
    """The element as a person would name it: its accessible name or text, else the first selector."""
    lasts = [split(list(chain)[-1]) for chain in selectors]
    for how, body in lasts:
        if how in ("aria", "text") and (name := ATTRIBUTE.sub("", body).strip()):
            return quoted(name)
    how, body = lasts[0]
    return quoted(body)
