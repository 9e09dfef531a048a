"""What a Markdown text becomes: HTML with slots for addresses that only the render stage knows (light to import)."""

from __future__ import annotations

import html as markup
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from generator.diagnostics import Diagnostic, Span

Kind = Literal["ref", "file", "image", "attachment"]

HREF = "\x00"
"""Stands on both sides of an index into `Body.links`: here goes the address of that link."""
TITLE = "\x01"
"""The same for the title of what a link without a text points to."""


class Link(Struct, frozen=True, array_like=True):
    """A reference out of a body, as written: `ref` to an id, `file` to an .md path, `image` and `attachment` to files.

    Paths are percent-decoded and normalised, relative to the folder of the body's file; they may start with `../`.
    """

    kind: Kind
    target: str
    fragment: str = ""


class Heading(Struct, frozen=True, array_like=True):
    """A heading of a body, for tables of contents; the level is that of the HTML, 2 to 6."""

    level: int
    id: str
    text: str


class Body(Struct, frozen=True, array_like=True):
    """A Markdown text as HTML; no position is in it, so that it stays the same when lines move."""

    html: str = ""
    links: tuple[Link, ...] = ()
    headings: tuple[Heading, ...] = ()
    plain: str = ""
    """The visible text with folded whitespace, for search and summaries."""
    ids: tuple[str, ...] = ()
    """Every id in the HTML, in order: what a `#fragment` may name."""


class Parsed(Struct, frozen=True, array_like=True):
    """A body, the place of each of its links in the file, and the problems found."""

    body: Body
    spans: tuple[Span, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def fill(html: str, hrefs: Sequence[str], titles: Sequence[str] = ()) -> str:
    """The HTML with an address, and a title where the text was empty, for each of the body's links (unescaped)."""
    # To split at the slots takes a third of the time of a regular expression that looks at each character.
    for slot, values in ((HREF, hrefs), (TITLE, titles)):
        if slot in html:
            parts = html.split(slot)
            parts[1::2] = [markup.escape(values[int(part)]) for part in parts[1::2]]
            html = "".join(parts)
    return html
