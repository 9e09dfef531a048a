"""What many pages have in common: written once in a build, with the questions that it was made from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from generator.engine.trace import Reader

# A list's facets are the same on each of its pages, and those are made one after another: 64 are enough, and take
# less than two megabytes.
MOST = 64
PLAIN = frozenset((str, int, bool))


class Shared:
    """Pieces that were written, by macro and texts. It lives as long as the answers: as one build."""

    def __init__(self) -> None:
        self._written: dict[tuple[object, ...], tuple[Markup, Reader]] = {}

    def __call__(
        self, macro: Any, texts: tuple[object, ...], read: Reader, portal: Callable[[Reader], object]
    ) -> Markup:
        """What the macro writes for `q` and the texts; the questions behind it are recorded for each page."""
        if not getattr(macro, "lasting", False) or not PLAIN.issuperset(map(type, texts)):
            raise TypeError("q.shared takes an imported macro and plain texts")
        # 1 and true are equal, and are written differently.
        key = (macro, *texts, *map(type, texts))
        known = self._written.get(key)
        if known is None:
            part = read.apart()
            try:
                # With a portal of its own: that of the page would not ask again what the page has asked already.
                known = self._written[key] = Markup(macro(portal(part), *texts)), part
            finally:
                read.include(part)
            if len(self._written) > MOST:
                del self._written[next(iter(self._written))]
        else:
            read.include(known[1])
        return known[0]
