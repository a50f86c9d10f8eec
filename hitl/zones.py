"""Time zones by their names, as people choose them from a list."""

from functools import lru_cache
from itertools import groupby
from zoneinfo import available_timezones

REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@lru_cache
def names() -> frozenset[str]:
    """Those that are called after a place, and UTC."""
    return frozenset({"UTC", *(name for name in available_timezones() if name.startswith(REGIONS) and "/" in name)})


@lru_cache
def choices() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """For a list to choose from: UTC, then the places of each region."""
    places = sorted(names() - {"UTC"})
    by_region = groupby(places, lambda name: name.partition("/")[0])
    return [("UTC", "UTC"), *((region, [_choice(name) for name in of]) for region, of in by_region)]


def _choice(name: str) -> tuple[str, str]:
    return name, name.replace("_", " ")
