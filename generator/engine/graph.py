"""What the last build asked and read, as numbers in arrays: so many that each must take a few bytes, and no object."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

Query = tuple[str | int, ...]
TARGET = "\x00target"
"""The first word of the name of a target, which stands among the questions; nobody asks it."""


class Made(msgspec.Struct, array_like=True, gc=False):
    """How a target was last made."""

    number: int
    """Of its node, whose digest is that of the bytes that came out."""
    maker: str
    arguments: tuple[str | int, ...]
    reason: msgspec.Raw
    """Why it was made, encoded."""


class _Payload(msgspec.Struct, array_like=True, gc=False):
    """A graph as it is kept."""

    queries: list[Query | None]
    digests: list[str]
    reads: list[bytes]
    users: list[bytes]
    inputs: bytes
    made: dict[str, Made]


class Graph:
    """Nodes are questions and targets, each with a digest and what it read; a build replaces what it learned anew."""

    def __init__(self) -> None:
        self.queries: list[Query | None] = []
        """By number; None for what was forgotten."""
        self.digests: list[str] = []
        """Of answers and outputs, by number."""
        self.made: dict[str, Made] = {}
        """Targets by path."""
        self._reads: list[bytes] = []
        self._users: list[bytes] = []
        self._inputs: set[int] = set()
        self._changes: dict[int, bytes] = {}
        self._numbers: dict[Query, int] | None = {}

    @property
    def numbers(self) -> dict[Query, int]:
        """The number of each question."""
        if self._numbers is None:
            self._numbers = {query: number for number, query in enumerate(self.queries) if query is not None}
        return self._numbers

    def inputs(self) -> Iterator[tuple[Query, int]]:
        """The questions about sources, with their numbers."""
        for number in self._inputs:
            query = self.queries[number]
            if query is not None:
                yield query, number

    def reads(self, number: int) -> Sequence[int]:
        """What a node read, in the order of first reading."""
        return memoryview(self._reads[number]).cast("I")

    def above(self, changed: Iterable[int]) -> set[int]:
        """The nodes that might be other than they were when some are: those, their readers, and so on upwards."""
        self.settle()
        found: set[int] = set()
        waiting = list(changed)
        users = self._users
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting.extend(memoryview(users[number]).cast("I"))
        return found

    def number(self, query: Query) -> int:
        """The number of a question, a new one if need be."""
        numbers = self.numbers
        found = numbers.get(query)
        if found is None:
            found = numbers[query] = len(self.queries)
            self.queries.append(query)
            self.digests.append("")
            self._reads.append(b"")
            self._users.append(b"")
        return found

    def put_input(self, query: Query, digest: str) -> None:
        """Take down the state of a source."""
        number = self.number(query)
        self._inputs.add(number)
        self.digests[number] = digest

    def put(self, query: Query, digest: str, reads: Sequence[Query]) -> int:
        """Take down an answer and what it was worked out from; gives its number."""
        number = self.number(query)
        try:
            # Nearly all have a number already, and there are sixty for each page.
            packed = array("I", map(self.numbers.__getitem__, reads)).tobytes()
        except KeyError:
            packed = array("I", map(self.number, reads)).tobytes()
        if packed != self._reads[number]:
            self._changes.setdefault(number, self._reads[number])
            self._reads[number] = packed
        self.digests[number] = digest
        return number

    def put_target(self, path: str, made: tuple[str, tuple[str | int, ...]], reason: bytes) -> None:
        """Take down how a target was made, of which `put` was told with the name (TARGET, path)."""
        self.made[path] = Made(self.number((TARGET, path)), *made, msgspec.Raw(reason))

    def forget(self, number: int) -> None:
        """Drop a node of which nobody knows whether it still holds; nothing that holds has read it."""
        query = self.queries[number]
        if query is None:
            return
        self.numbers.pop(query, None)
        self.queries[number] = None
        self._inputs.discard(number)
        self._changes.setdefault(number, self._reads[number])
        self._reads[number] = b""
        self.digests[number] = ""

    def paths(self, maker: str) -> set[str]:
        """The targets of one maker."""
        return {path for path, made in self.made.items() if made.maker == maker}

    def forget_target(self, path: str) -> None:
        """Drop a target that is not planned any more, or could not be made."""
        made = self.made.pop(path, None)
        if made is not None:
            self.forget(made.number)

    def settle(self) -> None:
        """Bring the way back from answers to their readers up to date."""
        changes, self._changes = self._changes, {}
        if len(changes) * 4 > len(self.queries):
            self._users = self._inverted()
            return
        gained: dict[int, set[int]] = {}
        lost: dict[int, set[int]] = {}
        for number, before in changes.items():
            old, new = set(memoryview(before).cast("I")), set(self.reads(number))
            for one in new - old:
                gained.setdefault(one, set()).add(number)
            for one in old - new:
                lost.setdefault(one, set()).add(number)
        for one in {*gained, *lost}:
            users = set(memoryview(self._users[one]).cast("I")) - lost.get(one, set()) | gained.get(one, set())
            self._users[one] = array("I", sorted(users)).tobytes()

    def _inverted(self) -> list[bytes]:
        """For each node those that read it."""
        users: list[Any] = [None] * len(self.queries)
        for number, packed in enumerate(self._reads):
            for one in memoryview(packed).cast("I"):
                found = users[one]
                if found is None:
                    users[one] = array("I", (number,))
                else:
                    found.append(number)
        return [b"" if found is None else found.tobytes() for found in users]

    def compact(self) -> Graph:
        """The same without what was forgotten, once that is much; itself while it is little."""
        kept = [number for number, query in enumerate(self.queries) if query is not None]
        if len(kept) * 4 > len(self.queries) * 3:
            return self
        places = {number: place for place, number in enumerate(kept)}
        found = Graph()
        found.queries = [self.queries[number] for number in kept]
        found.digests = [self.digests[number] for number in kept]
        found._reads = [array("I", (places[one] for one in self.reads(number))).tobytes() for number in kept]
        found._inputs = {places[number] for number in self._inputs}
        found._numbers = None
        for path, made in self.made.items():
            found.made[path] = Made(places[made.number], made.maker, made.arguments, made.reason)
        found._users = found._inverted()
        return found

    def encode(self) -> bytes:
        """The graph for the store."""
        self.settle()
        inputs = array("I", sorted(self._inputs)).tobytes()
        payload = _Payload(self.queries, self.digests, self._reads, self._users, inputs, self.made)
        return msgspec.msgpack.encode(payload)

    @classmethod
    def decode(cls, data: bytes | memoryview) -> Graph:
        """The graph of the store; msgspec.MsgspecError or ValueError for what is none."""
        payload = msgspec.msgpack.decode(data, type=_Payload)
        graph = cls()
        graph.queries, graph.digests = payload.queries, payload.digests
        graph._reads, graph._users, graph.made = payload.reads, payload.users, payload.made
        if len({len(part) for part in (graph.queries, graph.digests, graph._reads, graph._users)}) > 1:
            raise ValueError("a graph whose parts differ in length")
        graph._inputs = set(memoryview(payload.inputs).cast("I"))
        # What nodes read is not looked through: 25 ms of each build, for what the checksum of the store tells already.
        if any(not 0 <= number < len(graph.queries) for number in (*graph._inputs, *_numbers(payload.made))):
            raise ValueError("a graph whose numbers lead nowhere")
        graph._numbers = None
        return graph


def _numbers(made: Mapping[str, Made]) -> Iterator[int]:
    return (one.number for one in made.values())
