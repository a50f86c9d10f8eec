"""Static files with hashed names, ES module imports included, so that a deploy never mixes versions."""

import functools
import posixpath
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from django.contrib.staticfiles import finders
from servestatic.storage import CompressedManifestStaticFilesStorage

_IMPORT = re.compile(r"""^(?:import|export)\s(?:[^;'"]*?from\s*)?['"](\.[^'"]+)['"];""", re.MULTILINE)


class HashedModules(CompressedManifestStaticFilesStorage):
    """Rewrites `import … from "./x.js";` too, which Django leaves off by default in 5.2."""

    support_js_module_import_aggregation = True

    def url_converter(self, name: str, *arguments: Any, **options: Any) -> Callable[[re.Match[str]], str]:
        """Leaves htmx's extensions alone: `import("../htmx")` there is a type in a comment, not a file."""
        convert = super().url_converter(name, *arguments, **options)

        def convert_files(match: re.Match[str]) -> str:
            is_type = name.endswith(".js") and not PurePosixPath(match["url"]).suffix
            return match["matched"] if is_type else convert(match)

        return convert_files


@functools.cache
def modules_of(entry: str) -> tuple[str, ...]:
    """All modules that one brings with it, the nearest first.

    A page that names them has them fetched at once. A browser would find the next ones only in each that has come: a
    live view took four ways there and back.
    """
    found: dict[str, None] = {}
    ahead = [entry]
    for module in ahead:
        imported = [name for name in _imports(module) if name not in found]
        found |= dict.fromkeys(imported)
        ahead += imported
    return tuple(found)


def _imports(module: str) -> list[str]:
    path = finders.find(module)
    if path is None:
        raise FileNotFoundError(f"there is no static file {module}")
    folder = posixpath.dirname(module)
    return [posixpath.normpath(posixpath.join(folder, name)) for name in _IMPORT.findall(Path(path).read_text())]
