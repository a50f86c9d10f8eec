"""How good a picture is to be: what a viewer wishes, and what the encoders make of it. No I/O.

Quality is a number from 1 to 100. Encoders know others: H.264 and its like count from 0 (no loss) to 51, JPEG to 100.
"""

from dataclasses import dataclass
from typing import NamedTuple

from bots.live.picture import KINDS, Kind

AUTOMATIC, COARSE = 60, 25  # quality of the two tiers, where nobody wishes another
_SAVING = 40  # whoever wishes less than this gets the coarse tier


class Tier(NamedTuple):
    """What one encoder makes for everybody who is on it."""

    kind: Kind
    is_coarse: bool


class Qualities(NamedTuple):
    """Of one tier's pictures."""

    moving: int
    still: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person chose, or their link says. None: what the line carries, and the best that can be decoded."""

    quality: int | None = None
    kind: str | None = None

    def tier(self, codecs: list[str]) -> Tier:
        """The tier to begin with, for a viewer who decodes these codecs; JPEG every browser can."""
        known = [kind for kind in KINDS if kind in codecs] or ["jpeg"]
        kind: Kind = next((kind for kind in known if kind == self.kind), known[0])
        return Tier(kind, self.quality is not None and self.quality < _SAVING)

    def quality_on(self, tier: Tier, thrift: float = 0) -> int:
        """thrift: taken off where nobody wishes a quality of their own."""
        if self.quality is None:
            return COARSE if tier.is_coarse else round(AUTOMATIC - thrift)
        return self.quality


def crf(quality: int) -> int:
    """Of a picture in motion: 25 for the usual 60."""
    return round(50 - 0.42 * quality)


def still_crf(quality: int) -> int:
    """Of the last picture after a motion: text is to be read then, whatever the quality."""
    return min(max(crf(quality) - 7, 8), 30)


def jpeg(quality: int) -> int:
    return min(quality + 10, 97)


def still_jpeg(quality: int) -> int:
    return max(jpeg(quality), 95)
