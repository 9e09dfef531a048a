"""Processes that make targets: the same result as one, whatever becomes of them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.engine import workers
from generator.engine.graph import Graph, Query
from generator.engine.outputs import Outputs
from generator.engine.rebuild import Made
from generator.engine.trace import Target
from tests.toy import Facts, Note, build, facts, graph_of, make_in_worker, plan, tree

pytestmark = pytest.mark.forks


def quiet(done: int, total: int) -> None:
    """No progress."""


def many(count: int) -> dict[str, Note]:
    tags = (("red",), ("blue",), ("red", "blue"), ())
    return {f"n{i}": Note(f"Note {i}", f"@n{i // 2}" if i % 3 else f"text {i}", tags[i % 4]) for i in range(count)}


def needed(graph: Graph) -> Facts:
    """What the targets were made from, all the way down: a failed target may have asked for more."""
    known = facts(graph)
    found: Facts = {}
    waiting: list[Query | None] = [graph.queries[one.number] for one in graph.made.values()]
    while waiting:
        query = waiting.pop()
        assert query is not None
        if query not in found:
            found[query] = known[query]
            waiting.extend(known[query][1])
    return found


def outcome(made: Made) -> tuple[object, ...]:
    """What came of the targets, whose batches are done in no order."""
    return made.traces, sorted(made.written), sorted(made.unchanged), made.failures, sorted(made.foreign)


def test_the_number_of_jobs_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert threading.active_count() == 1, "another test left a thread behind, so nothing would be forked here"
    notes = {**many(200), "bad": Note("refused")}
    results, seen, makers = [], [], []
    for jobs in (1, 2, 3):
        log = tmp_path / f"workers {jobs}"
        log.mkdir()
        monkeypatch.setenv("TOY_WORKERS", str(log))
        out, cache = tmp_path / f"out {jobs}", tmp_path / f"cache {jobs}"
        results.append(outcome(build(notes, out, cache, jobs=jobs, maker=make_in_worker).made))
        seen.append((tree(out), needed(graph_of(cache))))
        makers.append({int(path.name) for path in log.iterdir()})
        assert build(notes, out, cache, jobs=jobs).paths == ["bad/index.html"]
    assert results[0] == results[1] == results[2]
    assert seen[0] == seen[1] == seen[2]
    assert makers[0] == {os.getpid()}
    assert all(os.getpid() not in processes and processes for processes in makers[1:])


def edits() -> Iterator[dict[str, Note]]:
    """States of many notes, one after the other: each makes most targets again, by what other answers they read."""
    notes = many(150)
    yield notes
    # Every page has another title, and every list reads other titles.
    notes = {name: Note(f"{note.title}!", note.body, note.tags) for name, note in notes.items()}
    yield notes
    # Other lists of the same notes, and texts that name notes that are not there.
    notes = {name: Note(note.title, f"@x{place}", note.tags[:1]) for place, (name, note) in enumerate(notes.items())}
    yield notes
    yield dict(list(notes.items())[70:])
    yield many(150)


def test_one_process_and_several_leave_the_same_graph(tmp_path: Path) -> None:
    """The same questions, answers and reads, after each of several builds; so the next one decides the same."""
    left: dict[int, list[object]] = {}
    for jobs in (1, 2):
        out, cache = tmp_path / f"out {jobs}", tmp_path / f"cache {jobs}"
        left[jobs] = []
        for notes in edits():
            more = [Target(f"{maker}/{name}", maker, (name,)) for maker in ("length", "summary") for name in many(90)]
            result = build(notes, out, cache, jobs=jobs, targets=[*plan(notes), *more])
            assert len(result.made.traces) >= workers.THRESHOLD
            graph = graph_of(cache)
            left[jobs].append((facts(graph), {*dict(graph.inputs())}, result.reasons, outcome(result.made)))
    assert left[1] == left[2]


def test_what_a_worker_adopts_is_owned(tmp_path: Path) -> None:
    assert threading.active_count() == 1
    out = tmp_path / "out"
    build(many(100), out, tmp_path / "cache")
    owned = Outputs(out, {}).owned
    (out / ".portal-owned").unlink()
    # Without a store either: only the bytes tell whose the files are.
    result = build(many(100), out, tmp_path / "empty cache", jobs=2)
    assert (len(result.made.unchanged), result.made.foreign) == (len(owned), [])
    assert Outputs(out, {}).owned == owned


def test_no_processes_for_few_items_or_beside_a_thread() -> None:
    def where(item: int) -> int:
        return os.getpid()

    assert set(workers.each(where, range(workers.THRESHOLD - 1), 2, quiet)) == {os.getpid()}
    assert os.getpid() not in workers.each(where, range(workers.THRESHOLD), 2, quiet)
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert set(workers.each(where, range(workers.THRESHOLD), 2, quiet)) == {os.getpid()}
    finally:
        stop.set()
        thread.join()


def test_what_is_lost_with_a_killed_worker_is_made_here() -> None:
    main = os.getpid()

    def work(item: int) -> tuple[int, bool]:
        if item == 70 and os.getpid() != main:
            os.kill(os.getpid(), 9)
        return item * item, os.getpid() == main

    steps: list[tuple[int, int]] = []
    results = workers.each(work, range(200), 2, lambda done, total: steps.append((done, total)))
    assert [square for square, _ in results] == [item * item for item in range(200)]
    assert results[70][1]
    assert steps[-1] == (200, 200)
    assert steps == sorted(steps)


def test_batches_are_all_the_items_and_each_once() -> None:
    for count, jobs in ((0, 2), (1, 2), (63, 2), (64, 2), (1000, 2), (1000, 1)):
        batches = list(workers.in_batches(lambda items: [item * 2 for item in items], range(count), jobs, quiet))
        assert all(result == [item * 2 for item in batch] for batch, result in batches)
        assert sorted(item for batch, _ in batches for item in batch) == list(range(count))
        assert all(len(batch) <= workers.LARGEST_BATCH for batch, _ in batches)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interruption_ends_it(jobs: int) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workers.each(str, range(200), jobs, interrupt)
    assert threading.active_count() == 1
    assert workers.each(str, range(100), jobs, quiet) == [str(n) for n in range(100)]


def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    code = textwrap.dedent("""
        import os, pathlib, sys, time
        from generator.engine import workers
        def work(item):
            pathlib.Path(sys.argv[1], str(os.getpid())).touch()
            time.sleep(60)
        workers.each(work, range(100), 2, print)
    """)
    root = Path(__file__).parent.parent
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=root) as parent:
        wait_until(lambda: len(list(tmp_path.iterdir())) == 2)
        parent.kill()
    children = [int(path.name) for path in tmp_path.iterdir()]
    wait_until(lambda: not any(running(child) for child in children))


def running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(condition, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.02)
