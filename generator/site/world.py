"""The world that targets ask: questions by name, answers as pure functions of the catalog and the other sources."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from generator.engine.trace import Query
from generator.model.collections import COLLECTIONS, ON_ONE_PAGE
from generator.site import addresses, listing, relations
from generator.site.addresses import Base
from generator.site.cards import card_of, title_of
from generator.site.catalog import Catalog
from generator.site.values import Change, Content

Ask = Callable[..., Any]


@dataclass(frozen=True)
class Site:
    """Answers questions of the content; `others` answer those of templates and assets, by the first word."""

    catalog: Catalog
    base: Base
    others: Mapping[str, Ask] = field(default_factory=dict)

    def answer(self, query: Query) -> object:
        """The answer to a query; KeyError for a question that nobody knows."""
        name, *arguments = query
        if isinstance(name, str) and name in self.others:
            return self.others[name](*arguments)
        return QUESTIONS[str(name)](self, *arguments)


def _card(site: Site, id_: str) -> object:
    record = site.catalog.records.get(id_)
    return card_of(site.catalog, record) if record else None


def _entry(site: Site, id_: str) -> object:
    record = site.catalog.records.get(id_)
    return record.entry if record else None


def _body(site: Site, id_: str) -> object:
    record = site.catalog.records.get(id_)
    return record.body if record else None


def _cards(site: Site, collection: str, most: int) -> object:
    return tuple(card_of(site.catalog, record) for record in site.catalog.listed[collection][:most])


def _column_cards(site: Site, column: str, most: int) -> object:
    """The newest news of one column."""
    records = listing.members(site.catalog, "news", "column", column)
    return tuple(card_of(site.catalog, record) for record in records[:most])


def _series(site: Site, name: str) -> object:
    return next((series.intro for series in site.catalog.settings.series if series.name == name), "")


def media_url(site: Site, path: str) -> str:
    """Where a picture or attachment is published: its name changes with its content; empty if there is none."""
    digest = site.catalog.library.files.get(path)
    if digest is None:
        return ""
    stem, suffix = posixpath.splitext(posixpath.basename(path))
    return f"media/{addresses.segment_of(stem)}.{digest[:10]}.{re.sub('[^a-z0-9]', '', suffix.lower())}"


def _beside(site: Site, id_: str, file: str) -> str:
    """The address of a file that an entry names."""
    record = site.catalog.records.get(id_)
    if record is None:
        return ""
    return media_url(site, posixpath.normpath(posixpath.join(posixpath.dirname(record.path), file))[len("content/") :])


def _changes(site: Site) -> object:
    """Every entry that has a page, for site maps."""
    return tuple(
        Change(
            addresses.of_entry(record.id),
            f"{record.entry.updated or record.entry.date:%Y-%m-%d}",
        )
        for name in COLLECTIONS
        if name not in ON_ONE_PAGE
        for record in site.catalog.listed[name]
    )


def _contents(site: Site) -> object:
    """Every entry that has a page, for the page that lists them."""
    return tuple(
        Content(addresses.of_entry(record.id), record.entry.title, record.collection)
        for name in COLLECTIONS
        if name not in ON_ONE_PAGE
        for record in site.catalog.listed[name]
    )


def _file(site: Site, path: str) -> object:
    return site.catalog.library.files.get(path)


def _static(site: Site, path: str) -> object:
    return site.catalog.library.static.get(path)


def _setting(site: Site, name: str) -> object:
    """One value of site.yaml, such as `name` or `footer.phone`, so that a page depends on those that it shows."""
    settings = site.catalog.settings
    if name == "domain":
        return settings.domain or urlsplit(site.base.url).hostname or ""
    value: object = settings
    for part in name.split("."):
        value = getattr(value, part)
    return value


QUESTIONS: Mapping[str, Ask] = {
    "setting": _setting,
    "base": lambda site: site.base,
    "menu": lambda site: listing.menu(site.catalog),
    "site-feed": lambda site: listing.feed_of("news") if site.catalog.listed["news"] else "",
    "doors": lambda site: listing.doors(site.catalog),
    "column": lambda site, name: listing.column(site.catalog, name),
    "divisions": lambda site, name: listing.divisions(site.catalog, name),
    "listing": lambda site, name, facet, value, page: listing.listing(site.catalog, name, facet, value, page),
    "areas": lambda site: listing.home_areas(site.catalog),
    "area-names": lambda site: listing.area_names(site.catalog),
    "area": lambda site, value: listing.area(site.catalog, value),
    "series": _series,
    "section": lambda site, name: listing.section(site.catalog, name),
    "hot": lambda site, most: listing.hot(site.catalog, most),
    "entry": _entry,
    "body": _body,
    "card": _card,
    "cards": _cards,
    "news-of": _column_cards,
    "title": lambda site, id_: title_of(site.catalog, id_),
    "url": lambda site, id_: addresses.of_entry(id_) if id_ in site.catalog.records else "",
    "hrefs": lambda site, id_: relations.hrefs(site.catalog, id_, lambda path: media_url(site, path)),
    "media": _beside,
    "mentions": lambda site, id_, skipped, most: relations.mentions(site.catalog, id_, skipped, most),
    "neighbours": lambda site, id_: relations.neighbours(site.catalog, id_),
    "tree": lambda site, above: relations.tree(site.catalog, above),
    "ancestors": lambda site, id_: relations.ancestors(site.catalog, id_),
    "upcoming": lambda site, id_, most: relations.upcoming(site.catalog, id_, most),
    "past": lambda site, id_: id_ in site.catalog.records and site.catalog.past(site.catalog.records[id_]),
    "progress": lambda site, id_: relations.progress(site.catalog, id_),
    "feed": lambda site, which, most: relations.feed(site.catalog, which, most),
    "figures": lambda site: relations.figures(site.catalog),
    "changes": _changes,
    "contents": _contents,
    "file": _file,
    "static": _static,
}
"""Every question that a page can ask of the content."""
