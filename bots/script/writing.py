"""A script's data as text that is good to read: JSON or YAML, as `source.read` takes it back."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from bots.script.source import Loader, refused

WIDTH = 100
COMMENT = re.compile(r"""^[^"'#\n]*(?:^|\s)#""", re.MULTILINE)


def as_json(data: Any) -> str:
    """Indented by two, with whatever fits into a line left in one; a step stands in one line, or has one per field."""
    return _json(data, 0, 0) + "\n"


def _json(value: Any, depth: int, before: int) -> str:
    line = json.dumps(value, ensure_ascii=False)
    inner = isinstance(value, dict | list) and bool(value)
    if not inner or (depth > 1 and 2 * depth + before + len(line) < WIDTH):
        return line
    pad, end = "  " * (depth + 1), "\n" + "  " * depth
    if isinstance(value, list):
        return "[\n" + ",\n".join(pad + _json(entry, depth + 1, 0) for entry in value) + end + "]"
    names = {json.dumps(name, ensure_ascii=False) + ": ": entry for name, entry in value.items()}
    lines = (pad + name + _json(entry, depth + 1, len(name)) for name, entry in names.items())
    return "{\n" + ",\n".join(lines) + end + "}"


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Puts in quotes whatever either YAML's readers or our own would take for something else than text."""

    yaml_implicit_resolvers = {sign: [*known] for sign, known in yaml.SafeDumper.yaml_implicit_resolvers.items()}

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def serialize(self, node: Any) -> None:
        node.flow_style = False  # a script in braces would be read as JSON
        super().serialize(node)


def _text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


for _sign, _known in Loader.yaml_implicit_resolvers.items():
    _Dumper.yaml_implicit_resolvers.setdefault(_sign, []).extend(_known)
_Dumper.add_representer(str, _text)


def as_yaml(data: Any) -> str:
    """Block style, with the innermost lists and objects in one line."""
    written = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=None, indent=2
    )
    return str(written)


def is_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def reformatted(text: str, data: Any, form: str = "") -> str:
    """The text in good order, as `form` (json or yaml) or as what it is. Raises ScriptError where something is lost."""
    if not is_json(text) and COMMENT.search(text):
        raise refused("The comments (# …) would be lost. Take them out first, or leave the script as you wrote it.")
    to_json = form == "json" or (form != "yaml" and is_json(text))
    return as_json(data) if to_json else as_yaml(data)
