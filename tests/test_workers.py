"""Processes that make targets: the same result as one, whatever becomes of them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from generator.engine import workers
from generator.engine.outputs import Outputs
from generator.engine.store import Store
from generator.engine.trace import Trace
from tests.toy import Note, build, make_in_worker, tree


def traces_of(cache: Path) -> dict[str, Trace]:
    """The traces that a build left."""
    return dict(Store(cache, "toy 1").load().traces)


def quiet(done: int, total: int) -> None:
    """No progress."""


def many(count: int) -> dict[str, Note]:
    tags = (("red",), ("blue",), ("red", "blue"), ())
    return {f"n{i}": Note(f"Note {i}", f"@n{i // 2}" if i % 3 else f"text {i}", tags[i % 4]) for i in range(count)}


def test_the_number_of_jobs_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert threading.active_count() == 1, "another test left a thread behind, so nothing would be forked here"
    notes = {**many(200), "bad": Note("refused")}
    results, seen, makers = [], [], []
    for jobs in (1, 2, 3):
        log = tmp_path / f"workers {jobs}"
        log.mkdir()
        monkeypatch.setenv("TOY_WORKERS", str(log))
        out, cache = tmp_path / f"out {jobs}", tmp_path / f"cache {jobs}"
        results.append(build(notes, out, cache, jobs=jobs, maker=make_in_worker).made)
        seen.append((tree(out), traces_of(cache)))
        makers.append({int(path.name) for path in log.iterdir()})
        assert build(notes, out, cache, jobs=jobs).paths == ["bad/index.html"]
    assert results[0] == results[1] == results[2]
    assert seen[0] == seen[1] == seen[2]
    assert makers[0] == {os.getpid()}
    assert all(os.getpid() not in processes and processes for processes in makers[1:])


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
