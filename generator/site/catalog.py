"""The published part of the library on one day: what is listed where, and who names whom, from the heads alone."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from generator.engine.trace import digest_bytes
from generator.model.collections import COLLECTIONS
from generator.model.head import BRANCH_RANK, CROSS, DEPARTMENT_RANK, FILE, Head, Outline, visible
from generator.model.library import Library
from generator.model.linking import ids_by_path
from generator.model.matters import STAGE_LABELS
from generator.model.settings import Settings


@dataclass(frozen=True)
class Column:
    """The published entries of one collection, in the order of its list."""

    name: str
    outlines: Mapping[str, Outline]
    """By id."""
    today: datetime.date

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The place of each entry in the list, from 0."""
        return {id_: place for place, id_ in enumerate(self.outlines)}

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The first of the list first."""
        return tuple(self.outlines)

    @cached_property
    def divided(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """For each facet the entries of each value, values in order."""
        found: dict[str, dict[str, list[str]]] = {facet.name: {} for facet in COLLECTIONS[self.name].facets}
        for id_, outline in self.outlines.items():
            for facet, values in outline.facets.items():
                if facet in found:
                    for value in values:
                        found[facet].setdefault(value, []).append(id_)
        return {
            facet: {value: tuple(values[value]) for value in sorted(values, key=_rank(facet), reverse=_newest(facet))}
            for facet, values in found.items()
        }

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """The organisations directly below each; those below no published one stand at the top, under an empty id."""
        found: dict[str, list[str]] = {}
        for id_, outline in self.outlines.items():
            found.setdefault(outline.parent if outline.parent in self.outlines else "", []).append(id_)
        return {parent: tuple(ids) for parent, ids in found.items()}

    def past(self, id_: str) -> bool:
        """Whether an event was over before today."""
        end = self.outlines[id_].end
        return end is not None and end < self.today


Homes = Mapping[str, tuple[str, int]]


class Naming:
    """Which published entries name which."""

    def __init__(self, heads: Mapping[str, Head], paths: Mapping[str, str], homes: Homes) -> None:
        """The published entries, the id of each by the path of its file, and the file of each."""
        self._heads = heads
        self._paths = paths
        self._homes = homes
        self._asked = 0
        self._goals: dict[str, tuple[str, ...]] = {}

    def goals(self, id_: str) -> tuple[str, ...]:
        """What an entry names, in the order in which it does."""
        known = self._goals.get(id_)
        if known is None:
            head = self._heads.get(id_)
            named = (
                [self._paths.get(one[1:], "") if one[0] == FILE else one for one in head.outline.goals] if head else []
            )
            known = self._goals[id_] = tuple(dict.fromkeys(one for one in named if one in self._heads and one != id_))
        return known

    def sources(self, id_: str) -> tuple[str, ...]:
        """By whom an entry is named, in order of id."""
        self._asked += 1
        if self._asked > FEW:
            return self._sources.get(id_, ())
        # A build that makes a few pages is quicker by looking for each: 2 ms, where to look for all takes 60.
        names = {id_, FILE + self._homes[id_][0]} if id_ in self._heads else {id_}
        found = (one for one, head in self._heads.items() if not names.isdisjoint(head.outline.goals))
        return tuple(one for one in found if id_ in self.goals(one))

    @cached_property
    def _sources(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for id_ in self._heads:
            for goal in self.goals(id_):
                found.setdefault(goal, []).append(id_)
        return {goal: tuple(ids) for goal, ids in found.items()}


FEW = 16  # questions


@dataclass(frozen=True)
class Catalog:
    """What is on the site; every method is a pure function of these fields."""

    settings: Settings
    library: Library
    today: datetime.date
    drafts: bool = False

    def with_texts(self, library: Library) -> Catalog:
        """The same after an edit that changed nothing but texts of entries."""
        found = Catalog(self.settings, library, self.today, self.drafts)
        for name in ("columns", "states", "naming", "paths"):
            if name in self.__dict__:
                found.__dict__[name] = self.__dict__[name]
        changed = {id_: library.heads[id_] for id_ in library.changed or () if id_ in self.heads}
        found.__dict__["heads"] = {**self.heads, **changed}
        return found

    @cached_property
    def heads(self) -> Mapping[str, Head]:
        """The published entries by id."""
        return {
            id_: head
            for id_, head in self.library.heads.items()
            if visible(head.outline, self.today, drafts=self.drafts)
        }

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """The published entries of each collection."""
        found: dict[str, list[tuple[Any, str]]] = {name: [] for name in COLLECTIONS}
        for id_, head in self.heads.items():
            name = id_.partition("/")[0]
            found[name].append((self._order(name, id_, head.outline), id_))
        return {
            name: Column(name, {id_: self.heads[id_].outline for _, id_ in sorted(keys)}, self.today)
            for name, keys in found.items()
        }

    @cached_property
    def states(self) -> Mapping[str, str]:
        """For each collection a digest that changes whenever its column does."""
        found: dict[str, list[str]] = {name: [] for name in COLLECTIONS}
        for id_, head in self.heads.items():
            found[id_.partition("/")[0]].append(f"{id_} {head.outline_digest}")
        # Events that are over stand behind the others and are marked, so that their list changes with the day alone.
        past = [id_ for id_ in self.columns["events"].outlines if self.columns["events"].past(id_)]
        found["events"] += past
        return {name: digest_bytes("\n".join(lines).encode()) for name, lines in found.items()}

    @cached_property
    def naming(self) -> Naming:
        """The references between published entries, in fields and in texts."""
        return Naming(self.heads, self.paths, self.library.homes)

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """The id of each published entry by the path of its file."""
        return {path: id_ for path, id_ in ids_by_path(self.library).items() if id_ in self.heads}

    def due(self) -> datetime.date | None:
        """The next day on which the site changes without an edit."""
        found: datetime.date | None = None
        for head in self.library.heads.values():
            for day in (head.outline.date.date(), *head.outline.days):
                if self.today < day < datetime.date.max and (found is None or day < found):
                    found = day
        return found

    def _order(self, name: str, id_: str, outline: Outline) -> tuple[Any, ...]:
        match COLLECTIONS[name].order:
            case "start":
                assert outline.start is not None
                assert outline.end is not None
                start = (outline.start - EPOCH).total_seconds()
                return (True, -start, id_) if outline.end < self.today else (False, start, id_)
            case "date":
                return (not outline.top, -(outline.date - EPOCH).total_seconds(), id_)
            case _:
                return (not outline.top, outline.rank, id_)


EPOCH = datetime.datetime(2000, 1, 1)


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
