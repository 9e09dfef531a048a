"""Turns reads into traces: what a target was made from, and why it must be made again.

A *verifying trace* with *early cutoff*, after Mokhov, Mitchell and Peyton Jones, "Build Systems a la Carte" (2018).
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec

from generator.diagnostics import Diagnostic

Query = tuple[str | int, ...]

# No digest equals it, so a dependency that has it never holds.
UNANSWERED = ""


def digest_bytes(data: bytes | memoryview) -> str:
    """The BLAKE2b digest (16 bytes, in hexadecimal) of some bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _plain(value: object) -> object:
    """What JSON has no form for, in a form that JSON has: records, sets, dates, bytes."""
    if isinstance(value, msgspec.Struct):
        return [type(value).__name__, *msgspec.structs.astuple(value)]
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(_encode(item) for item in value)}
    if isinstance(value, (datetime.date, datetime.time)):
        return {"date": value.isoformat()}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    raise TypeError(f"an answer cannot hold a {type(value).__name__}: it has no canonical form")


# JSON, not a binary encoding with sorted keys: a template may loop over a mapping, so the order of its keys is part of
# the value, while that of a set is not. An encoder that treats both alike gets one of them wrong
# (test_digest_sees_the_order_of_a_mapping, test_digest_does_not_see_the_order_of_a_set).
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_plain).encode


def digest(value: object) -> str:
    """The digest of a value: builtins, dates, records of msgspec, and collections of these; TypeError for others."""
    return digest_bytes(_encode(value).encode("utf-8", "surrogatepass"))


class Dependency(msgspec.Struct, frozen=True, array_like=True, gc=False, cache_hash=True):
    """A question and the digest of the answer that was seen."""

    query: Query
    digest: str


class Target(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file to be made: where (relative to the output folder, with slashes), by which maker, with which arguments."""

    path: str
    maker: str
    arguments: tuple[str | int, ...] = ()

    @property
    def digest(self) -> str:
        """Tells apart two targets of one path that are made in different ways."""
        return digest_bytes(msgspec.msgpack.encode(self))


class Trace(msgspec.Struct, frozen=True, gc=False):
    """How a target was last made."""

    target: str
    """Digest of the target: the same path made by another maker or with other arguments is stale."""
    dependencies: tuple[Dependency, ...]
    """In the order in which they were first read."""
    result: str
    """Digest of the bytes that came out."""


class Reason(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Why a target must be made again."""

    kind: Literal["new", "target", "query", "missing", "damaged", "forced"]
    query: Query = ()
    """The first question whose answer changed, if the kind is "query"."""


class MakeError(Exception):
    """A target cannot be made of this content; raised by a maker or by an answer, and no fault of the program."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(diagnostics)
        self.diagnostics = tuple(diagnostics)


class World(Protocol):
    """What can be asked. An answer is a value that nobody changes; absence is a value too, such as None."""

    def answer(self, query: Query) -> object:
        """The answer, which depends on nothing but the query and the sources of this build."""
        ...


class Answers:
    """Asks each distinct query once and keeps the value and its digest for this build."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._values: dict[Query, object] = {}
        self._dependencies: dict[Query, Dependency] = {}

    def value(self, query: Query) -> object:
        """The answer; an exception is not kept, so the next to ask gets it afresh."""
        try:
            return self._values[query]
        except KeyError:
            pass
        value = self._values[query] = self._world.answer(query)
        return value

    def dependency(self, query: Query) -> Dependency:
        """The query with the digest of its answer, always the same object in one build."""
        found = self._dependencies.get(query)
        if found is None:
            found = self._dependencies[query] = Dependency(query, digest(self.value(query)))
        return found

    def digest(self, query: Query) -> str:
        """The digest of the answer."""
        return self.dependency(query).digest


class Reader:
    """What a maker is given: the only way to a value, so that no read can be left out of the trace."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._read: dict[Query, Dependency] = {}

    def __call__(self, *query: str | int) -> Any:
        """The answer to a query, recorded."""
        if query not in self._read:
            # A maker may go on after a failed read. What it makes then depends on the failure, which has no digest:
            # the trace gets a dependency that never holds (test_a_swallowed_failure_is_never_fresh).
            self._read[query] = Dependency(query, UNANSWERED)
            self._read[query] = self._answers.dependency(query)
        return self._answers.value(query)

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        """What has been read so far, in the order of first reading."""
        return tuple(self._read.values())


def stale(target: Target, trace: Trace | None, answers: Answers) -> Reason | None:
    """Why the target must be made again, or None.

    Dependencies are checked in the order in which they were read: once one has changed, a later one might never be
    read again, and asking for it (the body of an entry that was removed) may make no sense.
    """
    if trace is None:
        return Reason("new")
    if trace.target != target.digest:
        return Reason("target")
    for dependency in trace.dependencies:
        try:
            holds = answers.digest(dependency.query) == dependency.digest
        except MakeError:
            # The maker asks again and gets the failure, with the target's name to it.
            holds = False
        if not holds:
            return Reason("query", dependency.query)
    return None
