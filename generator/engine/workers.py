"""Does one thing to many items: in this process while they are few, in forked ones when they are many."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from multiprocessing import connection
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[int, int], None]

THRESHOLD = 64  # items; to start processes costs as much as to make some dozen pages
LARGEST_BATCH = 32  # items; bounds the wait after Ctrl-C and the time in which one worker is left alone with the rest

# What a worker works on, set once as it starts and never in the main process. It has to be a global: a fork inherits
# it with everything that it reaches, while an argument of a submitted call would be pickled each time.
_task: tuple[Callable[[Any], Any], Sequence[Any]] | None = None


def each(work: Callable[[Item], Result], items: Sequence[Item], jobs: int, progress: Progress) -> list[Result]:
    """The result of the work for every item, in order; what the work raises is raised here.

    The work must give the same result in any process: which process does it, and when, is not defined.
    """
    results: dict[int, Result] = {}
    if jobs > 1 and len(items) >= THRESHOLD and _may_fork():
        with closing(_by_processes(work, items, jobs)) as batches:
            for start, batch in batches:
                results.update(enumerate(batch, start))
                progress(len(results), len(items))
    # The rest is all of it, or what was lost with a worker that was killed (for want of memory, as a rule).
    for place, item in enumerate(items):
        if place not in results:
            results[place] = work(item)
            progress(len(results), len(items))
    return [results[place] for place in range(len(items))]


def _may_fork() -> bool:
    """Whether forked workers are safe here.

    A fork copies the locks of other threads as they are, held or not, so a process with threads stays alone; likewise
    on macOS, where the system's own libraries start threads unseen. Spawned workers would read all sources again.
    """
    return (
        "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin" and threading.active_count() == 1
    )


def _by_processes(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int
) -> Generator[tuple[int, list[Result]], None, None]:
    """Each batch that a worker finished and the place of its first item; some are missing if a worker was killed."""
    size = max(1, min(LARGEST_BATCH, len(items) // (4 * jobs)))
    try:
        pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), _start, (work, items))
    except (ImportError, NotImplementedError, OSError):
        # No semaphores, as in some sandboxes.
        return
    with _shared_heap():
        try:
            batches: dict[Future[list[Result]], int] = {}
            for start in range(0, len(items), size):
                batches[pool.submit(_do, start, start + size)] = start
            for future in as_completed(batches):
                yield batches[future], future.result()
        except BrokenProcessPool:
            return
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _shared_heap() -> Iterator[None]:
    """Keep the collector off what exists before the fork: its visits would copy that memory into each worker."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _start(work: Callable[[Any], Any], items: Sequence[Any]) -> None:
    """Begin as a worker: Ctrl-C is for the main process, which lets a batch finish; without that process, end."""
    global _task  # noqa: PLW0603
    _task = work, items
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the main process to end in any way; else a worker would hold the locks of a killed one for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _do(start: int, stop: int) -> list[Any]:
    """The results for one batch, in a worker."""
    assert _task is not None
    work, items = _task
    return [work(item) for item in items[start:stop]]
