"""Static files with hashed names, ES module imports included, so that a deploy never mixes versions."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from servestatic.storage import CompressedManifestStaticFilesStorage


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
