"""`q`, the one object in a template: every value that it gives is a recorded question."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Any

from markupsafe import Markup

from generator.engine.trace import Reader
from generator.model.settings import Brand, Footer, Settings
from generator.render.shared import Shared
from generator.site import addresses, listing, relations
from generator.site.addresses import Base
from generator.site.values import Near
from generator.sources.body import Heading, fill


class Shown:
    """The settings, one question for each value that is shown: a new slogan makes no page that lacks it."""

    def __init__(self, read: Reader, group: str = "") -> None:
        self._read = read
        self._group = group

    def __getattr__(self, name: str) -> Any:
        """A value, or a group of values; what was asked once on a page is at hand."""
        if not self._group and name in GROUPS:
            value: Any = Shown(self._read, f"{name}.")
        elif name in (GROUPS[self._group[:-1]] if self._group else Settings).__struct_fields__:
            value = self._read("setting", self._group + name)
        else:
            raise AttributeError(name)
        self.__dict__[name] = value
        return value


GROUPS = {"brand": Brand, "footer": Footer}
EMPTY_LINK = '<a href=""'


class Portal:
    """The questions that a template may ask, by their names in `site.world`."""

    def __init__(self, read: Reader, shared: Shared) -> None:
        self._read = read
        self._shared = shared
        self._base: Base | None = None
        self._settings = Shown(read)

    @property
    def settings(self) -> Shown:
        """site.yaml: name, short_name, description, language, brand, footer, sample, contact …"""
        return self._settings

    @property
    def base(self) -> Base:
        """Where the site is published."""
        if self._base is None:
            self._base = self._read("base")
        return self._base

    @property
    def site_feed(self) -> Any:
        """The URL of the feed of all news; empty where there is none."""
        return self._read("site-feed")

    def shared(self, macro: Any, *texts: str | int) -> Markup:
        """What an imported macro writes for `q` and some texts, which is the same on many pages."""
        return self._shared(macro, texts, self._read, lambda read: Portal(read, self._shared))

    def links(self, ids: Iterable[str]) -> tuple[Near, ...]:
        """URL and title of each entry that is on the site."""
        return tuple(Near(url, self._read("title", id_)) for id_ in ids if (url := self._read("url", id_)))

    @property
    def doors(self) -> Any:
        """The same as the menu, with what each has behind it."""
        return self._read("doors")

    @property
    def menu(self) -> Any:
        """The main navigation: tuple of MenuItem."""
        return self._read("menu")

    def entry(self, id_: str) -> Any:
        """The entry: every field by its English name."""
        return self._read("entry", id_)

    def title(self, id_: str) -> Any:
        """Its title."""
        return self._read("title", id_)

    def url(self, id_: str) -> Any:
        """Its URL."""
        return self._read("url", id_)

    def column(self, name: str) -> Any:
        """A collection as this portal presents it."""
        return self._read("column", name)

    def divisions(self, name: str) -> Any:
        """The facets of a collection that have a value."""
        return self._read("divisions", name)

    def ancestors(self, id_: str) -> Any:
        """The organisations above it, the top first: tuple of Near."""
        return relations.ancestors(self._read, id_)

    def neighbours(self, id_: str) -> Any:
        """What comes before it in the list, and after it."""
        return relations.neighbours(self._read, id_)

    def href(self, url: str) -> str:
        """A URL of the site, as an attribute needs it."""
        return (self._base or self.base).path + addresses.encoded(url)

    def absolute(self, url: str) -> str:
        """A URL of the site in full."""
        return addresses.absolute(self.base, url)

    def asset(self, name: str) -> str:
        """The address of a file in templates/assets."""
        return self.href(self._read("asset", name))

    @property
    def brand_sheet(self) -> str:
        """The address of the stylesheet with the colours of the brand."""
        return self.href(addresses.of_brand(self._read("setting", "brand.colour")))

    def integrity(self, name: str) -> Any:
        """The digest of a file in templates/assets, for the attribute of that name."""
        return self._read("integrity", name)

    def division(self, collection: str, facet: str, value: str) -> str:
        """The URL of the list of those entries that have a value, which some page of the site does."""
        return _division(collection, facet, value)

    def media(self, id_: str, file: str, *, full: bool = False) -> str:
        """The address of a file beside the entry's own, if need be in full; empty if it is absent."""
        url = self._read("media", id_, file)
        return "" if not url else self.absolute(url) if full else self.href(url)

    def body(self, id_: str) -> Markup:
        """The text of an entry as HTML, its links filled in."""
        body = self._read("body", id_)
        if body is None:
            return Markup()
        hrefs = self._read("hrefs", id_)
        html = fill(body.html, [self.href(h.url) if h.url else "" for h in hrefs], [h.title for h in hrefs])
        # What is not on the site today is named, but not linked.
        return Markup(html.replace(EMPTY_LINK, "<a"))

    def headings(self, id_: str, deepest: int = 6) -> tuple[Heading, ...]:
        """The headings of an entry's text, for a table of contents, down to a level."""
        body = self._read("body", id_)
        return tuple([one for one in body.headings if one.level <= deepest]) if body is not None else ()

    def listing(self, collection: str, facet: str = "", value: str = "", page: int = 1) -> Any:
        """One page of a list."""
        return listing.listing(self._read, collection, facet, value, page)

    def upcoming(self, id_: str = "", most: int = 5) -> Any:
        """The next events, of the site or of one branch."""
        return listing.cards(self._read, self._read("coming", id_, most))

    def tree(self, above: str = "") -> Any:
        """The organisations below one, or from the top."""
        return self._read("tree", above)

    def cards(self, collection: str, most: int = 1000) -> Any:
        """The first cards of a collection in the order of its list."""
        return listing.cards(self._read, self._read("first", collection, "", "", most))

    def news_of(self, column: str, most: int = 6) -> Any:
        """The newest news of one column."""
        return listing.cards(self._read, self._read("first", "news", "column", column, most))

    def feed(self, which: str, most: int = 30) -> Any:
        """The newest entries of a collection, or those that name a branch."""
        return self._read("feed", which, most)

    @property
    def areas(self) -> Any:
        """Where members come from: tuple of AreaNode, provinces first."""
        return self._read("areas")

    @property
    def area_names(self) -> Any:
        """The same without the branches."""
        return self._read("area-names")

    def mentions(self, id_: str, skipped: str = "", most: int = 10) -> Any:
        """Who names an entry, by collection; `skipped` names collections, divided by spaces."""
        return relations.mentions(self._read, id_, skipped, most)

    @property
    def figures(self) -> Any:
        """Every claim with its coverage."""
        return self._read("figures")

    @property
    def changes(self) -> Any:
        """Every page of an entry with the day of its last change."""
        return self._read("changes")

    @property
    def contents(self) -> Any:
        """Every page of an entry with its title: tuple of Content."""
        return self._read("contents")

    def __getattr__(self, name: str) -> Any:
        """The questions that take an id or a name and need no more words: `q.card(id)`, `q.entry(id)` and the like."""
        if name not in PLAIN:
            raise AttributeError(name)
        ask = partial(self._read, name)
        self.__dict__[name] = ask
        return ask


# A cache of a pure function: to make a path of a Chinese word takes 5 us, and most pages link to a few of the same.
@lru_cache(maxsize=1024)
def _division(collection: str, facet: str, value: str) -> str:
    return addresses.of_list(collection, listing.facet_named(collection, facet).segment, value)


# fmt: off
PLAIN = frozenset((
    "card", "area", "calendar", "month", "series", "section", "hot", "past", "progress",
))
