"""What the rest of the site may know of an entry without reading it: enough to list it, divide by it and link to it."""

from __future__ import annotations

import datetime
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, get_args

import msgspec

from generator.engine.trace import digest_bytes
from generator.model.branches import Branch, BranchType
from generator.model.collections import COLLECTIONS
from generator.model.entry import Area, Entry
from generator.model.events import Event
from generator.model.items import Department, Item
from generator.model.lessons import Lesson
from generator.model.matters import STAGE_LABELS, STAGES, Matter
from generator.model.references import files, references

if TYPE_CHECKING:
    from generator.sources.body import Body

BRANCH_RANK = {name: rank for rank, name in enumerate(get_args(BranchType))}
DEPARTMENT_RANK = {name: rank for rank, name in enumerate(get_args(Department))}
CROSS = "跨省通办"
HOME = "home"
"""Beside its facets a branch has the areas that it names exactly, the larger ones around them left out."""
MARKS = ("hot", "one_window", "theme_day")
"""Fields of which the rest of the site knows whether they say anything."""
FILE = "/"
"""Before the path of a file that is named and may hold an entry; no id starts with it."""


class Outline(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All of it but the texts, so that a new title moves nothing."""

    date: datetime.datetime
    audience: str
    status: str
    last_day: datetime.date | None
    top: bool
    rank: int
    """Place of its type or department among all of them."""
    start: datetime.datetime | None
    end: datetime.date | None
    """Last day of an event."""
    facets: dict[str, tuple[str, ...]]
    goals: tuple[str, ...]
    """What it names: ids, and paths with FILE before them; in its fields, then in its text."""
    anchors: tuple[tuple[str, str], ...]
    """Which of them by a place on their page."""
    files: tuple[str, ...]
    """Pictures and attachments, relative to content/."""
    aliases: tuple[str, ...]
    parent: str
    type: str
    """Of an organisation."""
    menu: int | None
    section: str
    marks: tuple[str, ...]
    """Those of MARKS that it has."""
    state: str
    """正常, 取消, 暂停 and the like; empty for what has none."""
    days: tuple[datetime.date, ...]
    """Days on which it changes by itself, beside that of its publication."""


class Head(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One entry, published or not."""

    slug: str
    title: str
    changed: str
    """Day of the last change, `YYYY-MM-DD`."""
    outline: Outline
    outline_digest: str
    entry_digest: str
    body_digest: str
    """Empty for an entry without a text."""


def head_of(slug: str, path: str, entry: Entry, body: Body | None, digests: tuple[str, str]) -> Head:
    """The head of an entry of the file at `path`; digests are those of the entry and of its body."""
    outline = _outline(path, entry, body)
    changed = (entry.updated or entry.date).date().isoformat()
    return Head(slug, entry.title, changed, outline, digest_bytes(_encode(outline)), *digests)


_encode = msgspec.msgpack.Encoder().encode


def differences(before: Sequence[Head], after: Sequence[Head]) -> tuple[set[str], bool] | None:
    """The slugs of the entries that are other than before, and whether a title or a day of change is.

    None if an outline is other, or the entries are not the same: then lists and references may be as well.
    """
    if [(one.slug, one.outline_digest) for one in before] != [(one.slug, one.outline_digest) for one in after]:
        return None
    found = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    retitled = any((one.title, one.changed) != (other.title, other.changed) for one, other in found)
    return {other.slug for _, other in found}, retitled


def visible(outline: Outline, today: datetime.date, *, drafts: bool = False) -> bool:
    """Whether an entry is on the site on a day; `drafts` lets in drafts and what is scheduled, never what is internal."""
    if outline.audience == "内部":
        return False
    if outline.last_day and outline.last_day < today:
        return False
    return drafts or (outline.status != "草稿" and outline.date.date() <= today)


def _outline(path: str, entry: Entry, body: Body | None) -> Outline:
    folder = posixpath.dirname(path)
    collection = path.split("/")[1]
    goals = dict.fromkeys(reference.id for reference in references(entry))
    anchors = []
    named = [file for _, file in files(entry)]
    for link in body.links if body else ():
        if link.kind in ("image", "attachment"):
            named.append(link.target)
            continue
        goal = link.target if link.kind == "ref" else FILE + _joined(folder, link.target)
        goals[goal] = None
        if link.fragment:
            anchors.append((goal, link.fragment))
    facets = {name: tuple(dict.fromkeys(values(entry))) for name, values in _dividers(collection)}
    if isinstance(entry, Branch):
        facets[HOME] = tuple("/".join(area.parts) for area in entry.origin_areas)
    content = folder.removeprefix("content").lstrip("/")
    return Outline(
        date=entry.date,
        audience=entry.audience,
        status=entry.status,
        last_day=entry.last_day,
        top=entry.top,
        rank=_rank(entry),
        start=entry.start if isinstance(entry, Event) else None,
        end=(entry.end or entry.start).date() if isinstance(entry, Event) else None,
        facets={name: values for name, values in facets.items() if values},
        goals=tuple(goals),
        anchors=tuple(anchors),
        files=tuple(dict.fromkeys(_joined(content, file) for file in named)),
        aliases=entry.aliases,
        parent=entry.parent if isinstance(entry, Branch) else "",
        type=entry.type if isinstance(entry, Branch) else "",
        menu=getattr(entry, "menu", None),
        section=getattr(entry, "section", ""),
        marks=tuple(name for name in MARKS if getattr(entry, name, None)),
        state=getattr(entry, "state", ""),
        days=tuple(_days(entry)),
    )


def _joined(folder: str, file: str) -> str:
    return posixpath.normpath(posixpath.join(folder, file))


def _rank(entry: Entry) -> int:
    if isinstance(entry, Branch):
        return BRANCH_RANK[entry.type]
    return DEPARTMENT_RANK[entry.department] if isinstance(entry, Item) else 0


def _days(entry: Entry) -> Iterator[datetime.date]:
    if entry.last_day:
        yield day_after(entry.last_day)
    if isinstance(entry, Event):
        yield day_after((entry.end or entry.start).date())
    if isinstance(entry, Matter) and entry.stages.done and not entry.stages.done.finished:
        yield day_after(entry.stages.done.due)


def day_after(day: datetime.date) -> datetime.date:
    """The next day; the calendar ends with 9999, which some write for a time without end."""
    return min(day, datetime.date.max - datetime.timedelta(days=1)) + datetime.timedelta(days=1)


DERIVED: Mapping[tuple[str, type[Entry]], Callable[[Any], Iterable[str]]] = {
    ("area", Branch): lambda branch: [value for area in branch.origin_areas for value in levels(area)],
    ("stationed", Branch): lambda branch: ["".join(branch.stationed_in.parts[-2:])] if branch.stationed_in else [],
    ("industry", Branch): lambda branch: [value for value in (branch.industry, *branch.industries) if value],
    ("year", Lesson): lambda lesson: [str((lesson.start or lesson.date).year)],
    ("month", Event): lambda event: [f"{event.start:%Y-%m}"],
    ("stage", Matter): lambda matter: [STAGE_LABELS[stage_of(matter)]],
    ("cross", Item): lambda item: [CROSS, *filter(None, [item.cross_mode])] if item.scope == "跨省" else [],
}
"""The facets that are no field; areas have one value for each level, joined by slashes."""
FIELDS: Mapping[str, str] = {"client": "clients", "theme": "themes", "case": "case_type", "channel": "channels"}
"""The fields of the facets that have another name."""


@cache
def _dividers(collection: str) -> tuple[tuple[str, Callable[[Any], Iterable[str]]], ...]:
    """The facets of a collection, and what gives the values of each that an entry has."""
    found = COLLECTIONS[collection]
    return tuple((facet.name, DERIVED.get((facet.name, found.type)) or _plain(facet.name)) for facet in found.facets)


def _plain(facet: str) -> Callable[[Any], Iterable[str]]:
    if facet == "year":
        return lambda entry: [str(entry.date.year)]
    field = attrgetter(FIELDS.get(facet, facet))

    def values(entry: Entry) -> Iterable[str]:
        value = field(entry)
        return [one for one in value if one] if isinstance(value, tuple) else [value] if value else []

    return values


def levels(area: Area) -> list[str]:
    """`示例省`, `示例省/示例市`, `示例省/示例市/示例县` and so on."""
    return ["/".join(area.parts[:depth]) for depth in range(1, len(area.parts) + 1)]


def stage_of(matter: Matter) -> str:
    """The last stage that a matter has reached."""
    return [name for name in STAGES if getattr(matter.stages, name)][-1]
