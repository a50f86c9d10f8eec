"""`make test`: where PostgreSQL is found, states, races and sweepers on it; then everything on SQLite.

A few processes share the tests, file by file; each has a database, a folder and a stack of its own. On SQLite, where
the stories are, one more than there are processors, because a part of a story is waiting.
`make test ARGS="-n0 tests/alerts"` runs a part in one.

Under CI, on a machine that is shared with others, a few tests of the second pass that fail get a second chance, and the
end of the output names them with what went wrong the first time. In the first pass, and by hand, one that fails has
failed: a race is lost only now and then, and a second chance would hide it.
"""

import os
import subprocess
import sys

from hitl.up.trouble import Trouble
from tests.machine import set_up
from tests.postgres import found, private_cluster

SECOND_CHANCE = ["--reruns", "1", "--max-suite-reruns", "5", "--rerun-show-tracebacks"] if "CI" in os.environ else []
PYTEST = [sys.executable, "-m", "pytest"]
PROCESSORS = min(os.cpu_count() or 1, 6)
# Said again, because importing anything of hitl puts the product's own settings there.
ENVIRONMENT = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)  # each process would rewrite the asserts of all files for itself


def shared(processes: int) -> list[str]:
    return ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]


def on_postgres(arguments: list[str]) -> int:
    """The tests marked `database`, against a cluster that lives only as long as they do."""
    with private_cluster() as url:
        environment = {**ENVIRONMENT, "DATABASE_URL": url}
        chosen = ["-m", "database", "--reuse-db"]  # the cluster goes: to drop each database waits for its connections
        return subprocess.call([*PYTEST, *shared(PROCESSORS), *chosen, "-q", *arguments], env=environment)


def main(arguments: list[str]) -> int:
    """The worse of the two passes; 5 is pytest's word for "no test was chosen"."""
    try:
        set_up()
    except Trouble as trouble:
        print(f"The tests cannot run. {trouble}", file=sys.stderr)
        return 1
    first = 0
    if found() and "DATABASE_URL" not in os.environ:
        print("States, races and sweepers on PostgreSQL:", flush=True)
        first = on_postgres(arguments)
    second = subprocess.call([*PYTEST, *SECOND_CHANCE, *shared(PROCESSORS + 1), *arguments], env=ENVIRONMENT)
    return second or (first if first != 5 else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
