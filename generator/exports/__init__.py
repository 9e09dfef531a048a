"""Targets made in Python: feeds, site map for search engines, robots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from generator.exports import feed, robots, sitemap

if TYPE_CHECKING:
    from generator.render.making import Export

EXPORTS: Mapping[str, Export] = {"feed": feed.make, "sitemap": sitemap.make, "robots": robots.make}
"""By the name that a target's maker has after `export:`."""
