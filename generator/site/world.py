"""The world that targets ask: what the sources say, by name, and what is worked out from that by reading it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from generator.engine.trace import Query, Reader, digest, digest_bytes
from generator.model.collections import COLLECTIONS, ON_ONE_PAGE
from generator.site import addresses, agenda, cards, listing, relations
from generator.site.addresses import Base
from generator.site.catalog import Catalog
from generator.site.values import Change, Content

Ask = Callable[..., Any]
Input = tuple[Callable[..., str], Ask]
"""The state of an answer, which changes whenever the answer does, and the answer."""


@dataclass(frozen=True)
class Site:
    """Answers questions of the content; `others` are the inputs of templates and assets, whose state is the answer."""

    catalog: Catalog
    base: Base
    others: Mapping[str, Ask] = field(default_factory=dict)

    @cached_property
    def inputs(self) -> Container[str | int]:
        """The first words of the questions about the sources."""
        return frozenset((*INPUTS, *self.others))

    @property
    def fleeting(self) -> Container[str | int]:
        """The first words of those that hardly more than the page of one entry asks."""
        return OF_A_PAGE

    def state(self, query: Query) -> str:
        """A text that changes whenever the answer of an input does; empty for one that is not there any more."""
        name, *arguments = query
        known = INPUTS.get(str(name))
        found: str = known[0](self, *arguments) if known else self.others[str(name)](*arguments)
        return found

    def changes(self) -> tuple[frozenset[str], list[Query]] | None:
        """If few entries changed and nothing else in content/: first words of inputs, and those that may differ."""
        library = self.catalog.library
        if library.changed is None:
            return None
        found: list[Query] = [(name, id_) for id_ in library.changed for name in OF_ONE]
        return OF_CONTENT, found + [(name,) for name in OF_ALL if library.retitled]

    def answer(self, query: Query, read: Reader) -> object:
        """The answer to a query; KeyError for a question that nobody knows."""
        name, *arguments = query
        if (question := QUESTIONS.get(str(name))) is not None:
            return question(read, *arguments)
        if (known := INPUTS.get(str(name))) is not None:
            return known[1](self, *arguments)
        return self.others[str(name)](*arguments)


def _entry_state(site: Site, id_: str) -> str:
    head = site.catalog.heads.get(id_)
    return head.entry_digest if head else ""


def _entry(site: Site, id_: str) -> object:
    return site.catalog.library.entry(id_) if id_ in site.catalog.heads else None


def _body_state(site: Site, id_: str) -> str:
    head = site.catalog.heads.get(id_)
    return head.body_digest if head else ""


def _body(site: Site, id_: str) -> object:
    head = site.catalog.heads.get(id_)
    return site.catalog.library.body(id_) if head and head.body_digest else None


def _title(site: Site, id_: str) -> str:
    head = site.catalog.heads.get(id_)
    return head.title if head else ""


def _url(site: Site, id_: str) -> str:
    return addresses.of_entry(id_) if id_ in site.catalog.heads else ""


def _outline_state(site: Site, id_: str) -> str:
    head = site.catalog.heads.get(id_)
    return head.outline_digest if head else ""


def _outline(site: Site, id_: str) -> object:
    head = site.catalog.heads.get(id_)
    return head.outline if head else None


def _path(site: Site, id_: str) -> str:
    return site.catalog.library.homes[id_][0] if id_ in site.catalog.heads else ""


def _at(site: Site, path: str) -> str:
    """The published entry to which the path of a file leads."""
    return site.catalog.paths.get(path, "")


def media_url(path: str, digest: str) -> str:
    """Where a picture or attachment is published: its name changes with its content; empty if there is none."""
    if not digest:
        return ""
    stem, suffix = posixpath.splitext(posixpath.basename(path))
    return f"media/{addresses.segment_of(stem)}.{digest[:10]}.{re.sub('[^a-z0-9]', '', suffix.lower())}"


def _file(site: Site, path: str) -> str:
    return site.catalog.library.files.get(path, "")


def _static(site: Site, path: str) -> str:
    return site.catalog.library.static.get(path, "")


def _setting(site: Site, name: str) -> object:
    """One value of site.yaml, such as `name` or `footer.phone`, so that a page depends on those that it shows."""
    settings = site.catalog.settings
    if name == "domain":
        return settings.domain or urlsplit(site.base.url).hostname or ""
    value: object = settings
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _paged(site: Site) -> list[str]:
    """The ids of the entries that have a page, collection by collection."""
    return [id_ for name in COLLECTIONS if name not in ON_ONE_PAGE for id_ in site.catalog.columns[name].outlines]


def _changes(site: Site) -> tuple[Change, ...]:
    """Every entry that has a page, for site maps."""
    heads = site.catalog.heads
    return tuple(Change(addresses.of_entry(id_), heads[id_].changed) for id_ in _paged(site))


def _changes_state(site: Site) -> str:
    heads = site.catalog.heads
    return digest_bytes("\n".join(f"{id_} {heads[id_].changed}" for id_ in _paged(site)).encode())


def _contents(site: Site) -> tuple[Content, ...]:
    """Every entry that has a page, for the page that lists them."""
    heads = site.catalog.heads
    return tuple(Content(addresses.of_entry(id_), heads[id_].title, id_.partition("/")[0]) for id_ in _paged(site))


def _contents_state(site: Site) -> str:
    heads = site.catalog.heads
    return digest_bytes("\n".join(f"{id_} {heads[id_].title}" for id_ in _paged(site)).encode())


def _whole(answer: Ask) -> Input:
    """An input whose answer is small enough to be looked at."""
    return lambda site, *arguments: digest(answer(site, *arguments)), answer


def _text(answer: Callable[..., str]) -> Input:
    """An input whose answer is a text, which is its own state."""
    return answer, answer


INPUTS: Mapping[str, Input] = {
    "setting": _whole(_setting),
    "base": _whole(lambda site: site.base),
    "today": _whole(lambda site: site.catalog.today),
    "entry": (_entry_state, _entry),
    "body": (_body_state, _body),
    "outline": (_outline_state, _outline),
    "title": _text(_title),
    "url": _text(_url),
    "path": _text(_path),
    "at": _text(_at),
    "file": _text(_file),
    "static": _text(_static),
    "listed": (lambda site, name: site.catalog.states[name], lambda site, name: site.catalog.columns[name]),
    "names": (
        lambda site, id_: "|".join(site.catalog.naming.goals(id_)),
        lambda site, id_: site.catalog.naming.goals(id_),
    ),
    "named-by": (
        lambda site, id_: "|".join(site.catalog.naming.sources(id_)),
        lambda site, id_: site.catalog.naming.sources(id_),
    ),
    "changes": (_changes_state, _changes),
    "contents": (_contents_state, _contents),
}
"""Every question about the sources themselves."""
OF_ONE = ("entry", "body", "title")
OF_ALL = ("changes", "contents")
OF_A_PAGE = frozenset(("entry", "body", "hrefs", "names", "named-by", "naming-it", "beside", "newest", "feed"))
OF_CONTENT = frozenset(
    (*OF_ONE, *OF_ALL, "outline", "listed", "names", "named-by", "url", "path", "at", "file", "static")
)
"""The inputs that only content/ decides; those that are of neither one nor all see nothing but outlines and files."""


def _series(read: Reader, name: str) -> str:
    return next((series.intro for series in read("setting", "series") if series.name == name), "")


def _published(read: Reader, path: str) -> str:
    """The address of a file, relative to content/, that an entry names."""
    return media_url(path, read("file", path))


def _beside(read: Reader, id_: str, file: str) -> str:
    """The address of a file beside the one in which an entry stands."""
    path: str = read("path", id_)
    if not path:
        return ""
    found: str = read("published", posixpath.normpath(posixpath.join(posixpath.dirname(path), file))[len("content/") :])
    return found


QUESTIONS: Mapping[str, Ask] = {
    "menu": listing.menu,
    "menu-pages": listing.menu_pages,
    "site-feed": lambda read: listing.feed_of("news") if read("filled", "news") else "",
    "doors": listing.doors,
    "column": listing.column,
    "label": listing.label,
    "filled": listing.filled,
    "divisions": listing.divisions,
    "stretch": listing.stretch,
    "first": listing.first,
    "areas": listing.home_areas,
    "area-names": listing.area_names,
    "area": listing.area,
    "areas-in": listing.areas_in,
    "from-area": listing.from_area,
    "series": _series,
    "section": listing.section,
    "section-pages": listing.section_pages,
    "hot": listing.hot,
    "hot-items": listing.hot_items,
    "card": cards.card,
    "brief": relations.brief,
    "hrefs": relations.hrefs,
    "published": _published,
    "media": _beside,
    "naming-it": relations.naming_it,
    "beside": relations.beside,
    "tree": relations.tree,
    "below": relations.below,
    "above": relations.above,
    "coming": relations.coming,
    "past": relations.past,
    "progress": relations.progress,
    "calendar": agenda.calendar,
    "agenda": agenda.agenda,
    "agenda-of": agenda.agenda_of,
    "appointment": agenda.appointment,
    "theme-days": agenda.theme_days,
    "theme-days-of": agenda.theme_days_of,
    "theme-day": agenda.theme_day,
    "month": agenda.month,
    "feed": relations.feed,
    "newest": relations.newest,
    "figures": relations.figures,
    "counted": relations.counted,
}
"""Every question that is worked out from others. A function gets nothing but `read`, so it can leave nothing out."""
