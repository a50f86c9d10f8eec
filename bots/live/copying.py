"""Pictures that a person copies out of a page."""

import io

from PIL import Image

from bots.live.control import Refused

LONGEST_COPY = 500_000  # bytes; a viewer may have twice as much before it
_MOST_PIXELS = 40_000_000
_LARGEST_SIDE = 1600  # pixels
_SMALLER = 0.7
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "ICO")  # nothing here draws SVG


def as_png(data: bytes) -> bytes:
    """The only kind that browsers take into a clipboard, as large as it may be. Raises Refused."""
    copy = _drawn(data)
    copy.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
    while len(png := _encoded(copy)) > LONGEST_COPY:
        copy.thumbnail((copy.width * _SMALLER, copy.height * _SMALLER))
    return png


def _drawn(data: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise Refused("This picture is too large to be copied: save it instead.")
            return image.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refused("A picture of this kind cannot be copied: save it instead.") from None


def _encoded(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
