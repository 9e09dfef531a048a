"""Decides which targets must be made again, makes them, and takes down what that taught."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import msgspec

from generator.diagnostics import Diagnostic
from generator.engine import workers
from generator.engine.graph import TARGET, Graph
from generator.engine.outputs import ForeignFile, Outputs
from generator.engine.timing import Times
from generator.engine.trace import (
    UNANSWERED,
    Answers,
    MakeError,
    Query,
    Reader,
    Reason,
    Target,
    Trace,
    digest_bytes,
    stale,
)

__all__ = ["Made", "Make", "MakeError", "decide", "remake", "remember"]

Make = Callable[[Target, Reader], bytes]


@dataclass(frozen=True, slots=True)
class Made:
    """What came of making targets; each of them is in exactly one of written, unchanged, failures and foreign."""

    traces: dict[str, Trace]
    """Of those that were made, by path. A failed one has none, so that the next build tries it again."""
    written: list[str]
    unchanged: list[str]
    """Made again with the same bytes: the file was left alone."""
    failures: dict[str, tuple[Diagnostic, ...]]
    """Those that their maker refused; the last good output stays."""
    foreign: list[str]
    """Those in whose place the generator found a file that it did not write."""

    def joined(self, other: Made) -> Made:
        """Both together."""
        return Made(
            self.traces | other.traces,
            self.written + other.written,
            self.unchanged + other.unchanged,
            self.failures | other.failures,
            self.foreign + other.foreign,
        )


class _Outcome(msgspec.Struct, array_like=True):
    """What came of one target; with neither a result nor diagnostics, a foreign file is in its place."""

    result: str = ""
    reads: list[int] = []
    """Numbers of questions, as the process counts them."""
    written: bool = False
    seconds: tuple[float, float] = (0.0, 0.0)
    """To make it, and to write it."""
    failure: tuple[Diagnostic, ...] | None = None


class _Batch(msgspec.Struct, array_like=True):
    """What a process says of some targets."""

    process: int
    outcomes: list[_Outcome]
    questions: list[Query]
    """Those that it has not named before, which go on from the last number that it gave."""
    digests: list[str]
    fresh: dict[int, list[int]]
    """What each of these questions has read, if it was worked out anew."""


class _Work:
    """Makes targets in one process, and names each question only once: all pages of a list ask nearly the same."""

    def __init__(self, make: Make, answers: Answers, outputs: Outputs) -> None:
        self._make = make
        self._answers = answers
        self._outputs = outputs
        self._numbers: dict[Query, int] = {}

    def __call__(self, batch: Sequence[Target]) -> bytes:
        """Make and write some targets; a fork that begins before the first of them begins to count for itself."""
        numbers, fresh_of = self._numbers, self._answers.fresh
        number = numbers.setdefault
        done = len(numbers)
        outcomes = []
        for target in batch:
            outcome, reads = _attempt(target, self._make, self._answers, self._outputs)
            outcome.reads = [number(query, len(numbers)) for query in reads]
            outcomes.append(outcome)
        questions: list[Query] = []
        fresh: dict[int, list[int]] = {}
        # What an answer was worked out from is named as well, and so on downwards.
        while done < len(numbers):
            waiting = list(islice(numbers, done, None))
            for place, query in enumerate(waiting, done):
                if (below := fresh_of.get(query)) is not None:
                    fresh[place] = [number(one, len(numbers)) for one in below]
            questions += waiting
            done += len(waiting)
        digest = self._answers.digest
        digests = ["" if query == UNANSWERED else digest(query) for query in questions]
        return msgspec.msgpack.encode(_Batch(os.getpid(), outcomes, questions, digests, fresh))


def decide(targets: Sequence[Target], graph: Graph, answers: Answers, outputs: Outputs) -> dict[str, Reason]:
    """Which targets must be made again and why, by path, in the order of the targets."""
    reasons: dict[str, Reason] = {}
    digests, made = graph.digests, graph.made
    # Looked at even if the target is stale: that the file is the one last made proves that it may be replaced.
    known = {target.path: digests[made[target.path].number] for target in targets if target.path in made}
    damages = outputs.damages(known)
    for target in targets:
        reason = stale(target, graph, answers)
        if reason is None and target.path in damages:
            reason = Reason(damages[target.path])
        if reason is not None:
            reasons[target.path] = reason
    return reasons


def remake(
    targets: Sequence[Target],
    make: Make,
    answers: Answers,
    outputs: Outputs,
    *,
    jobs: int,
    progress: Callable[[int, int], None],
    times: Times | None = None,
) -> Made:
    """Make targets and write their outputs, the paths of which must have been claimed; `progress` gets (done, all).

    A fault of the program, or an OSError while writing, ends it; what was written until then is found out by `decide`.
    """

    made = Made({}, [], [], {}, [])
    times = times or Times()
    # One object for each question, which every process names; and the questions of each process by their numbers.
    known: dict[Query, Query] = {}
    named: dict[int, list[Query]] = {}
    for batch, packed in workers.in_batches(_Work(make, answers, outputs), targets, jobs, progress):
        found = msgspec.msgpack.decode(packed, type=_Batch)
        fresh = [known.setdefault(query, query) for query in found.questions]
        questions = named.setdefault(found.process, [])
        questions += fresh
        names = questions.__getitem__
        answers.learn(
            dict(zip(fresh, found.digests, strict=True)),
            {names(number): tuple(map(names, reads)) for number, reads in found.fresh.items()},
        )
        for target, outcome in zip(batch, found.outcomes, strict=True):
            path = target.path
            times.targets[path] = target.maker, outcome.seconds[0]
            times.add("make", outcome.seconds[0])
            times.add("write", outcome.seconds[1])
            if outcome.result:
                # A worker adopted it in its own copy of the outputs.
                outputs.adopt(path)
                made.traces[path] = Trace(target, tuple(map(names, outcome.reads)), outcome.result)
                (made.written if outcome.written else made.unchanged).append(path)
            elif outcome.failure is not None:
                made.failures[path] = outcome.failure
            else:
                made.foreign.append(path)
    return made


def _attempt(target: Target, make: Make, answers: Answers, outputs: Outputs) -> tuple[_Outcome, Sequence[Query]]:
    reader = Reader(answers)
    start = middle = time.perf_counter()
    try:
        data = make(target, reader)
        middle = time.perf_counter()
        written = outputs.write(target.path, data)
    except MakeError as error:
        return _Outcome(failure=error.diagnostics), ()
    except ForeignFile:
        return _Outcome(), ()
    except Exception as error:
        error.add_note(f"while making {target.path} ({target.maker})")
        raise
    seconds = (middle - start, time.perf_counter() - middle)
    return _Outcome(digest_bytes(data), [], written, seconds), reader.reads


def remember(
    graph: Graph, answers: Answers, targets: Iterable[Target], made: Made, reasons: Mapping[str, Reason]
) -> Graph:
    """The graph for the next build; the one given is used up.

    A suspect that nobody looked at in this build is forgotten: the next build would compare it with the wrong sources.
    """
    planned = {target.path for target in targets}
    return learn(graph, answers, made, reasons, [path for path in graph.made if path not in planned]).compact()


def learn(graph: Graph, answers: Answers, made: Made, reasons: Mapping[str, Reason], gone: Iterable[str] = ()) -> Graph:
    """The same, where it is known which targets are planned no longer; without regard to how much is forgotten."""
    # All of it before the graph changes, in which the answers still look up what holds.
    learned = list(answers.learned())
    doubtful = [number for number in answers.suspects if not answers.verified(number)]
    for path in (*gone, *(path for path in reasons if path not in made.traces)):
        graph.forget_target(path)
    for number in doubtful:
        query = graph.queries[number]
        if query is not None and query[0] != TARGET:
            graph.forget(number)
    for query, digest, reads in learned:
        if reads is None:
            graph.put_input(query, digest)
        else:
            graph.put(query, digest, reads)
    for path, trace in made.traces.items():
        graph.put((TARGET, path), trace.result, trace.reads)
        made_by = (trace.target.maker, trace.target.arguments)
        graph.put_target(path, made_by, msgspec.msgpack.encode(reasons[path]))
    return graph
