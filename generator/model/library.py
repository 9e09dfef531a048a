"""Reads content/ into records: every file decoded once for each of its contents, and remembered."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from generator.diagnostics import Diagnostic, Span, nearest, problem
from generator.engine.files import Files, Problem, Scan, scan
from generator.model.collections import COLLECTIONS, RULES, Collection
from generator.model.entry import Entry, check_entry
from generator.sources import document
from generator.sources.body import Body
from generator.sources.decode import Place

STATIC = "static/"
SOURCES = (".md", ".yaml", ".yml")
# What file managers, editors and git leave behind.
LITTER = frozenset((".DS_Store", "Thumbs.db", ".git", ".gitkeep", ".gitignore", ".gitattributes", "4913"))
LINKS = {
    "link-outside": "S017",
    "link-broken": "S018",
    "link-loop": "S018",
    "link-folder": "S019",
    "special": "S020",
    "name": "S022",
}


class Record(msgspec.Struct, frozen=True):
    """One entry with where it came from; its id is `collection/slug`."""

    id: str
    path: str
    """Of the file, relative to the site."""
    slug_place: Place
    entry: Entry
    body: Body | None
    places: dict[str, Place]
    link_places: tuple[Place, ...]

    @property
    def collection(self) -> str:
        """The name of its collection."""
        return self.id.partition("/")[0]

    @property
    def slug(self) -> str:
        """The permanent part of its address."""
        return self.id.partition("/")[2]

    def place(self, field: str) -> Span:
        """Where a field was written; the entry's beginning for one that is absent."""
        while field:
            if field in self.places:
                return Span(self.path, *self.places[field])
            field = field.rpartition(".")[0]
        return Span(self.path, *self.places.get("title", self.slug_place))


class _Kept(msgspec.Struct, array_like=True):
    """What is remembered of one file: its documents with the entries still encoded, and its problems."""

    documents: tuple[tuple[str, Place, msgspec.Raw, Body | None, dict[str, Place], tuple[Place, ...]], ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """Everything under content/, published or not."""

    records: Mapping[str, Record]
    """By id, in order of id."""
    files: Mapping[str, str]
    """Pictures and attachments by path relative to content/, with the digest of their bytes."""
    static: Mapping[str, str]
    """Files that are copied to the root of the site, by their path there, with the digest of their bytes."""
    diagnostics: tuple[Diagnostic, ...]
    decoded: Mapping[str, tuple[str, bytes]]


def read(root: Path, files: Files, remembered: Mapping[str, tuple[str, bytes]]) -> Library:
    """The library below `root`/content; `remembered` is what earlier builds decoded."""
    found = scan(root / "content")
    reading = _Reading(root, files, remembered)
    reading.problems([one for one in found.problems if not one.path.startswith(STATIC)])
    for path in found.files:
        if not path.startswith(STATIC):
            reading.file(path, found)
    reading.copies(root / "content" / STATIC)
    return Library(
        dict(sorted(reading.records.items())),
        reading.media,
        reading.static,
        tuple(reading.diagnostics),
        reading.decoded,
    )


def litter(name: str) -> bool:
    """Whether a name in content/static is nothing that an office publishes."""
    return name in LITTER or name.endswith(("~", ".swp", ".tmp"))


class _Reading:
    """The work of one reading."""

    def __init__(self, root: Path, files: Files, remembered: Mapping[str, tuple[str, bytes]]) -> None:
        self._root = root
        self._files = files
        self._remembered = remembered
        self.records: dict[str, Record] = {}
        self.media: dict[str, str] = {}
        self.static: dict[str, str] = {}
        self.diagnostics: list[Diagnostic] = []
        self.decoded: dict[str, tuple[str, bytes]] = {}

    def problems(self, problems: list[Problem]) -> None:
        """Report what the scan could not read."""
        for found in problems:
            span = Span(posixpath.normpath(f"content/{found.path}"))
            if found.kind == "unreadable" and found.path == "." and not (self._root / "content").exists():
                self.diagnostics.append(problem("S023", Span("content")))
            elif found.kind == "unreadable":
                self.diagnostics.append(problem("S014", span, why="cannot be opened"))
            else:
                self.diagnostics.append(problem(LINKS[found.kind], span))

    def copies(self, folder: Path) -> None:
        """Take in what is copied as it is, hidden names such as `.well-known` too; no link leads out of the folder."""
        if not folder.is_dir():
            return
        found = scan(folder, skip=litter)
        self.problems([Problem(STATIC + one.path, one.kind) for one in found.problems])
        for path in found.files:
            self.file(STATIC + path, found)

    def file(self, path: str, found: Scan) -> None:
        """Take in one file, whose path is relative to content/."""
        shown = f"content/{path}"
        folder, _, rest = path.partition("/")
        try:
            if path.startswith(STATIC):
                self.static[path.removeprefix(STATIC)] = self._files.digest(shown, self._root / shown)
            elif not rest:
                self.diagnostics.append(problem("S016", Span(shown)))
            elif folder not in COLLECTIONS:
                guess = nearest(folder, COLLECTIONS) or "pages"
                self.diagnostics.append(
                    problem("S015", Span(shown), folder=folder, guess=guess, known=" ".join(COLLECTIONS))
                )
            elif not path.endswith(SOURCES) and self._leads_to_source(shown):
                self.diagnostics.append(problem("S017", Span(shown)))
            elif not path.endswith(SOURCES):
                self.media[path] = self._files.digest(shown, self._root / shown)
            elif found.files[path].st_size > document.MOST_BYTES:
                self.diagnostics.append(document.too_large(shown, found.files[path].st_size))
            else:
                self._source(shown, COLLECTIONS[folder])
        except FileNotFoundError:
            # Deleted between the listing and the reading: as if it had never been listed.
            return
        except OSError as error:
            self.diagnostics.append(problem("S014", Span(shown), why=error.strerror))

    def _leads_to_source(self, shown: str) -> bool:
        """Whether a picture is a link to the source of an entry, which may be internal."""
        path = self._root / shown
        return path.is_symlink() and os.path.realpath(path).endswith(SOURCES)

    def _source(self, path: str, collection: Collection) -> None:
        name = f"{collection.name}:{path}"
        known = self._remembered.get(name)
        digest = self._files.digest(path, self._root / path)
        if known is None or known[0] != digest:
            data, digest = self._files.read(path, self._root / path)
            known = (digest, decode(path, data, collection))
        self.decoded[name] = known
        kept = msgspec.msgpack.decode(known[1], type=_Kept)
        self.diagnostics.extend(kept.diagnostics)
        for slug, place, raw, body, places, link_places in kept.documents:
            entry = msgspec.msgpack.decode(raw, type=collection.type)
            record = Record(f"{collection.name}/{slug}", path, place, entry, body, places, link_places)
            if other := self.records.get(record.id):
                where = Span(other.path, *other.slug_place)
                self.diagnostics.append(problem("C001", Span(path, *place), id=record.id, other=where))
            else:
                self.records[record.id] = record


def decode(path: str, data: bytes, collection: Collection) -> bytes:
    """A file's documents and problems, encoded for the store; a pure function of its arguments."""
    documents, diagnostics = document.parse(path, data, collection.type)
    for found in documents:
        diagnostics.extend(_broken_rules(path, found, collection))
    encode: Callable[[Any], bytes] = msgspec.msgpack.Encoder(order="deterministic").encode
    kept = _Kept(
        tuple((d.slug, d.place, msgspec.Raw(encode(d.entry)), d.body, d.places, d.link_places) for d in documents),
        tuple(diagnostics),
    )
    return encode(kept)


def _broken_rules(path: str, found: document.Document, collection: Collection) -> Iterator[Diagnostic]:
    record = Record(f"{collection.name}/{found.slug}", path, found.place, found.entry, None, found.places, ())
    rules = (check_entry, RULES[collection.name]) if collection.name in RULES else (check_entry,)
    for rule in rules:
        for finding in rule(found.entry):
            yield problem(finding.code, record.place(finding.field), **finding.arguments)
