"""Checks what no entry can know by itself: references, cycles, sums over months, figures against lists."""

from __future__ import annotations

import datetime
import posixpath
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from generator.diagnostics import Diagnostic, Span, nearest, problem
from generator.model.branches import Branch
from generator.model.collections import ON_ONE_PAGE
from generator.model.dispatches import Dispatch
from generator.model.entry import Entry
from generator.model.library import Library, Record
from generator.model.references import files, references

FILE = "/"
"""Before the path of a file that is named and holds no entry; no id starts with it."""


OFFICE = (".doc", ".docx", ".wps", ".rtf", ".txt", ".markdown", ".odt")


class Edge(NamedTuple):
    """One entry names another, in a field or in its text."""

    source: str
    goal: str
    fragment: str
    place: Span


def visible(entry: Entry, today: datetime.date, *, drafts: bool = False) -> bool:
    """Whether an entry is on the site on a day; `drafts` lets in drafts and what is scheduled, never what is internal."""
    if entry.audience == "内部":
        return False
    if entry.last_day and entry.last_day < today:
        return False
    return drafts or (entry.status != "草稿" and entry.date.date() <= today)


def edges(library: Library) -> Iterator[Edge]:
    """Every naming of one entry by another, whether it exists or not."""
    by_path = {record.path: record for record in library.records.values()}
    for record in library.records.values():
        for reference in references(record.entry):
            yield Edge(record.id, reference.id, "", record.place(reference.field))
        if record.body is None:
            continue
        for link, place in zip(record.body.links, record.link_places, strict=True):
            span = Span(record.path, *place)
            if link.kind == "ref":
                yield Edge(record.id, link.target, link.fragment, span)
            elif link.kind == "file":
                path = posixpath.normpath(posixpath.join(posixpath.dirname(record.path), link.target))
                goal = by_path.get(path)
                yield Edge(record.id, goal.id if goal else FILE + path, link.fragment, span)


def check(library: Library, *, drafts: bool) -> Iterator[Diagnostic]:
    """Every rule that needs more than one entry."""
    for edge in edges(library):
        if edge.goal not in library.lost and edge.goal.removeprefix(FILE) not in library.lost:
            yield from _edge(edge, library.records, drafts=drafts)
    for record in library.records.values():
        yield from _kinds(record)
        yield from _files(record, library.files)
    yield from _unused(library)
    yield from _aliases(library.records)
    yield from _tree(library.records)
    yield from _months(library.records)


def _edge(edge: Edge, records: Mapping[str, Record], *, drafts: bool) -> Iterator[Diagnostic]:
    goal = records.get(edge.goal)
    source = records[edge.source]
    if goal is None:
        if edge.goal.startswith(FILE + "content/"):
            file = edge.goal.removeprefix(FILE + "content/")
            near = records.get(_near(edge._replace(goal=file.removesuffix(".md")), records))
            yield problem("C015", edge.place, file=file, guess=near.path.removeprefix("content/") if near else "—")
        elif edge.goal.startswith((FILE, "..")):
            yield problem("C009", edge.place, target=edge.goal.removeprefix(FILE))
        elif guess := _near(edge, records):
            yield problem("C003", edge.place, id=edge.goal, guess=guess)
        else:
            yield problem("C010", edge.place, id=edge.goal)
        return
    if edge.fragment and edge.fragment not in (goal.body.ids if goal.body else ()):
        ids = goal.body.ids if goal.body else ()
        yield problem("C011", edge.place, id=goal.id, fragment=edge.fragment, known="、".join(ids) or "—")
    hidden = source.entry.audience == "内部" or (source.entry.status == "草稿" and not drafts)
    if hidden:
        return
    if goal.entry.audience == "内部":
        yield problem("C006", edge.place, id=goal.id)
    elif goal.entry.status == "草稿" and not drafts and source.entry.status != "草稿":
        yield problem("C007", edge.place, id=goal.id)


def _near(edge: Edge, records: Mapping[str, Record]) -> str:
    """The id that was meant: the same slug in any collection, else the nearest in its own; never the entry itself."""
    id_ = edge.goal
    slug = posixpath.basename(id_).removesuffix(".md")
    same = sorted(known for known in records if known.endswith(f"/{slug}") and known != edge.source)
    collection = id_.partition("/")[0] + "/"
    return (
        same[0]
        if same
        else nearest(id_, [known for known in records if known.startswith(collection) and known != edge.source])
    )


def _kinds(record: Record) -> Iterator[Diagnostic]:
    for reference in references(record.entry):
        collection = reference.id.partition("/")[0]
        if "*" not in reference.collections and collection not in reference.collections:
            allowed = "、".join(f"{name}/" for name in reference.collections)
            yield problem("C005", record.place(reference.field), id=reference.id, allowed=allowed)


def _files(record: Record, known: Mapping[str, str]) -> Iterator[Diagnostic]:
    for path, span in named_files(record):
        if path.startswith(".."):
            yield problem("C009", span, target=path)
        elif path not in known:
            folder = posixpath.dirname(path)
            near = nearest(path, [one for one in known if posixpath.dirname(one) == folder])
            yield problem("C012", span, file=posixpath.basename(path), guess=posixpath.basename(near) or "—")


def named_files(record: Record) -> Iterator[tuple[str, Span]]:
    """The pictures and attachments that an entry names, relative to content/, and where."""
    folder = posixpath.dirname(record.path).removeprefix("content/")
    for field, file in files(record.entry):
        yield posixpath.normpath(posixpath.join(folder, file)), record.place(field)
    for link, place in zip(record.body.links if record.body else (), record.link_places, strict=True):
        if link.kind in ("image", "attachment"):
            yield posixpath.normpath(posixpath.join(folder, link.target)), Span(record.path, *place)


def _unused(library: Library) -> Iterator[Diagnostic]:
    """Documents of an office program that nobody names: their author took them for entries."""
    named = {path for record in library.records.values() for path, _ in named_files(record)}
    for path in library.files:
        if path not in named and path.lower().endswith(OFFICE):
            yield problem("C017", Span(f"content/{path}"))


def _aliases(records: Mapping[str, Record]) -> Iterator[Diagnostic]:
    taken: dict[str, str] = {}
    for record in records.values():
        for index, alias in enumerate(record.entry.aliases):
            old = f"{record.collection}/{alias}"
            other = old if old in records else taken.get(old)
            if record.collection in ON_ONE_PAGE:
                yield problem("C016", record.place(f"aliases.{index}"))
            elif other is not None:
                yield problem("C008", record.place(f"aliases.{index}"), alias=alias, other=other)
            taken[old] = record.id


def _tree(records: Mapping[str, Record]) -> Iterator[Diagnostic]:
    """Each organisation has an acyclic way to the top, and a group belongs to a branch."""
    branches = {id_: record.entry for id_, record in records.items() if isinstance(record.entry, Branch)}
    reported: set[str] = set()
    for id_, branch in branches.items():
        way = [id_]
        while (parent := branches[way[-1]].parent) in branches and parent not in way:
            way.append(parent)
        if parent in way and not reported & set(way):
            reported.update(way)
            cycle = " → ".join([*way[way.index(parent) :], parent])
            yield problem("C004", records[id_].place("parent"), cycle=cycle)
        above = branches.get(branch.parent)
        if branch.type == "党小组" and above and "支部" not in above.type:
            yield problem("C013", records[id_].place("parent"), type=above.type)


def _months(records: Mapping[str, Record]) -> Iterator[Diagnostic]:
    """Open before + new = done + open, wherever two months follow one another; no month twice."""
    months: dict[str, Record] = {}
    for record in records.values():
        if isinstance(record.entry, Dispatch):
            if other := months.get(record.entry.month):
                yield problem("C014", record.place("month"), month=record.entry.month, other=other.id)
            months[record.entry.month] = record
    for month, record in sorted(months.items()):
        before = months.get(_month_before(month))
        this = record.entry
        if before is None or not isinstance(this, Dispatch) or not isinstance(before.entry, Dispatch):
            continue
        if before.entry.open + this.new != this.done + this.open:
            figures = {"before": before.entry.open, "new": this.new, "done": this.done, "open": this.open}
            yield problem("R331", record.place("open"), **figures)


def _month_before(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02}"
