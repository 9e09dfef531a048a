"""Decides which targets must be made again, and makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from generator.diagnostics import Diagnostic
from generator.engine import workers
from generator.engine.outputs import ForeignFile, Outputs
from generator.engine.trace import Answers, MakeError, Reader, Reason, Target, Trace, digest_bytes, stale

__all__ = ["Made", "Make", "MakeError", "decide", "remake"]

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


class _Outcome(msgspec.Struct, frozen=True):
    """What came of one target; with neither a trace nor diagnostics, a foreign file is in its place."""

    trace: Trace | None = None
    written: bool = False
    failure: tuple[Diagnostic, ...] | None = None


def decide(
    targets: Sequence[Target], traces: Mapping[str, Trace], answers: Answers, outputs: Outputs
) -> dict[str, Reason]:
    """Which targets must be made again and why, by path, in the order of the targets."""
    reasons: dict[str, Reason] = {}
    # Identities of dependencies that hold. The traces of one store share them, so that for a target of which nothing
    # changed a look at identities does, and the order of the reads matters only for one with a dependency not yet seen.
    holding: set[int] = set()
    for target in targets:
        trace = traces.get(target.path)
        reason = _stale(target, trace, answers, holding)
        if trace is not None:
            # Looked at even if the target is stale: that the file is the one last made proves that it may be replaced.
            damage = outputs.verify(target.path, trace.result)
            reason = reason or (Reason(damage) if damage else None)
        if reason is not None:
            reasons[target.path] = reason
    return reasons


def _stale(target: Target, trace: Trace | None, answers: Answers, holding: set[int]) -> Reason | None:
    """The same as `stale`, and quick where all dependencies are known to hold (test_decide_equals_stale)."""
    if trace is not None and trace.target == target.digest and holding.issuperset(map(id, trace.dependencies)):
        return None
    reason = stale(target, trace, answers)
    if trace is not None and reason is None:
        holding.update(map(id, trace.dependencies))
    return reason


def remake(
    targets: Sequence[Target],
    make: Make,
    answers: Answers,
    outputs: Outputs,
    *,
    jobs: int,
    progress: Callable[[int, int], None],
) -> Made:
    """Make targets and write their outputs, the paths of which must have been claimed; `progress` gets (done, all).

    A fault of the program, or an OSError while writing, ends it; what was written until then is found out by `decide`.
    """

    def work(target: Target) -> _Outcome:
        return _attempt(target, make, answers, outputs)

    outcomes = workers.each(work, targets, jobs, progress)
    made = Made({}, [], [], {}, [])
    for target, outcome in zip(targets, outcomes, strict=True):
        path = target.path
        if outcome.trace is not None:
            # A worker adopted it in its own copy of the outputs.
            outputs.adopt(path)
            made.traces[path] = outcome.trace
            (made.written if outcome.written else made.unchanged).append(path)
        elif outcome.failure is not None:
            made.failures[path] = outcome.failure
        else:
            made.foreign.append(path)
    return made


def _attempt(target: Target, make: Make, answers: Answers, outputs: Outputs) -> _Outcome:
    """Make and write one target, in whichever process."""
    reader = Reader(answers)
    try:
        data = make(target, reader)
        written = outputs.write(target.path, data)
    except MakeError as error:
        return _Outcome(failure=error.diagnostics)
    except ForeignFile:
        return _Outcome()
    except Exception as error:
        error.add_note(f"while making {target.path} ({target.maker})")
        raise
    return _Outcome(Trace(target.digest, reader.dependencies, digest_bytes(data)), written)
