"""One encoded picture, and how it travels: a header of 16 bytes, then the payload. No I/O."""

import struct
from typing import Literal, NamedTuple

# How a picture is encoded, from the best on: video in full colour, with halved colour, what every browser decodes with
# WebCodecs, and what every browser decodes at all. The order was measured (bench/RESULTS.md).
Kind = Literal["h264-444", "h264", "vp8", "vp9", "av1", "jpeg"]
KINDS: tuple[Kind, ...] = ("h264-444", "h264", "vp8", "vp9", "av1", "jpeg")


class Picture(NamedTuple):
    """One encoded change: a whole frame of video, or the JPEG of a stripe that begins at row `y`."""

    kind: Kind
    key: bool  # can be shown without any picture before it
    width: int  # of the payload: a stripe has its own height
    height: int
    y: int
    number: int  # the same for all stripes of one moment
    captured_ns: int  # CLOCK_MONOTONIC
    payload: bytes


def is_key(kind: Kind, unit: bytes) -> bool:
    """Whether it can be decoded without any picture before it."""
    match kind:
        case "jpeg":
            return True
        case "vp8":
            return not unit[0] & 1  # the frame tag's first bit says "inter frame"
        case "vp9":
            return not unit[0] & 0b1100  # neither an existing frame shown again nor a non-key one
        case "av1":
            return len(unit) > 2 and unit[2] >> 3 & 15 == _SEQUENCE_HEADER
    return _is_idr(unit)


_SEQUENCE_HEADER = 1  # type of the AV1 unit that stands behind the delimiter of a key frame, and of no other


def _is_idr(unit: bytes) -> bool:
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
# Both kinds of H.264 say in the stream itself which they are.
_NUMBERS = {"h264": 1, "h264-444": 1, "jpeg": 3, "vp8": 4, "vp9": 6, "av1": 8}  # of key frames; a delta's is one more


def frame(picture: Picture, number: int, sharp: bool) -> bytes:
    """One picture as a binary message: number rises per viewer, sharp marks the last word after a motion."""
    kind = _NUMBERS[picture.kind] + (not picture.key)
    milliseconds = picture.captured_ns // 1_000_000 % 2**32
    place = (picture.width, picture.height, picture.y)
    return _HEADER.pack(kind, int(sharp), *place, number % 2**32, milliseconds) + picture.payload
