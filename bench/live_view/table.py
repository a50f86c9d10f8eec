"""The figures as tables, and as ratios against the aims."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import zip_longest

from bench import results
from bench.live_view.measuring import PAGES, Figures
from bench.live_view.shaper import KINDS

All = dict[tuple[str, str, str], Figures]  # by system, line and page

# What the ratios should be on the photo-heavy page, by line but the slowest: the largest or, with ≥, the smallest.
AIMS = {
    ("press", "noVNC"): ("≤ 1.2", "≤ 1.1", "≤ 1.05"),
    ("press", "Selkies"): ("≤ 0.9", "≤ 1.0", "≤ 1.0"),
    ("frames", "noVNC"): ("≥ 3", "≥ 10", "≥ 40"),
    ("frames", "Selkies"): ("≥ 1", "≥ 1", "≥ 1"),
    ("bytes", "noVNC"): ("≤ 0.1", "≤ 0.3", "≤ 1"),
    ("bytes", "Selkies"): ("≤ 0.7", "≤ 0.7", "≤ 1"),
}
WORDS = {
    "press": "click or key to pixel, p50",
    "frames": "frames a second while scrolling",
    "bytes": "bytes a second while scrolling",
}


def write(text: str, rows: list[results.Row], chromium: str) -> None:
    """The section of RESULTS.md that belongs to the live view; notes on it stand in a section of their own."""
    intro = f"""Measured by `python -m bench live_view` on {datetime.now(UTC):%d %B %Y}: {results.machine(chromium)}.
Viewer, lines, servers and the browsers that were looked at shared that one machine, browsers and peers
at nice 5, as our browser servers are. Each figure was read in the
viewer's page: from the DOM event there to the first look, one every 4 ms, at which its canvas (Selkies: its video)
has the changed pixels. Ratios are of figures from the same run, in which the systems took turns; one that misses its
aim stands in bold."""
    results.put("Live view", f"{intro}\n\n{text}\n\n{results.table(rows)}")


def tables(all_figures: All, names: list[str]) -> str:
    parts = [_absolute(all_figures, names, page) for page in PAGES]
    peers = [name for name in names if name != "hitl"]
    if "hitl" in names and peers:
        parts.append(_ratios(all_figures, peers))
    return "\n\n".join(parts)


def _absolute(all_figures: All, names: list[str], page: str) -> str:
    head = ["what", "system", *(kind.name for kind in KINDS)]
    rows = []
    for what, cell in _CELLS.items():
        for name in names:
            of_lines = [all_figures[name, kind.name, page] for kind in KINDS]
            cells = [cell(figures) if figures.clicks else "–" for figures in of_lines]
            rows.append([what, name, *cells])
    title = "Photo-heavy page" if page == "photos" else "Plain page"
    return f"**{title}**\n\n{_markdown(head, rows)}"


def _ratios(all_figures: All, peers: list[str]) -> str:
    head = ["hitl to its peer, photo-heavy page", *(f"{kind.name} (aim)" for kind in KINDS)]
    rows = []
    for what, value in _VALUES.items():
        for peer in peers:
            cells = []
            for kind, aim in zip_longest(KINDS, AIMS[what, peer]):
                ours = value(all_figures["hitl", kind.name, "photos"])
                theirs = value(all_figures[peer, kind.name, "photos"])
                cells.append(judged(ours / theirs, aim) if ours and theirs else "–")
            rows.append([f"{WORDS[what]}, to {peer}", *cells])
    return _markdown(head, rows)


def judged(ratio: float, aim: str | None) -> str:
    """`0.93 (≤ 1.2)`, in bold where the aim is missed."""
    if aim is None:
        return f"{ratio:.2f}"
    sign, limit = aim.split()
    met = ratio <= float(limit) if sign == "≤" else ratio >= float(limit)
    text = f"{ratio:.2f} ({aim})"
    return text if met else f"**{text}**"


def _press(figures: Figures) -> float:
    both = figures.clicks + figures.keys
    return statistics.median(both) if both else 0


_VALUES: dict[str, Callable[[Figures], float]] = {
    "press": _press,
    "frames": lambda figures: _middle(figures.frames),
    "bytes": lambda figures: _middle(figures.scroll_bytes),
}


def _middle(values: list[float]) -> float:
    return statistics.median(values) if values else 0


def _late(values: list[float]) -> float:
    return results.quantile(values, 0.95) if values else 0


_CELLS: dict[str, Callable[[Figures], str]] = {
    "click to pixel, p50 / p95 ms": lambda f: f"{_middle(f.clicks):.0f} / {_late(f.clicks):.0f}" + _lost(f),
    "key to pixel, p50 / p95 ms": lambda f: f"{_middle(f.keys):.0f} / {_late(f.keys):.0f}",
    "of both, after the first bytes had come, p50 ms": lambda f: f"{_middle(f.shown):.0f}" if f.shown else "–",
    "frames a second while scrolling": lambda f: f"{_middle(f.frames):.1f}",
    "age of a frame while scrolling, p50 / p95 ms": lambda f: f"{_middle(f.ages):.0f} / {_late(f.ages):.0f}",
    "MB a second while scrolling": lambda f: f"{_middle(f.scroll_bytes) / 1e6:.2f}",
    "KB per key stroke": lambda f: f"{_middle(f.key_bytes) / 1e3:.1f}",
    "socket open to first picture, ms": lambda f: f"{_middle(f.first):.0f}" if f.first else "–",
    "a look at the picture, ms": lambda f: f"{_middle(f.look):.2f}",
}


def _lost(figures: Figures) -> str:
    return f" ({figures.lost} never seen)" if figures.lost else ""


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])
