"""Figures, and how they are written down."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, the figure in words, and the aim."""

    what: str
    figure: str
    aim: str


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


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
    text = f"""# Figures

Measured by `make bench` on {datetime.now(UTC):%d %B %Y}: {machine(browser)}. Everything ran on that one
machine, the person's browser included. Times are noisy there; ratios were taken in one run.

{table(rows)}

"""
    path = Path(__file__).parent / "RESULTS.md"
    notes = path.read_text().partition("## Notes")[2] if path.exists() else ""
    path.write_text(text + (f"## Notes{notes}" if notes else ""))
