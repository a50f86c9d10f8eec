"""What text fields suggest (`datalist`), drawn in the page while somebody drives.

Chromium's own list is a Wayland subsurface, and the compositor's pointer goes through: a click on it lands in the page
below. And of keys by CDP it never hears, for those are kept from the browser's own interface (T31).
"""

from pathlib import Path

from bots.live.world import Document, Part, World


class Suggestions:
    def __init__(self, world: World) -> None:
        self._world = world
        script = Path(__file__).with_suffix(".js").read_text()
        world.add(Part(script, began=self._began, rests=self._rests))

    def _began(self, document: Document) -> None:
        self._world.tell(document, "globalThis.hitlSuggest?.(true)")

    def _rests(self, document: Document) -> None:
        self._world.tell(document, "globalThis.hitlSuggest?.(false)")
