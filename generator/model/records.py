"""What is remembered of the files of content/, and the records that are read back from there one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from generator.diagnostics import Diagnostic, Span, problem
from generator.engine.blobs import Blobs, Ref
from generator.engine.trace import MakeError, digest_bytes
from generator.model.collections import COLLECTIONS, Collection
from generator.model.decoding import Record, Stored, decode, places
from generator.model.entry import Entry
from generator.model.head import Head
from generator.sources.body import Body
from generator.sources.document import Places

_T = TypeVar("_T")


class Indexed(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered of one file; its records stand elsewhere, since most builds need few of them."""

    digest: str
    heads: tuple[Head, ...]
    diagnostics: tuple[Diagnostic, ...]
    lost: tuple[str, ...]
    """Slugs of entries that are there but could not be read; what names them is not at fault."""
    ref: Ref


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier builds remember of content/."""

    files: Mapping[str, Indexed] = field(default_factory=dict)
    """By path, relative to the site."""
    copied: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    """What was found in files that are published as they are: name -> (digest of the file, encoded diagnostics)."""
    blobs: Blobs = field(default_factory=lambda: Blobs(None))


@dataclass(frozen=True)
class Records:
    """The entries in full."""

    known: Known
    root: Path
    """Of the site."""
    _open: dict[str, tuple[Stored, ...]] = field(default_factory=dict, repr=False, compare=False)
    _placed: dict[str, Sequence[Places]] = field(default_factory=dict, repr=False, compare=False)

    def record(self, id_: str, path: str, index: int) -> Record:
        """An entry in full: so many others of its file stand before it."""
        return Record(id_, path, self.entry(path, index), self.body(path, index), partial(self.places, path, index))

    def entry(self, path: str, index: int) -> Entry:
        """The fields of an entry."""
        found: Entry = msgspec.msgpack.decode(self._stored(path)[index][0], type=_collection(path).type)
        return found

    def body(self, path: str, index: int) -> Body | None:
        """The text of an entry."""
        return msgspec.msgpack.decode(self._stored(path)[index][1], type=Body | None)

    def places(self, path: str, index: int) -> Places | None:
        """Where an entry was written; None if its file is not what it was."""
        found = self._placed.get(path)
        if found is None:
            try:
                found = places(path, self._source(path), _collection(path))
            except MakeError:
                return None
            _keep(self._placed, path, found)
        return found[index]

    def _stored(self, path: str) -> tuple[Stored, ...]:
        """The records of one file. Those of the last few files are kept: an entry is asked for its text as well."""
        found = self._open.get(path)
        if found is None:
            packed = self.known.blobs.read(self.known.files[path].ref)
            if packed is None:
                # What was remembered is damaged, and the source says the same as long as it is the same.
                packed = decode(path, self._source(path), _collection(path)).records
            found = _unpacked(packed)
            _keep(self._open, path, found)
        return found

    def _source(self, path: str) -> bytes:
        """A file as it was when it was read; MakeError if it is another."""
        try:
            data = (self.root / path).read_bytes()
        except OSError as error:
            raise MakeError([problem("S014", Span(path), why=error.strerror or "")]) from error
        if digest_bytes(data) != self.known.files[path].digest:
            raise MakeError([problem("B003", Span(path))])
        return data


FILES_OPEN = 64
_unpacked = msgspec.msgpack.Decoder(tuple[Stored, ...]).decode


def _collection(path: str) -> Collection:
    return COLLECTIONS[path.split("/", 2)[1]]


def _keep(kept: dict[str, _T], path: str, value: _T) -> None:
    """Keep what was made of a file in place of what was kept first, once there are many."""
    if len(kept) >= FILES_OPEN:
        del kept[next(iter(kept))]
    kept[path] = value
