"""What belongs to an entry: who names it, who is below it, what comes next, what is due."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from generator.model.branches import Branch
from generator.model.claims import Claim
from generator.model.collections import COLLECTIONS
from generator.model.library import Record
from generator.model.matters import STAGE_LABELS, Matter
from generator.site import addresses
from generator.site.cards import Card, card_of, title_of
from generator.site.catalog import CROSS, Catalog, stage_of
from generator.site.listing import column
from generator.site.values import Brief, FeedItem, Figure, Href, Mentions, Near, Node, Progress
from generator.sources.body import TITLE

# What stands for the title of an entry that is named, but not on the site today: its own title must not get out.
UNPUBLISHED = "（暂未公开的内容）"
FEED_COLLECTIONS = ("news", "events", "lessons", "deeds", "study")


def mentions(catalog: Catalog, id_: str, skipped: str, most: int) -> tuple[Mentions, ...]:
    """The published entries that name this one, by collection; `skipped` names collections, divided by spaces.

    Those that the entry names itself are left out: they are on its page already.
    """
    groups: dict[str, list[Record]] = {}
    for source in catalog.naming.get(id_, ()):
        if id_ not in catalog.naming.get(source, ()):
            record = catalog.records[source]
            groups.setdefault(record.collection, []).append(record)
    found = []
    for name in COLLECTIONS:
        if name in groups and name not in skipped.split() and (shown := column(catalog, name)):
            records = sorted(groups[name], key=lambda record: catalog.positions[record.id])
            briefs = tuple(brief_of(catalog, record) for record in records[:most])
            found.append(Mentions(name, shown.label, briefs, len(records)))
    return tuple(found)


def brief_of(catalog: Catalog, record: Record) -> Brief:
    """The line of a published entry."""
    card = card_of(catalog, record)
    return Brief(card.id, card.url, card.title, card.date, card.marks)


def neighbours(catalog: Catalog, id_: str) -> tuple[Near | None, Near | None]:
    """The entries before and after this one in the list of its collection."""
    records = catalog.listed[id_.partition("/")[0]]
    place = catalog.positions.get(id_)
    if place is None:
        return None, None
    before = records[place - 1] if place else None
    after = records[place + 1] if place + 1 < len(records) else None
    return _near(before), _near(after)


def _near(record: Record | None) -> Near | None:
    return Near(addresses.of_entry(record.id), record.entry.title) if record else None


def tree(catalog: Catalog, above: str = "") -> tuple[Node, ...]:
    """The organisations below one, or from the top."""
    return tuple(
        Node(brief_of(catalog, record), record.entry.type, tree(catalog, record.id))
        for record in catalog.children.get(above, ())
        if isinstance(record.entry, Branch)
    )


def ancestors(catalog: Catalog, id_: str) -> tuple[Near, ...]:
    """The organisations above one, the top first."""
    found: list[Near] = []
    record = catalog.records.get(id_)
    while record and isinstance(record.entry, Branch) and (record := catalog.records.get(record.entry.parent)):
        found.insert(0, Near(addresses.of_entry(record.id), record.entry.title))
    return tuple(found)


def upcoming(catalog: Catalog, id_: str, most: int) -> tuple[Card, ...]:
    """The next events: of the whole site, or those that name an entry."""
    sources = catalog.naming.get(id_, ()) if id_ else None
    records = [record for record in catalog.upcoming() if sources is None or record.id in sources]
    return tuple(card_of(catalog, record) for record in records[:most])


def feed(catalog: Catalog, which: str, most: int) -> tuple[FeedItem, ...]:
    """The newest entries of a collection, or those that name an entry (a branch)."""
    if which in COLLECTIONS:
        records: Sequence[Record] = catalog.listed[which]
    else:
        named = (catalog.records[source] for source in catalog.naming.get(which, ()))
        records = [record for record in named if record.collection in FEED_COLLECTIONS]
    newest = sorted(records, key=lambda record: (record.entry.date, record.id), reverse=True)
    return tuple(_feed_item(catalog, record) for record in newest[:most])


def _feed_item(catalog: Catalog, record: Record) -> FeedItem:
    card = card_of(catalog, record)
    zone = ZoneInfo(catalog.settings.time_zone)
    entry = record.entry
    published, updated = (
        moment.replace(tzinfo=zone).isoformat() for moment in (entry.date, entry.updated or entry.date)
    )
    return FeedItem(card.url, card.title, card.label, card.summary, published, updated)


def figures(catalog: Catalog) -> tuple[Figure, ...]:
    """Every claim with its coverage by what is listed here."""
    found = []
    for record in catalog.listed["claims"]:
        assert isinstance(record.entry, Claim)
        count, url = counted(catalog, record.entry.counts) if record.entry.counts else (None, "")
        found.append(Figure(record.slug, record.entry, count, url))
    return tuple(found)


def counted(catalog: Catalog, what: str) -> tuple[int, str]:
    """How many of something are listed on the site, and where."""
    listed = catalog.listed
    by_type = {"流动党员党支部": "流动党员党支部", "党小组": "党小组", "乡镇党委": "党委"}
    if what in by_type:
        type_ = by_type[what]
        return len(_where(listed["branches"], "type", type_)), addresses.of_list("branches", "type", type_)
    by_kind = {"网格活动阵地": "places", "互助小组": "teams", "志愿服务队": "teams"}
    if what in by_kind:
        return len(_where(listed[by_kind[what]], "kind", what)), addresses.of_list(by_kind[what], "kind", what)
    if what == "来源地乡镇":
        areas = {str(area) for record in listed["branches"] for area in getattr(record.entry, "origin_areas", ())}
        return len(areas), addresses.of_list("branches")
    if what == "跨省通办事项":
        return len(_where(listed["items"], "scope", "跨省")), addresses.of_list("items", "cross", CROSS)
    if what == "一窗受理事项":
        return len(_where(listed["items"], "one_window", True)), addresses.of_list("items")
    name = {"事项": "items", "阵地": "places", "办实事": "deeds"}[what]
    return len(listed[name]), addresses.of_list(name)


def _where(records: Sequence[Record], field: str, value: object) -> list[Record]:
    return [record for record in records if getattr(record.entry, field) == value]


def progress(catalog: Catalog, id_: str) -> Progress | None:
    """How far a matter has come, and whether it is late today."""
    record = catalog.records.get(id_)
    if record is None or not isinstance(record.entry, Matter):
        return None
    done = record.entry.stages.done
    late = bool(done and not done.finished and done.due < catalog.today)
    return Progress(STAGE_LABELS[stage_of(record.entry)], late)


def hrefs(catalog: Catalog, id_: str, media: Callable[[str], str]) -> tuple[Href, ...]:
    """Where each link of a body leads; a title only for a link that shows it."""
    record = catalog.records.get(id_)
    if record is None or record.body is None:
        return ()
    folder = posixpath.dirname(record.path)
    found = []
    for index, link in enumerate(record.body.links):
        if link.kind in ("image", "attachment"):
            path = posixpath.normpath(posixpath.join(folder, link.target)).removeprefix("content/")
            found.append(Href(media(path)))
            continue
        goal = link.target
        if link.kind == "file":
            path = posixpath.normpath(posixpath.join(folder, link.target))
            goal = catalog.paths.get(path, "")
        url = addresses.of_entry(goal) if goal in catalog.records else ""
        fragment = f"#{link.fragment}" if url and link.fragment else ""
        shown = f"{TITLE}{index}{TITLE}" in record.body.html
        found.append(Href(url + fragment, (title_of(catalog, goal) or UNPUBLISHED) if shown else ""))
    return tuple(found)
