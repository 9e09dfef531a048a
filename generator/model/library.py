"""Reads content/ into records: every file decoded once for each of its contents, and remembered."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from generator.diagnostics import Diagnostic, Span, nearest, problem
from generator.engine.files import Files, Problem, Scan, scan
from generator.model.collections import COLLECTIONS, RULES, Collection
from generator.model.entry import Entry, check_entry
from generator.sources import document, privacy
from generator.sources.body import Body
from generator.sources.decode import Place

STATIC = "static/"
PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp")
MOST_PICTURE = 1_000_000  # bytes; a slow telephone loads them in some ten seconds
SOURCES = (".md", ".yaml", ".yml")
SLUGS = re.compile("^[ -]*[{ ]*(?:id|编号) *(?::|：) *([a-z0-9-]+)".encode(), re.MULTILINE)
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
    lost: tuple[str, ...] = ()
    """Slugs of entries that are there but could not be read; what names them is not at fault."""


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
    lost: frozenset[str] = frozenset()
    """Ids, and paths of files, of entries that are there but could not be read."""


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
        frozenset(reading.lost),
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
        self.lost: set[str] = set()

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
                self.static[path.removeprefix(STATIC)] = self._copied(shown)
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
                self._weigh(shown, found.files[path].st_size)
                self.media[path] = self._copied(shown)
            elif found.files[path].st_size > document.MOST_BYTES:
                self.diagnostics.append(document.too_large(shown, found.files[path].st_size))
            else:
                self._source(shown, COLLECTIONS[folder])
        except FileNotFoundError:
            # Deleted between the listing and the reading: as if it had never been listed.
            return
        except OSError as error:
            self.diagnostics.append(problem("S014", Span(shown), why=error.strerror))

    def _weigh(self, shown: str, size: int) -> None:
        """Report a picture that an old telephone waits for."""
        if size > MOST_PICTURE and shown.lower().endswith(PICTURES):
            self.diagnostics.append(
                problem("S024", Span(shown), size=f"{size / 1e6:.1f}", most=f"{MOST_PICTURE / 1e6:.0f}")
            )

    def _leads_to_source(self, shown: str) -> bool:
        """Whether a picture is a link to the source of an entry, which may be internal."""
        path = self._root / shown
        return path.is_symlink() and os.path.realpath(path).endswith(SOURCES)

    def _copied(self, path: str) -> str:
        """The digest of a file that is published as it is; one that can be looked through is, once for each content."""
        if not privacy.looked_through(path):
            digest = self._files.digest(path, self._root / path)
        else:
            digest = self._looked_through(path)
        self.diagnostics.extend(privacy.named(path))
        return digest

    def _looked_through(self, path: str) -> str:
        name = f"copied:{path}"
        known = self._remembered.get(name)
        digest = self._files.known(path, os.stat(self._root / path))
        if known is None or known[0] != digest:
            data, digest = self._files.read(path, self._root / path)
            if known is None or known[0] != digest:
                known = (digest, msgspec.msgpack.encode(tuple(privacy.copied(path, data)), order="deterministic"))
        self.decoded[name] = known
        self.diagnostics.extend(msgspec.msgpack.decode(known[1], type=tuple[Diagnostic, ...]))
        return known[0]

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
        if kept.lost:
            self.lost |= {path, *(f"{collection.name}/{slug}" for slug in kept.lost)}
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
    kept_documents = tuple(
        (d.slug, d.place, msgspec.Raw(encode(d.entry)), d.body, d.places, d.link_places) for d in documents
    )
    wrong = any(diagnostic.level == "error" for diagnostic in diagnostics)
    kept = _Kept(kept_documents, tuple(diagnostics), _lost(path, data, {d.slug for d in documents}) if wrong else ())
    return encode(kept)


def _lost(path: str, data: bytes, found: set[str]) -> tuple[str, ...]:
    """The slugs that a file with errors seems to define beside those that could be read."""
    stem = posixpath.basename(path).rpartition(".")[0]
    slugs = {slug.decode() for slug in SLUGS.findall(data)} or {stem}
    return tuple(sorted(slugs - found))


def _broken_rules(path: str, found: document.Document, collection: Collection) -> Iterator[Diagnostic]:
    record = Record(f"{collection.name}/{found.slug}", path, found.place, found.entry, None, found.places, ())
    rules = (check_entry, RULES[collection.name]) if collection.name in RULES else (check_entry,)
    for rule in rules:
        for finding in rule(found.entry):
            yield problem(finding.code, record.place(finding.field), **finding.arguments)
