"""sitemap.xml by the protocol of sitemaps.org: the pages of entries and lists, with the day of the last change."""

from __future__ import annotations

from html import escape

from generator.engine.trace import Reader, Target
from generator.site import addresses


def make(read: Reader, _target: Target) -> bytes:
    """The site map; lists have no date of their own."""
    base = read("base")
    lines = ['<?xml version="1.0" encoding="utf-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    for url in ("", *(item.url for item in read("menu"))):
        lines.append(f"<url><loc>{escape(addresses.absolute(base, url))}</loc></url>")
    pages = {item.url for item in read("menu")}
    for change in read("changes"):
        if change.url not in pages:
            where = escape(addresses.absolute(base, change.url))
            lines.append(f"<url><loc>{where}</loc><lastmod>{change.date}</lastmod></url>")
    return "\n".join([*lines, "</urlset>\n"]).encode("utf-8")
