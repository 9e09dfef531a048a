"""Checks what no entry can know by itself: references, cycles, sums over months, figures against lists."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from generator.diagnostics import Diagnostic, Span, nearest, problem
from generator.model.collections import ON_ONE_PAGE
from generator.model.decoding import Record
from generator.model.dispatches import Dispatch
from generator.model.head import FILE, Head
from generator.model.library import Library
from generator.model.references import files, references

OFFICE = (".doc", ".docx", ".wps", ".rtf", ".txt", ".markdown", ".odt")


class Edge(NamedTuple):
    """One entry names another, in a field or in its text."""

    source: Record
    goal: str
    fragment: str
    part: str | int
    """Of the source: the field, or the link of the text."""

    @property
    def place(self) -> Span:
        """Where it stands."""
        return self.source.place(self.part)


def check(library: Library, *, drafts: bool, changed: Collection[str] | None = None) -> Iterator[Diagnostic]:
    """Every rule that needs more than one entry.

    After a check that found nothing, `changed` may name the only entries that are other than they were then, if all
    that their heads say beside texts is the same: the rest need not be looked at again.
    """
    by_path = ids_by_path(library)
    if changed is not None:
        doubtful = _concerned(library, by_path, changed)
    else:
        doubtful = _doubtful(library, by_path, drafts=drafts)
    for id_ in doubtful:
        record = library.record(id_)
        for edge in _edges(record, by_path):
            if edge.goal not in library.lost and edge.goal.removeprefix(FILE) not in library.lost:
                yield from _edge(edge, library, drafts=drafts)
        yield from _files(record, library.files)
    if changed is None:
        yield from _unused(library)
        yield from _aliases(library)
        yield from _tree(library)
    if changed is None or any(id_.startswith("dispatches/") for id_ in changed):
        yield from _months(library)


def _concerned(library: Library, by_path: Mapping[str, str], changed: Collection[str]) -> Iterator[str]:
    """The changed entries, and those that name a place in the text of one."""
    for id_, head in library.heads.items():
        anchors = head.outline.anchors
        if id_ in changed or (anchors and any(by_path.get(goal[1:], goal) in changed for goal, _ in anchors)):
            yield id_


def ids_by_path(library: Library) -> Mapping[str, str]:
    """The entry to which the path of a file leads: the last one in it."""
    return {path: id_ for id_, (path, _) in library.homes.items()}


def _doubtful(library: Library, by_path: Mapping[str, str], *, drafts: bool) -> Iterator[str]:
    """The entries that might name what they must not: the heads of the others show that they are in order."""
    fine = {
        id_
        for id_, head in library.heads.items()
        if head.outline.audience != "内部" and (drafts or head.outline.status != "草稿")
    }
    fine |= {FILE + path for path, id_ in by_path.items() if id_ in fine}
    for id_, head in library.heads.items():
        outline = head.outline
        named = fine.issuperset(outline.goals) and library.files.keys() >= {*outline.files}
        if not named or outline.anchors:
            yield id_


def _edges(record: Record, by_path: Mapping[str, str]) -> Iterator[Edge]:
    """Every naming of another entry, whether that exists or not."""
    for reference in references(record.entry):
        yield Edge(record, reference.id, "", reference.field)
    for index, link in enumerate(record.body.links if record.body else ()):
        if link.kind == "ref":
            yield Edge(record, link.target, link.fragment, index)
        elif link.kind == "file":
            path = posixpath.normpath(posixpath.join(posixpath.dirname(record.path), link.target))
            yield Edge(record, by_path.get(path, FILE + path), link.fragment, index)


def _edge(edge: Edge, library: Library, *, drafts: bool) -> Iterator[Diagnostic]:
    heads = library.heads
    goal = heads.get(edge.goal)
    source = heads[edge.source.id].outline
    if goal is None:
        if edge.goal.startswith(FILE + "content/"):
            file = edge.goal.removeprefix(FILE + "content/")
            near = library.homes.get(_near(edge._replace(goal=file.removesuffix(".md")), heads))
            yield problem("C015", edge.place, file=file, guess=near[0].removeprefix("content/") if near else "—")
        elif edge.goal.startswith((FILE, "..")):
            yield problem("C009", edge.place, target=edge.goal.removeprefix(FILE))
        elif guess := _near(edge, heads):
            yield problem("C003", edge.place, id=edge.goal, guess=guess)
        else:
            yield problem("C010", edge.place, id=edge.goal)
        return
    if edge.fragment:
        body = library.body(edge.goal)
        ids = body.ids if body else ()
        if edge.fragment not in ids:
            yield problem("C011", edge.place, id=edge.goal, fragment=edge.fragment, known="、".join(ids) or "—")
    hidden = source.audience == "内部" or (source.status == "草稿" and not drafts)
    if hidden:
        return
    if goal.outline.audience == "内部":
        yield problem("C006", edge.place, id=edge.goal)
    elif goal.outline.status == "草稿" and not drafts and source.status != "草稿":
        yield problem("C007", edge.place, id=edge.goal)


def _near(edge: Edge, records: Mapping[str, Head]) -> str:
    """The id that was meant: the same slug in any collection, else the nearest in its own; never the entry itself."""
    id_ = edge.goal
    slug = posixpath.basename(id_).removesuffix(".md")
    same = sorted(known for known in records if known.endswith(f"/{slug}") and known != edge.source.id)
    collection = id_.partition("/")[0] + "/"
    return (
        same[0]
        if same
        else nearest(id_, [known for known in records if known.startswith(collection) and known != edge.source.id])
    )


def _files(record: Record, known: Mapping[str, str]) -> Iterator[Diagnostic]:
    for path, part in _named_files(record):
        if path.startswith(".."):
            yield problem("C009", record.place(part), target=path)
        elif path not in known:
            folder = posixpath.dirname(path)
            near = nearest(path, [one for one in known if posixpath.dirname(one) == folder])
            yield problem(
                "C012", record.place(part), file=posixpath.basename(path), guess=posixpath.basename(near) or "—"
            )


def _named_files(record: Record) -> Iterator[tuple[str, str | int]]:
    """The pictures and attachments that an entry names, relative to content/, and the field or link that does."""
    folder = posixpath.dirname(record.path).removeprefix("content/")
    for field, file in files(record.entry):
        yield posixpath.normpath(posixpath.join(folder, file)), field
    for index, link in enumerate(record.body.links if record.body else ()):
        if link.kind in ("image", "attachment"):
            yield posixpath.normpath(posixpath.join(folder, link.target)), index


def _unused(library: Library) -> Iterator[Diagnostic]:
    """Documents of an office program that nobody names: their author took them for entries."""
    documents = [path for path in library.files if path.lower().endswith(OFFICE)]
    named = {path for head in library.heads.values() for path in head.outline.files} if documents else set()
    for path in documents:
        if path not in named:
            yield problem("C017", Span(f"content/{path}"))


def _aliases(library: Library) -> Iterator[Diagnostic]:
    taken: dict[str, str] = {}
    for id_, head in library.heads.items():
        for index, alias in enumerate(head.outline.aliases):
            collection = id_.partition("/")[0]
            old = f"{collection}/{alias}"
            other = old if old in library.heads else taken.get(old)
            if collection in ON_ONE_PAGE:
                yield problem("C016", library.record(id_).place(f"aliases.{index}"))
            elif other is not None:
                yield problem("C008", library.record(id_).place(f"aliases.{index}"), alias=alias, other=other)
            taken[old] = id_


def _tree(library: Library) -> Iterator[Diagnostic]:
    """Each organisation has an acyclic way to the top, and a group belongs to a branch."""
    branches = {id_: head.outline for id_, head in library.heads.items() if id_.startswith("branches/")}
    reported: set[str] = set()
    for id_, branch in branches.items():
        way = [id_]
        while (parent := branches[way[-1]].parent) in branches and parent not in way:
            way.append(parent)
        if parent in way and not reported & set(way):
            reported.update(way)
            cycle = " → ".join([*way[way.index(parent) :], parent])
            yield problem("C004", library.record(id_).place("parent"), cycle=cycle)
        above = branches.get(branch.parent)
        if branch.type == "党小组" and above and "支部" not in above.type:
            yield problem("C013", library.record(id_).place("parent"), type=above.type)


def _months(library: Library) -> Iterator[Diagnostic]:
    """Open before + new = done + open, wherever two months follow one another; no month twice."""
    months: dict[str, Record] = {}
    for id_ in library.heads:
        if not id_.startswith("dispatches/"):
            continue
        record = library.record(id_)
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
