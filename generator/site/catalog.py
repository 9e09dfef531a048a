"""The published part of the library on one day, with the ways in which it is listed and divided."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

from generator.model.branches import Branch, BranchType
from generator.model.collections import COLLECTIONS, Facet
from generator.model.entry import Area, Entry
from generator.model.events import Event
from generator.model.items import Department, Item
from generator.model.lessons import Lesson
from generator.model.library import Library, Record
from generator.model.linking import Edge, edges, visible
from generator.model.matters import STAGE_LABELS, STAGES, Matter
from generator.model.settings import Settings

BRANCH_RANK = {name: rank for rank, name in enumerate(get_args(BranchType))}
DEPARTMENT_RANK = {name: rank for rank, name in enumerate(get_args(Department))}
CROSS = "跨省通办"


@dataclass(frozen=True)
class Catalog:
    """What is on the site; every method is a pure function of these fields."""

    settings: Settings
    library: Library
    today: datetime.date
    drafts: bool = False
    # What `cards` and `listing` have worked out once; a pure function of the fields above, like a cached property.
    cards: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    urls: dict[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def records(self) -> Mapping[str, Record]:
        """The published entries by id."""
        return {
            id_: record
            for id_, record in self.library.records.items()
            if visible(record.entry, self.today, drafts=self.drafts)
        }

    @cached_property
    def listed(self) -> Mapping[str, tuple[Record, ...]]:
        """The published entries of each collection, in the order of its list."""
        found: dict[str, list[Record]] = {name: [] for name in COLLECTIONS}
        for record in self.records.values():
            found[record.collection].append(record)
        return {name: tuple(sorted(records, key=self._order)) for name, records in found.items()}

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The place of each published entry in the list of its collection, from 0."""
        return {record.id: place for records in self.listed.values() for place, record in enumerate(records)}

    @cached_property
    def children(self) -> Mapping[str, tuple[Record, ...]]:
        """The organisations directly below each; those below no published one stand at the top, under an empty id."""
        found: dict[str, list[Record]] = {}
        for record in self.listed["branches"]:
            assert isinstance(record.entry, Branch)
            parent = record.entry.parent
            found.setdefault(parent if parent in self.records else "", []).append(record)
        return {parent: tuple(records) for parent, records in found.items()}

    @cached_property
    def naming(self) -> Mapping[str, tuple[str, ...]]:
        """For each published entry the ids of the published ones that name it."""
        found: dict[str, dict[str, None]] = {}
        for edge in self._edges():
            found.setdefault(edge.goal, {})[edge.source] = None
        return {goal: tuple(sources) for goal, sources in found.items()}

    def _edges(self) -> Iterator[Edge]:
        for edge in edges(self.library):
            if edge.source in self.records and edge.goal in self.records and edge.source != edge.goal:
                yield edge

    @cached_property
    def divided(self) -> Mapping[tuple[str, str], Mapping[str, tuple[Record, ...]]]:
        """For each collection and facet the entries of each value, values in order."""
        found: dict[tuple[str, str], dict[str, list[Record]]] = {}
        for name, records in self.listed.items():
            for facet in COLLECTIONS[name].facets:
                values: dict[str, list[Record]] = {}
                for record in records:
                    for value in dict.fromkeys(facet_values(facet, record.entry)):
                        values.setdefault(value, []).append(record)
                found[name, facet.name] = values
        return {
            key: {value: tuple(values[value]) for value in sorted(values, key=_rank(key[1]), reverse=_newest(key[1]))}
            for key, values in found.items()
        }

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """The id of each published entry by the path of its file."""
        return {record.path: id_ for id_, record in self.records.items()}

    def upcoming(self) -> list[Record]:
        """Events that have not passed, the next first."""
        events = [record for record in self.listed["events"] if not self.past(record)]
        return sorted(events, key=lambda record: (_start(record), record.id))

    def past(self, record: Record) -> bool:
        """Whether an event was over before today."""
        entry = record.entry
        return isinstance(entry, Event) and (entry.end or entry.start).date() < self.today

    def due(self) -> datetime.date | None:
        """The next day on which the site changes without an edit."""
        days: set[datetime.date] = set()
        for record in self.library.records.values():
            entry = record.entry
            days.add(entry.date.date())
            if entry.last_day:
                days.add(_after(entry.last_day))
            if isinstance(entry, Event):
                days.add(_after((entry.end or entry.start).date()))
            if isinstance(entry, Matter) and entry.stages.done and not entry.stages.done.finished:
                days.add(_after(entry.stages.done.due))
        return min((day for day in days if self.today < day < datetime.date.max), default=None)

    def _order(self, record: Record) -> tuple[Any, ...]:
        entry = record.entry
        match COLLECTIONS[record.collection].order:
            case "start":
                start = -_reversed(_start(record))
                return (True, -start, record.id) if self.past(record) else (False, start, record.id)
            case "date":
                return (not entry.top, _reversed(entry.date), record.id)
            case _:
                rank = BRANCH_RANK[entry.type] if isinstance(entry, Branch) else 0
                rank = DEPARTMENT_RANK[entry.department] if isinstance(entry, Item) else rank
                return (not entry.top, rank, record.id)


def _after(day: datetime.date) -> datetime.date:
    """The next day; the calendar ends with 9999, which some write for a time without end."""
    return min(day, datetime.date.max - datetime.timedelta(days=1)) + datetime.timedelta(days=1)


def _reversed(moment: datetime.datetime) -> float:
    return (datetime.datetime(9999, 1, 1) - moment).total_seconds()


def _start(record: Record) -> datetime.datetime:
    assert isinstance(record.entry, Event)
    return record.entry.start


def facet_values(facet: Facet, entry: Entry) -> Iterable[str]:
    """The values of a facet that an entry has; areas have one for each level, joined by slashes."""
    match facet.name, entry:
        case "area", Branch():
            return [value for area in entry.origin_areas for value in levels(area)]
        case "stationed", Branch():
            return ["".join(entry.stationed_in.parts[-2:])] if entry.stationed_in else []
        case "industry", Branch():
            return [entry.industry, *entry.industries] if entry.industry else entry.industries
        case "year", Lesson():
            return [str((entry.start or entry.date).year)]
        case "month", Event():
            return [f"{entry.start:%Y-%m}"]
        case "stage", Matter():
            return [STAGE_LABELS[stage_of(entry)]]
        case "cross", Item():
            return [CROSS, entry.cross_mode or ""] if entry.scope == "跨省" else []
        case _:
            return _plain_values(facet, entry)


def _plain_values(facet: Facet, entry: Any) -> Iterable[str]:
    if facet.name == "year":
        return [str(entry.date.year)]
    names = {"client": "clients", "theme": "themes", "case": "case_type", "channel": "channels"}
    value = getattr(entry, names.get(facet.name, facet.name))
    values = value if isinstance(value, tuple) else (value,)
    return [value for value in values if value]


def levels(area: Area) -> list[str]:
    """`示例省`, `示例省/示例市`, `示例省/示例市/示例县` and so on."""
    return ["/".join(area.parts[:depth]) for depth in range(1, len(area.parts) + 1)]


def stage_of(matter: Matter) -> str:
    """The last stage that a matter has reached."""
    return [name for name in STAGES if getattr(matter.stages, name)][-1]


def _newest(facet: str) -> bool:
    return facet in ("year", "month")


def _rank(facet: str) -> Any:
    """Departments and types in the order of their declaration, the rest by their characters."""
    if facet == "department":
        return lambda value: (DEPARTMENT_RANK.get(value, 99), value)
    if facet == "type":
        return lambda value: (BRANCH_RANK.get(value, 99), value)
    if facet == "stage":
        return lambda value: list(STAGE_LABELS.values()).index(value)
    return lambda value: (value != CROSS, value)
