"""Turns reads into traces: what a target was made from, and why it must be made again.

*Verifying traces* with *early cutoff*, after Mokhov, Mitchell and Peyton Jones, "Build Systems a la Carte" (2018). An
answer has a trace like a target: what is asked of the sources themselves are the *inputs*, everything else is worked
out from answers, so that after an edit only what leads up from the changed inputs is looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from generator.diagnostics import Diagnostic
from generator.engine.digests import digest, digest_bytes
from generator.engine.graph import Graph, Query

__all__ = ["Answers", "MakeError", "Query", "Reader", "Reason", "Target", "World", "digest", "digest_bytes", "stale"]

RECENT = 64
"""Fleeting answers that are kept. A build of 10,000 entries that kept them all held 484 MB instead of 331."""
UNANSWERED: Query = ("unanswered",)
"""Stands for a read that failed. It has no digest, so that what depends on it never holds."""


class Target(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file to be made: where (relative to the output folder, with slashes), by which maker, with which arguments."""

    path: str
    maker: str
    arguments: tuple[str | int, ...] = ()


class Reason(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Why a target must be made again."""

    kind: Literal["new", "target", "query", "missing", "damaged", "forced"]
    query: Query = ()
    """The first question whose answer changed, if the kind is "query"."""


class Trace(msgspec.Struct, frozen=True, gc=False):
    """How a target was last made."""

    target: Target
    reads: tuple[Query, ...]
    """In the order in which they were first asked."""
    result: str
    """Digest of the bytes that came out."""


class MakeError(Exception):
    """A target cannot be made of this content; raised by a maker or by an answer, and no fault of the program."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(diagnostics)
        self.diagnostics = tuple(diagnostics)


class World(Protocol):
    """What can be asked. An answer is a value that nobody changes; absence is a value too, such as None."""

    @property
    def inputs(self) -> Container[str | int]:
        """The first words of the questions about the sources."""
        ...

    @property
    def fleeting(self) -> Container[str | int]:
        """The first words of those that are seldom asked again once a target is made: an answer is soon let go of."""
        ...

    def state(self, query: Query) -> str:
        """For an input: a text that changes whenever the answer does."""
        ...

    def answer(self, query: Query, read: Reader) -> object:
        """The answer; one that is no input is worked out from nothing but the query and what `read` gives."""
        ...


class Answers:
    """Asks each distinct question at most once in a build, and knows which of the last build's answers still hold."""

    def __init__(
        self,
        world: World,
        graph: Graph | None = None,
        changes: tuple[Container[str | int], Iterable[Query]] | None = None,
    ) -> None:
        """The graph is that of the last build, which stays as it is.

        `changes` vouches for the inputs with some first words: of those only the ones given may differ from the graph.
        """
        self._world = world
        self._inputs = world.inputs
        self._fleeting = world.fleeting
        self._graph = Graph() if graph is None else graph
        self._values: dict[Query, object] = {}
        self._recent: deque[Query] = deque()
        """Those of the values that are fleeting, in the order in which they came."""
        self._digests: dict[Query, str] = {}
        self.fresh: dict[Query, tuple[Query, ...]] = {}
        """What each question read that was worked out in this build and is not as the graph has it."""
        self.suspects = self._graph.above(self._changed(*changes or ((), ())))
        """Numbers in the graph of the questions and targets whose answers may not hold any more."""

    def _changed(self, sure: Container[str | int], besides: Iterable[Query]) -> list[int]:
        """The inputs that are not what they were, and the reads that failed."""
        graph, state = self._graph, self._world.state
        looked_at = [(query, number) for query, number in graph.inputs() if query[0] not in sure]
        looked_at += [(query, graph.numbers[query]) for query in besides if query in graph.numbers]
        return [number for query, number in looked_at if query == UNANSWERED or state(query) != graph.digests[number]]

    def value(self, query: Query) -> object:
        """The answer; an exception is not kept, so the next to ask gets it afresh."""
        try:
            return self._values[query]
        except KeyError:
            pass
        reader = Reader(self)
        value = self._world.answer(query, reader)
        self._values[query] = value
        worked_out = query[0] not in self._inputs
        if worked_out and query not in self._digests and not self._holds_by_graph(query):
            self.fresh[query] = reader.reads
        if query[0] in self._fleeting:
            if worked_out:
                # Later it would have to be worked out again for that.
                self.digest(query)
            self._recent.append(query)
            if len(self._recent) > RECENT:
                self._values.pop(self._recent.popleft(), None)
        return value

    def _holds_by_graph(self, query: Query) -> bool:
        number = self._graph.numbers.get(query)
        return number is not None and number not in self.suspects

    def digest(self, query: Query) -> str:
        """The digest of the answer, worked out only if something below it changed."""
        known = self._digests.get(query)
        if known is None:
            known = self._digests[query] = self._digest(query)
        return known

    def _digest(self, query: Query) -> str:
        number = self._graph.numbers.get(query)
        if number is not None and number not in self.suspects:
            return self._graph.digests[number]
        if query[0] in self._inputs:
            return self._world.state(query)
        if number is not None and query not in self.fresh and self.changed(number) is None:
            return self._graph.digests[number]
        return digest(self.value(query))

    def holds(self, number: int) -> bool:
        """Whether a question of the graph still has the answer that it had."""
        if number not in self.suspects:
            return True
        query = self._graph.queries[number]
        if query is None or query == UNANSWERED:
            return False
        try:
            return self.digest(query) == self._graph.digests[number]
        except MakeError:
            # The maker asks again and gets the failure, with the target's name to it.
            return False

    def changed(self, number: int) -> int | None:
        """The first read of a node of the graph that has another answer now, or None.

        In the order in which they were read: once one has changed, a later one might never be read again, and asking
        for it (the body of an entry that was removed) may make no sense.
        """
        # Nearly all reads of a suspect are above suspicion, and a site has a million of them.
        for one in filter(self.suspects.__contains__, self._graph.reads(number)):
            if not self.holds(one):
                return one
        return None

    def keep(self, before: Answers) -> None:
        """Take over from the build just before, of which the graph is the result, the values that still hold."""
        values = dict(before._values)
        for query in before._recent:
            values.pop(query, None)
        for number in self.suspects:
            values.pop(self._graph.queries[number] or (), None)
        self._values = values

    def verified(self, number: int) -> bool:
        """Whether this build looked at a suspect, so that what the graph is given of it is true."""
        query = self._graph.queries[number]
        return query in self._digests

    def learn(self, digests: Mapping[Query, str], fresh: Mapping[Query, tuple[Query, ...]]) -> None:
        """Take over what a worker worked out."""
        self._digests.update(digests)
        self.fresh.update(fresh)

    def learned(self) -> Iterator[tuple[Query, str, tuple[Query, ...] | None]]:
        """Every answer that the graph does not have as it is now: the digest, and what was read; None for an input."""
        waiting = [*self.fresh]
        needed: dict[Query, None] = dict.fromkeys((*self._digests, *waiting))
        while waiting:
            below = [one for one in self.fresh.get(waiting.pop(), ()) if one not in needed]
            needed.update(dict.fromkeys(below))
            waiting.extend(below)
        for query in needed:
            if query in self.fresh:
                yield query, self.digest(query), self.fresh[query]
            elif query == UNANSWERED or query[0] in self._inputs:
                yield query, "" if query == UNANSWERED else self.digest(query), None


class Reader:
    """What a maker or an answer is given: the only way to a value, so that no read can be left out of the trace."""

    __slots__ = ("_answers", "_failed", "_seen")

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._seen: dict[Query, Any] = {}
        self._failed = False

    def __call__(self, *query: str | int) -> Any:
        """The answer to a query, recorded."""
        # Not by KeyError: most reads of a page are first reads, and an exception costs 0.3 us.
        seen = self._seen
        if query in seen:
            return seen[query]
        try:
            value = seen[query] = self._answers.value(query)
        except BaseException:
            # Whoever reads may go on. What it makes then depends on the failure, which has no digest
            # (test_a_swallowed_failure_is_never_fresh).
            self._failed = True
            raise
        return value

    def apart(self) -> Reader:
        """Another one with the same answers, for a part that several targets have in common."""
        return Reader(self._answers)

    def include(self, part: Reader) -> None:
        """Record what was read for such a part."""
        self._seen.update(part._seen)
        self._failed |= part._failed

    @property
    def reads(self) -> tuple[Query, ...]:
        """What has been read so far, in the order of first reading."""
        return (*self._seen, UNANSWERED) if self._failed else tuple(self._seen)


def stale(target: Target, graph: Graph, answers: Answers) -> Reason | None:
    """Why the target must be made again, or None."""
    made = graph.made.get(target.path)
    if made is None:
        return Reason("new")
    if made.maker != target.maker or made.arguments != target.arguments:
        return Reason("target")
    if made.number not in answers.suspects:
        return None
    changed = answers.changed(made.number)
    return None if changed is None else Reason("query", graph.queries[changed] or ())
