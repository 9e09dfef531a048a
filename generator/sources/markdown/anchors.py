"""Heading texts -> ids that people can read, the same in every build and unlike any id that something else uses."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

# Ids of templates; a heading that would get one is called part-..., whatever else is on the page.
RESERVED = frozenset(
    re.split(
        r"\s+",
        "banner breadcrumb breadcrumbs content footer header language main menu nav navigation page root search"
        " s-materials s-windows search-input search-results sidebar site skip theme title toc top",
    )
)
# fn-1, fnref-1-2 and note-1 are made by this package; `part-` has no meaning to it.
GENERATED = re.compile(r"(fn|fnref|note)-\d")
NO_WORD = re.compile(r"[^\w]+")
LONGEST = 64


def slug(text: str) -> str:
    """`报名材料` -> `报名材料`, `A b` -> `a-b`; letters and digits of every script, in NFC."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    words = NO_WORD.sub("-", folded)[:LONGEST].strip("-")
    if words in RESERVED or GENERATED.match(words):
        return "part-" + words
    return words or "part"


@dataclass(slots=True)
class Ids:
    """The ids of one body: each is given once; a repeated heading gets -2, -3 and so on."""

    used: dict[str, int] = field(default_factory=dict)

    def give(self, wanted: str) -> str:
        """The wanted id, or the first free one that starts like it."""
        chosen, number = wanted, self.used.get(wanted, 0)
        while chosen in self.used:
            number += 1
            chosen = f"{wanted}-{number}"
        if number:
            self.used[wanted] = number
        self.used.setdefault(chosen, 1)
        return chosen
