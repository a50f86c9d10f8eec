"""Names of files that come from elsewhere, as they may be shown, stored beside others and offered for saving."""

import unicodedata

LONGEST = 150  # characters, so that every file system takes it
_RESERVED = set('<>:"|?*')


def safe_name(name: str) -> str:
    """One plain name: no folder, nothing that turns the text around or that a desk's system refuses."""
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(
        "_" if c in _RESERVED else c for c in name if not unicodedata.category(c).startswith(("C", "Z")) or c == " "
    )
    name = name.strip(" .")
    if len(name) > LONGEST:
        stem, ending = split(name)
        name = stem[: LONGEST - len(ending)] + ending
    return name or "file"


def numbered(name: str, number: int) -> str:
    """`report (2).csv`: beside one that is called `report.csv` already."""
    stem, ending = split(name)
    mark = f" ({number})"
    return stem[: LONGEST - len(ending) - len(mark)] + mark + ending


def split(name: str) -> tuple[str, str]:
    """What stands before the ending, and the ending with its dot; a long one is none."""
    stem, dot, ending = name.rpartition(".")
    return (stem, dot + ending) if stem and len(ending) <= 16 else (name, "")
