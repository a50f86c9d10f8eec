"""One encoded picture, and how it travels: a header of 16 bytes, then the payload. No I/O."""

import struct
from typing import Literal, NamedTuple

Kind = Literal["h264", "jpeg"]


class Picture(NamedTuple):
    """One encoded change: a whole H.264 access unit, or the JPEG of a stripe that begins at row `y`."""

    kind: Kind
    key: bool  # can be shown without any picture before it
    width: int  # of the payload: a stripe has its own height
    height: int
    y: int
    number: int  # the same for all stripes of one moment
    captured_ns: int  # CLOCK_MONOTONIC
    payload: bytes


def is_key(unit: bytes) -> bool:
    """Whether an Annex-B access unit holds an IDR picture (NAL type 5) rather than a plain slice (1)."""
    at = unit.find(b"\0\0\1")
    while 0 <= at < len(unit) - 3:
        if (nal := unit[at + 3] & 31) in (1, 5):
            return nal == 5
        at = unit.find(b"\0\0\1", at + 3)
    return False


_FINE = 5  # the first step of a JPEG's quantizer: 3 at the quality of a still picture, 10 in motion


def is_fine(jpeg: bytes) -> bool:
    """Whether this stripe was coded for a picture that stands still."""
    tables = jpeg.find(b"\xff\xdb")
    return 0 <= tables < len(jpeg) - 5 and jpeg[tables + 5] < _FINE


_HEADER = struct.Struct(">BBHHHII")
_KINDS = {("h264", True): 1, ("h264", False): 2, ("jpeg", True): 3}


def frame(picture: Picture, number: int, sharp: bool) -> bytes:
    """One picture as a binary message: number rises per viewer, sharp marks the last word after a motion."""
    kind = _KINDS[picture.kind, picture.key]
    milliseconds = picture.captured_ns // 1_000_000 % 2**32
    place = (picture.width, picture.height, picture.y)
    return _HEADER.pack(kind, int(sharp), *place, number % 2**32, milliseconds) + picture.payload
