"""Targets made in Python: brand, feeds, calendars, site map for search engines, robots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from generator.exports import brand, calendar, feed, robots, sitemap

if TYPE_CHECKING:
    from generator.render.making import Export

EXPORTS: Mapping[str, Export] = {
    "brand": brand.make,
    "calendar": calendar.make,
    "feed": feed.make,
    "robots": robots.make,
    "sitemap": sitemap.make,
}
"""By the name that a target's maker has after `export:`."""
