"""What a middle click does not do: to paste what somebody else has selected. middle.js keeps it from that in pages."""

from pathlib import Path

from bots.live.world import Part

MIDDLE = Part(Path(__file__).with_suffix(".js").read_text())
