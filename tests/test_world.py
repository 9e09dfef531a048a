"""What the site tells the engine of its sources: a state changes whenever the answer does, in every process alike."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator import steps
from generator.engine import files
from generator.engine.digests import digest
from generator.engine.store import Store
from generator.engine.trace import Answers, Query
from generator.memory import Memory, tool
from generator.site.catalog import Column, Naming
from generator.site.world import INPUTS, OF_CONTENT, Site
from tests.compiling import compile_once
from tests.edits import Editing
from tests.toy import facts

ROOT = Path(__file__).parent.parent


@pytest.fixture
def editing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editing:
    monkeypatch.setattr(files, "SETTLED", 20_000_000)
    compile_once(monkeypatch)
    return Editing(tmp_path / "site", 11)


def memory_of(editing: Editing) -> Memory:
    return Memory(Store(editing.portal.options.memory, tool()).load(), editing.portal.options.memory, looking=True)


def world_of(editing: Editing) -> Site:
    """The site as a build from nothing would see it."""
    prepared = steps.prepare(replace(editing.portal.options, today=editing.today))
    assert prepared.site is not None
    return prepared.site


def queries(editing: Editing, site: Site) -> Iterator[Query]:
    """The questions about sources that were ever asked, and those about every entry, on the site or not."""
    yield from (query for query, _ in memory_of(editing).graph.inputs())
    for id_ in site.catalog.library.heads:
        yield from ((name, id_) for name in ("entry", "body", "title", "url", "path"))
        yield "at", site.catalog.library.homes[id_][0]


def plain(site: Site, query: Query) -> object:
    """An answer in a form that can be compared, by all that can be asked of it."""
    answer = INPUTS[str(query[0])][1](site, *query[1:])
    match answer:
        case Column():
            divided = [(facet, [*values.items()]) for facet, values in answer.divided.items()]
            past = [answer.past(id_) for id_ in answer.ids]
            return digest([answer.name, [*answer.outlines.items()], divided, [*answer.children.items()], past])
        case Naming():
            found = [(id_, answer.goals(id_), answer.sources(id_)) for id_ in site.catalog.library.heads]
            return digest([one for one in found if one[1] or one[2]])
    return digest(answer)


def test_a_state_changes_whenever_the_answer_does(editing: Editing) -> None:
    """Over many edits: an answer of the same state is the same."""
    known: dict[tuple[Query, str], object] = {}
    met_again = 0
    for _ in range(60):
        editing.portal.build(today=editing.today)
        site = world_of(editing)
        for query in {*queries(editing, site)}:
            if query[0] in INPUTS:
                key = query, site.state(query)
                answer = plain(site, query)
                met_again += key in known
                assert known.setdefault(key, answer) == answer, query
        editing.step()
    assert {query[0] for query, _ in known} >= {*INPUTS} - {"today"}
    assert met_again > 1000


def test_what_is_gone_has_an_empty_state_or_that_of_an_empty_answer(editing: Editing) -> None:
    """So that nobody has to know whether a question still makes sense before he compares."""
    site = world_of(editing)
    for name in ("entry", "body", "outline", "title", "url", "path"):
        assert site.state((name, "news/nothing")) == ""
    for name in ("at", "file", "static"):
        assert site.state((name, "news/nothing.md")) == ""


def test_what_is_vouched_for_is_as_it_was(editing: Editing, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an edit of a text most inputs are not looked at: each of them would be found as the graph has it."""
    vouched: list[Query] = []
    real = Answers._changed

    def changed(self: Answers, sure: Container[str | int], besides: Iterable[Query]) -> list[int]:
        doubtful = set(besides)
        for query, number in self._graph.inputs():
            if query[0] in sure and query not in doubtful:
                vouched.append(query)
                assert self._world.state(query) == self._graph.digests[number], query
        return real(self, sure, doubtful)

    monkeypatch.setattr(Answers, "_changed", changed)
    for number in range(60):
        (editing.body if number % 2 else editing.step)()
        editing.portal.build(today=editing.today)
    assert {query[0] for query in vouched} >= OF_CONTENT - {"at", "file", "path"}


def test_targets_of_the_last_build_are_those_of_a_plan(editing: Editing, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an edit of a text no plan is made: it would be the same."""
    spared = 0
    real = steps._planned

    def planned(*given: Any, near: bool) -> Any:
        nonlocal spared
        spared += near
        site, targets, problems = real(*given, near=near)
        _, expected, more = real(*given, near=False)
        assert sorted(targets, key=lambda target: target.path) == sorted(expected, key=lambda target: target.path)
        assert problems == more
        return site, targets, problems

    monkeypatch.setattr(steps, "_planned", planned)
    for number in range(40):
        (editing.body if number % 2 else editing.step)()
        editing.portal.build(today=editing.today)
    assert spared > 15


CODE = """
import sys, datetime
from pathlib import Path
from generator.build import Options, build
day = datetime.date.fromisoformat(sys.argv[3])
report = build(Options(Path(sys.argv[1]), today=day, cache=Path(sys.argv[2]), jobs=1, clean=True))
assert report.ok and report.made
"""


def test_answers_are_the_same_in_every_process(tmp_path: Path) -> None:
    """None holds a set, the order of which would be that of the process: its page would be made in every build."""
    editing = Editing(tmp_path / "site", 11, own_templates=False)
    left = []
    for seed in ("1", "2"):
        cache = tmp_path / f"cache {seed}"
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", CODE, str(editing.folder), str(cache), str(editing.today)]
        subprocess.run(command, env=environment, cwd=ROOT, check=True)
        left.append(facts(Memory(Store(cache, tool()).load(), cache).graph))
    assert len(left[0]) > 300
    assert left[0] == left[1]
