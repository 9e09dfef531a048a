"""What belongs to an entry: who names it, who is below it, what comes next, what is due; each answers one question."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from generator.engine.trace import Reader
from generator.model.claims import Claim
from generator.model.collections import COLLECTIONS
from generator.model.entry import Entry
from generator.model.head import CROSS, HOME, Outline, stage_of
from generator.model.matters import STAGE_LABELS, Matter
from generator.site import addresses
from generator.site.cards import Card, marks_of
from generator.site.catalog import Column
from generator.site.listing import members
from generator.site.values import Brief, FeedItem, Figure, Group, Href, Mentions, Near, Node, Progress
from generator.sources.body import TITLE, Body

# What stands for the title of an entry that is named, but not on the site today: its own title must not get out.
UNPUBLISHED = "（暂未公开的内容）"
FEED_COLLECTIONS = ("news", "events", "lessons", "deeds", "study")


def mentions(read: Reader, id_: str, skipped: str, most: int) -> tuple[Mentions, ...]:
    """The published entries that name this one, by collection; `skipped` names collections, divided by spaces.

    Those that the entry names itself are left out: they are on its page already.
    """
    found = []
    for group in read("naming-it", id_, most):
        if group.collection not in skipped.split():
            briefs = tuple([read("brief", one) for one in group.ids])
            found.append(Mentions(group.collection, read("label", group.collection), briefs, group.total))
    return tuple(found)


def naming_it(read: Reader, id_: str, most: int) -> tuple[Group, ...]:
    """Who names an entry, by collection, in the order of its list."""
    own: tuple[str, ...] = read("names", id_)
    groups: dict[str, list[str]] = {}
    for source in read("named-by", id_):
        if source not in own:
            groups.setdefault(source.partition("/")[0], []).append(source)
    found = []
    for name in COLLECTIONS:
        if name in groups:
            ids = sorted(groups[name], key=read("listed", name).positions.__getitem__)
            found.append(Group(name, tuple(ids[:most]), len(ids)))
    return tuple(found)


def brief(read: Reader, id_: str) -> Brief:
    """A published entry in a line, from its head: to read the entry as well takes five times as long."""
    outline: Outline = read("outline", id_)
    date = outline.date.date().isoformat()
    return Brief(id_, addresses.of_entry(id_), read("title", id_), date, marks_of(read, id_, outline, outline.state))


def neighbours(read: Reader, id_: str) -> tuple[Near | None, Near | None]:
    """The entries before and after this one in the list of its collection."""
    before, after = read("beside", id_)
    return _near(read, before), _near(read, after)


def beside(read: Reader, id_: str) -> tuple[str, str]:
    """The ids of the two; empty where there is none."""
    listed: Column = read("listed", id_.partition("/")[0])
    place = listed.positions.get(id_)
    if place is None:
        return "", ""
    before = listed.ids[place - 1] if place else ""
    after = listed.ids[place + 1] if place + 1 < len(listed.ids) else ""
    return before, after


def _near(read: Reader, id_: str) -> Near | None:
    return Near(addresses.of_entry(id_), read("title", id_)) if id_ else None


def tree(read: Reader, above: str) -> tuple[Node, ...]:
    """The organisations below one, or from the top."""
    found = []
    for id_ in read("below", above):
        found.append(Node(read("brief", id_), read("outline", id_).type, read("tree", id_)))
    return tuple(found)


def below(read: Reader, above: str) -> tuple[str, ...]:
    """The ids of the organisations directly below one, or of those at the top."""
    found: tuple[str, ...] = read("listed", "branches").children.get(above, ())
    return found


def ancestors(read: Reader, id_: str) -> tuple[Near, ...]:
    """The organisations above one, the top first."""
    return tuple(Near(addresses.of_entry(one), read("title", one)) for one in read("above", id_))


def above(read: Reader, id_: str) -> tuple[str, ...]:
    """The ids of the organisations above one, the top first."""
    outlines = read("listed", "branches").outlines
    found: list[str] = []
    # Organisations that go round stop a build, but what was built before can still be explained.
    while id_ in outlines and (id_ := outlines[id_].parent) in outlines and id_ not in found:
        found.append(id_)
    return tuple(reversed(found))


def past(read: Reader, id_: str) -> bool:
    """Whether an event was over before today."""
    listed: Column = read("listed", "events")
    return id_ in listed.outlines and listed.past(id_)


def coming(read: Reader, id_: str, most: int) -> tuple[str, ...]:
    """The ids of the next events: of the whole site, or of those that name an entry."""
    listed: Column = read("listed", "events")
    sources = set(read("named-by", id_)) if id_ else None
    ids = [one for one in listed.ids if not listed.past(one) and (sources is None or one in sources)]
    return tuple(ids[:most])


def newest(read: Reader, which: str, most: int) -> tuple[str, ...]:
    """The ids of the newest entries of a collection, or of those that name an entry (a branch)."""
    if which in COLLECTIONS:
        ids: Sequence[str] = read("listed", which).ids
    else:
        sources = read("named-by", which)
        ids = [source for source in sources if source.partition("/")[0] in FEED_COLLECTIONS]
    outlines = [read("listed", id_.partition("/")[0]).outlines[id_] for id_ in ids]
    dated = sorted(((one.date, id_) for one, id_ in zip(outlines, ids, strict=True)), reverse=True)
    return tuple(id_ for _, id_ in dated[:most])


def feed(read: Reader, which: str, most: int) -> tuple[FeedItem, ...]:
    """The newest entries of a collection, or those that name an entry (a branch)."""
    zone = ZoneInfo(read("setting", "time_zone"))
    return tuple(_feed_item(read, id_, zone) for id_ in read("newest", which, most))


def _feed_item(read: Reader, id_: str, zone: ZoneInfo) -> FeedItem:
    card: Card = read("card", id_)
    entry: Entry = read("entry", id_)
    published, updated = (
        moment.replace(tzinfo=zone).isoformat() for moment in (entry.date, entry.updated or entry.date)
    )
    return FeedItem(card.url, card.title, card.label, card.summary, published, updated)


def figures(read: Reader) -> tuple[Figure, ...]:
    """Every claim with its coverage by what is listed here."""
    found = []
    for id_ in read("listed", "claims").ids:
        claim: Claim = read("entry", id_)
        count, url = read("counted", claim.counts) if claim.counts else (None, "")
        found.append(Figure(id_.partition("/")[2], claim, count, url))
    return tuple(found)


def counted(read: Reader, what: str) -> tuple[int, str]:
    """How many of something are listed on the site, and where."""

    def listed(name: str, facet: str = "", value: str = "") -> int:
        return len(members(read("listed", name), facet, value))

    by_type = {"流动党员党支部": "流动党员党支部", "党小组": "党小组", "乡镇党委": "党委"}
    if what in by_type:
        return listed("branches", "type", by_type[what]), addresses.of_list("branches", "type", by_type[what])
    by_kind = {"网格活动阵地": "places", "互助小组": "teams", "志愿服务队": "teams"}
    if what in by_kind:
        return listed(by_kind[what], "kind", what), addresses.of_list(by_kind[what], "kind", what)
    if what == "来源地乡镇":
        outlines = read("listed", "branches").outlines.values()
        areas = {area for outline in outlines for area in outline.facets.get(HOME, ())}
        return len(areas), addresses.of_list("branches")
    if what == "跨省通办事项":
        return listed("items", "cross", CROSS), addresses.of_list("items", "cross", CROSS)
    if what == "一窗受理事项":
        outlines = read("listed", "items").outlines.values()
        return sum("one_window" in outline.marks for outline in outlines), addresses.of_list("items")
    name = {"事项": "items", "阵地": "places", "办实事": "deeds"}[what]
    return listed(name), addresses.of_list(name)


def progress(read: Reader, id_: str) -> Progress | None:
    """How far a matter has come, and whether it is late today."""
    entry: Entry | None = read("entry", id_)
    if not isinstance(entry, Matter):
        return None
    done = entry.stages.done
    late = bool(done and not done.finished and done.due < read("today"))
    return Progress(STAGE_LABELS[stage_of(entry)], late)


def hrefs(read: Reader, id_: str) -> tuple[Href, ...]:
    """Where each link of a body leads; a title only for a link that shows it."""
    body: Body | None = read("body", id_)
    if body is None or not body.links:
        return ()
    found = []
    for index, link in enumerate(body.links):
        if link.kind in ("image", "attachment"):
            found.append(Href(read("published", _path(read, id_, link.target).removeprefix("content/"))))
            continue
        goal = read("at", _path(read, id_, link.target)) if link.kind == "file" else link.target
        url = read("url", goal) if goal else ""
        fragment = f"#{link.fragment}" if url and link.fragment else ""
        shown = f"{TITLE}{index}{TITLE}" in body.html
        found.append(Href(url + fragment, ((goal and read("title", goal)) or UNPUBLISHED) if shown else ""))
    return tuple(found)


def _path(read: Reader, id_: str, target: str) -> str:
    """The path in the site of what the text of an entry names relative to its own file."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(read("path", id_)), target))
