"""The answers to questions that are more than one card."""

from __future__ import annotations

import datetime

import msgspec

from generator.model.claims import Claim
from generator.site.cards import Card


class MenuItem(msgspec.Struct, frozen=True):
    """A link of the main navigation; `id` is a collection or the id of a page."""

    id: str
    label: str
    url: str
    description: str = ""


class Column(msgspec.Struct, frozen=True):
    """A collection as this site presents it."""

    collection: str
    label: str
    description: str
    keywords: tuple[str, ...]
    type: str
    """栏目类别 of the government meta tags."""
    url: str
    feed: str
    """URL of its feed, or an empty text."""


class Choice(msgspec.Struct, frozen=True):
    """One value of a facet, with the number of entries that have it."""

    value: str
    label: str
    url: str
    count: int


class Division(msgspec.Struct, frozen=True):
    """One facet of a list."""

    name: str
    label: str
    choices: tuple[Choice, ...]


class Stretch(msgspec.Struct, frozen=True):
    """Which entries stand on one page of a list."""

    ids: tuple[str, ...]
    total: int
    """Of the whole list."""


class Listing(msgspec.Struct, frozen=True):
    """One page of a list."""

    cards: tuple[Card, ...]
    total: int
    page: int
    pages: int
    previous: str
    next: str
    urls: tuple[str, ...]
    """The address of every page of the list, the first first."""


class Brief(msgspec.Struct, frozen=True):
    """An entry in a line; what a page shows so it is made again for nothing else."""

    id: str
    url: str
    title: str
    date: str
    marks: tuple[str, ...]


class Near(msgspec.Struct, frozen=True):
    """The entry before or after."""

    url: str
    title: str


class FeedItem(msgspec.Struct, frozen=True):
    """An entry in a feed; moments are those of RFC 3339."""

    url: str
    title: str
    label: str
    summary: str
    published: str
    updated: str


class Group(msgspec.Struct, frozen=True):
    """The first entries of one collection that name an entry, and how many there are."""

    collection: str
    ids: tuple[str, ...]
    total: int


class Mentions(msgspec.Struct, frozen=True):
    """The first entries of one collection that name an entry, and how many there are."""

    collection: str
    label: str
    cards: tuple[Brief, ...]
    total: int


class Node(msgspec.Struct, frozen=True):
    """An organisation with those below it."""

    card: Brief
    type: str
    children: tuple[Node, ...]


class AreaNode(msgspec.Struct, frozen=True):
    """A home area, the areas in it, and the branches of those who come from it."""

    name: str
    value: str
    url: str
    areas: tuple[AreaNode, ...]
    branches: tuple[Card, ...]


class Figure(msgspec.Struct, frozen=True):
    """A claim with the number of what is listed here."""

    slug: str
    claim: Claim
    listed: int | None
    url: str
    """The list that it is compared with."""


class Progress(msgspec.Struct, frozen=True):
    """How far a matter has come on the day of the build."""

    stage: str
    overdue: bool


class Href(msgspec.Struct, frozen=True):
    """Where a link of a body leads; empty when what it names is not on the site today."""

    url: str
    title: str = ""


class Change(msgspec.Struct, frozen=True):
    """A page of the site map for machines: its URL and the day of its last change."""

    url: str
    date: str


class Content(msgspec.Struct, frozen=True):
    """A page of the site map for readers."""

    url: str
    title: str
    collection: str


class Appointment(msgspec.Struct, frozen=True):
    """An event as a calendar has it; moments are those of the site's time zone."""

    id: str
    url: str
    title: str
    kind: str
    start: datetime.datetime
    end: datetime.datetime | None
    where: str
    text: str
    """What one should know, line by line."""
    cancelled: bool
    published: datetime.datetime
    updated: datetime.datetime | None


class Recurrence(msgspec.Struct, frozen=True):
    """A day of each month on which an organisation meets."""

    id: str
    """Of the organisation."""
    url: str
    title: str
    day: int
    """1 to 28, or -1 for the last."""
    since: datetime.date
    without: tuple[str, ...]
    """Months, `YYYY-MM`, that have an event of their own instead."""
    where: str
    published: datetime.datetime
    updated: datetime.datetime | None


class Day(msgspec.Struct, frozen=True):
    """A day in the table of a month."""

    number: int
    """Of the month; 0 for one that belongs to another month."""
    events: tuple[Appointment, ...] = ()
    theme_days: tuple[Recurrence, ...] = ()


class Month(msgspec.Struct, frozen=True):
    """A month as a table of weeks, which begin on Monday."""

    name: str
    """`YYYY-MM`."""
    weeks: tuple[tuple[Day, ...], ...]
