"""Atom feeds (RFC 4287): of a collection, or of all that concerns a branch."""

from __future__ import annotations

from html import escape

from generator.engine.trace import Reader, Target
from generator.site import addresses
from generator.site.values import FeedItem

MOST = 30
NEVER = "1970-01-01T00:00:00Z"


def make(read: Reader, target: Target) -> bytes:
    """The feed of the collection, or of the branch, that the target's argument names."""
    which = str(target.arguments[0])
    base = read("base")
    name = read("setting", "name")
    column = None if "/" in which else read("column", which)
    owner = column.label if column else read("title", which)
    home = addresses.absolute(base, column.url if column else read("url", which))
    items: tuple[FeedItem, ...] = read("feed", which, MOST)
    own = addresses.absolute(base, target.path)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{escape(read("setting", "language"))}">',
        f"<title>{escape(owner)} · {escape(name)}</title>",
        f"<id>{escape(own)}</id>",
        f"<updated>{max((item.updated for item in items), default=NEVER)}</updated>",
        f'<link rel="self" type="application/atom+xml" href="{escape(own)}"/>',
        f'<link rel="alternate" type="text/html" href="{escape(home)}"/>',
        f"<author><name>{escape(read('setting', 'footer.sponsor') or name)}</name></author>",
        *(line for item in items for line in _entry(addresses.absolute(base, item.url), item)),
        "</feed>\n",
    ]
    return "\n".join(lines).encode("utf-8")


def _entry(address: str, item: FeedItem) -> list[str]:
    lines = [
        "<entry>",
        f"<title>{escape(item.title)}</title>",
        f"<id>{escape(address)}</id>",
        f'<link rel="alternate" type="text/html" href="{escape(address)}"/>',
        f"<published>{item.published}</published>",
        f"<updated>{item.updated}</updated>",
    ]
    if item.label:
        lines.append(f'<category term="{escape(item.label)}"/>')
    lines.append(f"<summary>{escape(item.summary or item.title)}</summary>")
    return [*lines, "</entry>"]
