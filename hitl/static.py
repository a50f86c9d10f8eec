"""Static files with hashed names, ES module imports included, so that a deploy never mixes versions."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedModules(CompressedManifestStaticFilesStorage):
    """Rewrites `import … from "./x.js";` too, which Django leaves off by default in 5.2."""

    support_js_module_import_aggregation = True
