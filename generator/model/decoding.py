"""One file of content/ -> its records, their heads and its problems: nothing but its path and bytes goes in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from generator.diagnostics import Diagnostic, Span, problem
from generator.engine.digests import digest_bytes
from generator.model.collections import RULES, Collection
from generator.model.entry import Entry, check_entry
from generator.model.head import Head, head_of
from generator.model.references import references
from generator.sources import document
from generator.sources.body import Body
from generator.sources.decode import Place

SLUGS = re.compile("^[ {-]*+(?:id|编号) *+(?::|：) *+([a-z0-9-]+)".encode(), re.MULTILINE)


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


class Decoded(msgspec.Struct, frozen=True, array_like=True):
    """One file, decoded: a pure function of its path and bytes."""

    heads: tuple[Head, ...]
    diagnostics: tuple[Diagnostic, ...]
    lost: tuple[str, ...]
    records: bytes
    """Encoded; in the order of the heads."""


def decode(path: str, data: bytes, collection: Collection) -> Decoded:
    """A file's heads, problems and records; a pure function of its arguments."""
    documents, diagnostics = document.parse(path, data, collection.type)
    for found in documents:
        diagnostics.extend(_broken_rules(path, found, collection))
    stored = []
    heads = []
    for found in documents:
        entry, body = _encode(found.entry), _encode(found.body)
        digests = (digest_bytes(entry), digest_bytes(body) if found.body is not None else "")
        heads.append(head_of(found.slug, path, found.entry, found.body, digests))
        stored.append((found.place, msgspec.Raw(entry), msgspec.Raw(body), found.places, found.link_places))
    wrong = any(diagnostic.level == "error" for diagnostic in diagnostics)
    lost = _lost(path, data, {head.slug for head in heads}) if wrong else ()
    return Decoded(tuple(heads), tuple(diagnostics), lost, _encode(stored))


_encode: Callable[[Any], bytes] = msgspec.msgpack.Encoder(order="deterministic").encode


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
    for reference in references(found.entry):
        named = reference.id.partition("/")[0]
        if "*" not in reference.collections and named not in reference.collections:
            allowed = "、".join(f"{name}/" for name in reference.collections)
            yield problem("C005", record.place(reference.field), id=reference.id, allowed=allowed)
