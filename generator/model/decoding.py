"""One file of content/ -> its records, their heads and its problems: nothing but its path and bytes goes in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from generator.diagnostics import Diagnostic, Span, problem
from generator.engine.digests import digest_bytes
from generator.model.collections import RULES, Collection
from generator.model.entry import Entry, Finding, check_entry
from generator.model.head import Head, head_of
from generator.model.references import references
from generator.sources import document
from generator.sources.body import Body
from generator.sources.decode import Place
from generator.sources.document import Places

SLUGS = re.compile("^[ {-]*+(?:id|编号) *+(?::|：) *+([a-z0-9-]+)".encode(), re.MULTILINE)

NOWHERE: Place = (0, 0, 1)


class Record(msgspec.Struct, frozen=True):
    """One entry with where it came from; its id is `collection/slug`."""

    id: str
    path: str
    """Of the file, relative to the site."""
    entry: Entry
    body: Body | None
    places: Callable[[], Places | None]
    """Worked out from the source, and only for a message; None for a file that is not as it was read."""

    @property
    def collection(self) -> str:
        """The name of its collection."""
        return self.id.partition("/")[0]

    @property
    def slug(self) -> str:
        """The permanent part of its address."""
        return self.id.partition("/")[2]

    def place(self, part: str | int) -> Span:
        """Where a field, or a link of the text by its index, was written."""
        places = self.places()
        return Span(self.path, *places.of(part)) if places else Span(self.path)

    @property
    def slug_place(self) -> Place:
        """Where its slug was written, or where its fields begin if the name of the file gives it."""
        places = self.places()
        return places.slug if places else NOWHERE


Stored = tuple[msgspec.Raw, msgspec.Raw]
"""A record without what its head has: the entry and the body."""


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
    placed: Sequence[Places] = ()
    stored = []
    heads = []
    for index, found in enumerate(documents):
        if broken := list(_broken_rules(found.entry, collection)):
            placed = placed or places(path, data, collection)
            diagnostics += [
                problem(one.code, Span(path, *placed[index].of(one.field)), **one.arguments) for one in broken
            ]
        entry, body = _encode(found.entry), _encode(found.body)
        digests = (digest_bytes(entry), digest_bytes(body) if found.body is not None else "")
        heads.append(head_of(found.slug, path, found.entry, found.body, digests))
        stored.append((msgspec.Raw(entry), msgspec.Raw(body)))
    wrong = any(diagnostic.level == "error" for diagnostic in diagnostics)
    lost = _lost(path, data, {head.slug for head in heads}) if wrong else ()
    return Decoded(tuple(heads), tuple(diagnostics), lost, _encode(stored))


def places(path: str, data: bytes, collection: Collection) -> Sequence[Places]:
    """Where the parts of a file's entries stand, in the order of the heads; a pure function of its arguments."""
    documents, _ = document.parse(path, data, collection.type, placed=True)
    return [found.places for found in documents if found.places]


_encode: Callable[[Any], bytes] = msgspec.msgpack.Encoder(order="deterministic").encode


def _lost(path: str, data: bytes, found: set[str]) -> tuple[str, ...]:
    """The slugs that a file with errors seems to define beside those that could be read."""
    stem = posixpath.basename(path).rpartition(".")[0]
    slugs = {slug.decode() for slug in SLUGS.findall(data)} or {stem}
    return tuple(sorted(slugs - found))


def _broken_rules(entry: Entry, collection: Collection) -> Iterator[Finding]:
    yield from check_entry(entry)
    if collection.name in RULES:
        yield from RULES[collection.name](entry)
    for reference in references(entry):
        named = reference.id.partition("/")[0]
        if "*" not in reference.collections and named not in reference.collections:
            allowed = "、".join(f"{name}/" for name in reference.collections)
            yield Finding("C005", reference.field, {"id": reference.id, "allowed": allowed})
