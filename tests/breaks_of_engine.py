"""The engine broken on purpose, in each way in which it or another one could go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from generator import glance
from generator.engine import digests, rebuild, trace
from generator.engine.blobs import Blobs, Ref
from generator.engine.files import Files, Mark
from generator.engine.graph import Graph
from generator.engine.outputs import Outputs
from generator.engine.store import Parts, Store
from generator.engine.trace import Answers, Query, Reader, Reason, Target
from generator.model import library
from generator.render.shared import Shared

Patch = pytest.MonkeyPatch
Break = Callable[[Patch], None]

# What is read


def _reads(patch: Patch, wanted: Callable[[Reader, Query], bool]) -> None:
    """Only some reads are taken down."""
    whole = Reader.reads.fget  # type: ignore[attr-defined]

    def reads(reader: Reader) -> tuple[Query, ...]:
        return tuple(query for query in whole(reader) if wanted(reader, query))

    patch.setattr(Reader, "reads", property(reads))


def unrecorded(*names: str) -> Break:
    """Some questions leave no trace."""
    return lambda patch: _reads(patch, lambda reader, query: query[0] not in names)


def absence_unrecorded(patch: Patch) -> None:
    """Failed look-ups leave no trace."""
    _reads(patch, lambda reader, query: reader._seen.get(query, 1) not in (None, "", (), []))


def reads_of_an_answer_unrecorded(*names: str) -> Break:
    """Some questions do not say what they were worked out from."""

    def apply(patch: Patch) -> None:
        real = Answers.value

        def value(self: Answers, query: Query) -> object:
            found = real(self, query)
            if query[0] in names and query in self.fresh:
                self.fresh[query] = ()
            return found

        patch.setattr(Answers, "value", value)

    return apply


def shared_pieces_unrecorded(patch: Patch) -> None:
    """A page does not depend on what a piece asked that was written for another page."""
    real = Shared.__call__

    def call(self: Shared, macro: Any, texts: tuple[object, ...], read: Reader, portal: Any) -> Any:
        key = (macro, *texts, *map(type, texts))
        known = self._written.get(key)
        return known[0] if known else real(self, macro, texts, read, portal)

    patch.setattr(Shared, "__call__", call)


# What is decided


def only_the_first_read_of_a_target(patch: Patch) -> None:
    """What was read later is never looked at."""
    real = trace.stale

    def stale(target: Target, graph: Graph, answers: Answers) -> Reason | None:
        reason = real(target, graph, answers)
        if reason is None or reason.kind != "query":
            return reason
        first = graph.reads(graph.made[target.path].number)[0]
        return reason if graph.queries[first] == reason.query else None

    patch.setattr(rebuild, "stale", stale)


def only_the_first_read_of_an_answer(patch: Patch) -> None:
    """The same of what an answer was worked out from."""

    def _digest(self: Answers, query: Query) -> str:
        number = self._graph.numbers.get(query)
        known = number is not None and query[0] not in self._inputs
        if known and query not in self.fresh and all(map(self.holds, [*self._graph.reads(number)][:1])):
            return self._graph.digests[number]
        return self._world.state(query) if query[0] in self._inputs else digests.digest(self.value(query))

    patch.setattr(Answers, "_digest", _digest)


def suspects_trusted(patch: Patch) -> None:
    """Whatever was answered once is answered."""
    real = Answers.__init__

    def init(self: Answers, *given: Any, **named: Any) -> None:
        real(self, *given, **named)
        self.suspects = set()

    patch.setattr(Answers, "__init__", init)


def only_direct_readers_are_suspects(patch: Patch) -> None:
    """A question that reads a question does not hear of a change."""

    def above(self: Graph, changed: Any) -> set[int]:
        self.settle()
        found = set(changed)
        return found | {user for number in found for user in memoryview(self._users[number]).cast("I")}

    patch.setattr(Graph, "above", above)


def suspects_not_forgotten(patch: Patch) -> None:
    """Nobody looked, and it counts as true."""
    patch.setattr(Answers, "verified", lambda self, number: True)


def answers_not_taken_down(patch: Patch) -> None:
    """Only what the sources say is known to the next build as it is now."""
    real = Answers.learned
    patch.setattr(Answers, "learned", lambda self: [one for one in real(self) if one[2] is None])


def target_unchecked(patch: Patch) -> None:
    """A path that is made in another way is not made again."""
    real = trace.stale

    def stale(target: Target, graph: Graph, answers: Answers) -> Reason | None:
        reason = real(target, graph, answers)
        return None if reason is not None and reason.kind == "target" else reason

    patch.setattr(rebuild, "stale", stale)


def shared_key(patch: Patch) -> None:
    """Traces are kept by maker and not by path, so two targets share one."""
    real = rebuild.decide

    def decide(targets: Sequence[Target], graph: Graph, answers: Answers, outputs: Outputs) -> dict[str, Reason]:
        first: dict[str, int] = {}
        for target in targets:
            if target.path in graph.made:
                first.setdefault(target.maker, graph.made[target.path].number)
        makers = {target.path: target.maker for target in targets}

        def fresh(path: str) -> bool:
            number = first.get(makers[path])
            return number is not None and all(map(answers.holds, graph.reads(number)))

        found = real(targets, graph, answers, outputs)
        return {path: reason for path, reason in found.items() if reason.kind != "query" or not fresh(path)}

    patch.setattr(rebuild, "decide", decide)


def coarse_digest(patch: Patch) -> None:
    """Two long values that begin alike are one."""
    patch.setattr(trace, "digest", lambda value: digests.digest_bytes(digests._encode(value)[:120]))


def parts_of_two_stores(patch: Patch) -> None:
    """The graph that is saved is that of the build before."""
    real = Store.save
    stores: dict[Path, tuple[list[bytes], list[bytes]]] = {}

    def save(self: Store, parts: Mapping[str, bytes]) -> Parts:
        made, saved = stores.setdefault(self.folder, ([], []))
        # A build with nothing to do hands on what it found.
        if "graph" in parts and parts["graph"] not in saved[-1:]:
            made.append(parts["graph"])
            saved.append(made[-2:][0])
            parts = {**parts, "graph": saved[-1]}
        return real(self, parts)

    patch.setattr(Store, "save", save)


# Files


def times_instead_of_contents(patch: Patch) -> None:
    """A file of the same size and time is the same file."""

    def fits(mark: Mark, status: Any) -> bool:
        return mark.size == status.st_size and mark.mtime_ns == status.st_mtime_ns

    patch.setattr(Mark, "fits", fits)


def unreadable_is_unchanged(patch: Patch) -> None:
    """Whatever was known of a file is still true."""

    def known(self: Files, key: str, status: Any) -> str | None:
        mark = self._marks.get(key) or self._old.get(key)
        if mark is not None:
            self._marks[key] = mark
        return mark.digest if mark else None

    patch.setattr(Files, "known", known)


def decoded_by_path(patch: Patch) -> None:
    """A file is decoded once and never again."""

    def known(self: Any, path: str, status: Any) -> bool:
        found = self._known.files.get(f"content/{path}")
        if found is not None:
            self._files.digest(f"content/{path}", self._root / "content" / path)
            self._indexed[f"content/{path}"] = found
        return found is not None

    patch.setattr(library._Reading, "known", known)


def values_trusted(patch: Patch) -> None:
    """What stands where a record was kept is the record."""

    def read(self: Blobs, ref: Ref) -> bytes:
        with open(self._folder / self._name, "rb") as file:  # type: ignore[operator]
            file.seek(ref.offset)
            return file.read(ref.length)

    patch.setattr(Blobs, "read", read)


def outputs_trusted(patch: Patch) -> None:
    """What was written once is believed to be there still."""

    def damages(self: Outputs, results: Mapping[str, str]) -> dict[str, str]:
        for path in results:
            self.adopt(path)
        return {}

    patch.setattr(Outputs, "damages", damages)


def outputs_trusted_at_a_glance(patch: Patch) -> None:
    """The same where the sources did not change."""

    def intact(self: Outputs, jobs: int) -> bool:
        for path, mark in self._marks.items():
            self._files.took(path, mark)
        return True

    patch.setattr(Outputs, "intact", intact)


def nothing_pruned(patch: Patch) -> None:
    """What is no longer planned stays."""
    patch.setattr(Outputs, "prune", lambda self, keep: [])


def glance_at(*names: str) -> Break:
    """A glance sees the size and time of some files only, and that they are all there; `names` begin their keys."""

    def apply(patch: Patch) -> None:
        real = glance._sources

        def unchanged(site: Any, files: Files, jobs: int) -> bool:
            seen = {key: status for key, _, status in real(site, files)}
            for key, status in seen.items():
                mark = files._old.get(key)
                looked = not names or key.startswith(names)
                if looked and (mark is None or status is None or _looks(status) != (mark.size, mark.mtime_ns)):
                    return False
                if mark is not None:
                    files.took(key, mark)
            return files.before() == seen.keys()

        patch.setattr(glance, "unchanged", unchanged)

    return apply


def _looks(status: Any) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns
