"""The headings of a body, as they come: each gets its level on the page and an id of its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from generator.sources.body import Heading
from generator.sources.markdown.anchors import Ids, slug
from generator.sources.markdown.draft import Draft


@dataclass(slots=True)
class Headings:
    """Gathers the headings of one body and reports what is wrong with their order."""

    draft: Draft
    found: list[Heading] = field(default_factory=list)
    ids: Ids = field(default_factory=Ids)

    def add(self, tag: str, written: str, lines: Sequence[int] | None) -> Heading | None:
        """One heading; `#` is the title's, which the page has from elsewhere, so it counts as `##`."""
        text = unicodedata.normalize("NFC", " ".join(written.split()))
        if not text:
            self._report("M018", lines)
            return None
        level = max(2, int(tag[1:]))
        if tag == "h1":
            self._report("M016", lines, text=text)
        before = self.found[-1].level if self.found else 1
        if level > before + 1:
            self._report("M017", lines, text=text, found="#" * level, wanted="#" * (before + 1))
        heading = Heading(level, self.ids.give(slug(text)), text)
        self.found.append(heading)
        return heading

    def _report(self, code: str, lines: Sequence[int] | None, **arguments: str) -> None:
        self.draft.report(code, self.draft.places.block(lines).start(), **arguments)
