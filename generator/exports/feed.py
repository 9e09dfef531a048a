"""Atom feeds (RFC 4287): of a collection, or of all that concerns a branch."""

from __future__ import annotations

from html import escape

from generator.engine.trace import Reader, Target
from generator.site import addresses
from generator.site.cards import Card

MOST = 30


def make(read: Reader, target: Target) -> bytes:
    """The feed of the collection, or of the branch, that the target's argument names."""
    which = str(target.arguments[0])
    base = read("base")
    settings = read("settings")
    column = None if "/" in which else read("column", which)
    owner = column.label if column else read("title", which)
    home = addresses.absolute(base, column.url if column else read("url", which))
    cards: tuple[Card, ...] = read("feed", which, MOST)
    own = addresses.absolute(base, target.path)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{escape(settings["language"])}">',
        f"<title>{escape(owner)} · {escape(settings['name'])}</title>",
        f"<id>{escape(own)}</id>",
        f"<updated>{_time(max((card.date for card in cards), default='1970-01-01'))}</updated>",
        f'<link rel="self" type="application/atom+xml" href="{escape(own)}"/>',
        f'<link rel="alternate" type="text/html" href="{escape(home)}"/>',
        f"<author><name>{escape(settings['footer'].sponsor or settings['name'])}</name></author>",
        *(line for card in cards for line in _entry(addresses.absolute(base, card.url), card)),
        "</feed>\n",
    ]
    return "\n".join(lines).encode("utf-8")


def _entry(address: str, card: Card) -> list[str]:
    lines = [
        "<entry>",
        f"<title>{escape(card.title)}</title>",
        f"<id>{escape(address)}</id>",
        f'<link rel="alternate" type="text/html" href="{escape(address)}"/>',
        f"<updated>{_time(card.date)}</updated>",
    ]
    if card.label:
        lines.append(f'<category term="{escape(card.label)}"/>')
    lines.append(f"<summary>{escape(card.summary or card.title)}</summary>")
    return [*lines, "</entry>"]


def _time(day: str) -> str:
    """A day as RFC 3339 has it; China has one time zone, and a day is as exact as publication gets."""
    return f"{day}T00:00:00+08:00"
