"""Figures, and how they are written down."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PATH = Path(__file__).parent / "RESULTS.md"


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, the figure in words, and the aim."""

    what: str
    figure: str
    aim: str


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[round(share * (len(ordered) - 1))]


def spread(values: list[float], unit: str = "ms") -> str:
    """`p50 120 ms, p95 180 ms (20 runs)`."""
    middle, late = statistics.median(values), quantile(values, 0.95)
    return f"p50 {middle:.0f} {unit}, p95 {late:.0f} {unit} ({len(values)} runs)"


def table(rows: list[Row]) -> str:
    lines = ["| what | figure | aim |", "|---|---|---|"]
    return "\n".join(lines + [f"| {row.what} | {row.figure} | {row.aim} |" for row in rows])


def machine(browser: str) -> str:
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ": ?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    version = subprocess.run([browser, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    cores = os.cpu_count()
    processor = model.split(":", 1)[1].strip()
    return f"{processor}, {cores} cores, {memory:.0f} GiB, no GPU; {version}; Python {platform.python_version()}"


def write(rows: list[Row], browser: str) -> None:
    """The head of RESULTS.md; its sections stay as they are."""
    head = f"""# Figures

Measured by `make bench` on {datetime.now(UTC):%d %B %Y}: {machine(browser)}. Everything ran on that one
machine, the person's browser included. Times are noisy there; ratios were taken in one run.

{table(rows)}
"""
    _, sections = _read()
    _write(head, sections)


def put(title: str, text: str) -> None:
    """One section of RESULTS.md, in place of what stood there under this title."""
    head, sections = _read()
    _write(head, sections | {title: f"\n{text}\n"})


def _read() -> tuple[str, dict[str, str]]:
    """What stands before the first section, and each section by its title."""
    head, *parts = PATH.read_text().split("\n## ") if PATH.exists() else ["# Figures\n"]
    return head, {title: text for title, _, text in (part.partition("\n") for part in parts)}


def _write(head: str, sections: dict[str, str]) -> None:
    parts = [head.rstrip(), *(f"## {title}\n\n{text.strip()}" for title, text in sections.items())]
    PATH.write_text("\n\n".join(parts) + "\n")
