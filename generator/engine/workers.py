"""Does one thing to many items: in this process while they are few, in forked ones when they are many."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[int, int], None]

THRESHOLD = 64  # items; to start processes costs as much as to make some dozen pages
LARGEST_BATCH = 64  # items; bounds the wait after Ctrl-C and the time in which one worker is left alone with the rest

# What a worker works on, set once as it starts and never in the main process. It has to be a global: a fork inherits
# it with everything that it reaches, while an argument of a submitted call would be pickled each time.
_task: tuple[Callable[[Sequence[Any]], Any], Sequence[Any]] | None = None


def each(work: Callable[[Item], Result], items: Sequence[Item], jobs: int, progress: Progress) -> list[Result]:
    """The result of the work for every item, in order; what the work raises is raised here."""

    def several(batch: Sequence[Item]) -> list[Result]:
        return [work(item) for item in batch]

    return [one for _, results in sorted(_placed(several, items, jobs, progress)) for one in results]


def in_batches(
    work: Callable[[Sequence[Item]], Result], items: Sequence[Item], jobs: int, progress: Progress
) -> Iterator[tuple[Sequence[Item], Result]]:
    """The result of the work for some items at a time; each item is in one batch.

    Which process does it, and when, is not defined; what one process did comes in the order in which it did it.
    """
    for (start, stop), result in _placed(work, items, jobs, progress):
        yield items[start:stop], result


def _placed(
    work: Callable[[Sequence[Item]], Result], items: Sequence[Item], jobs: int, progress: Progress
) -> Iterator[tuple[tuple[int, int], Result]]:
    """Each result with the stretch of the items that it is for."""
    done = 0
    left = {start: min(start + 1, len(items)) for start in range(len(items))}
    if jobs > 1 and len(items) >= THRESHOLD and _may_fork():
        size = max(1, min(LARGEST_BATCH, len(items) // (4 * jobs)))
        left = {start: min(start + size, len(items)) for start in range(0, len(items), size)}
        with closing(_by_processes(work, items, left, jobs)) as batches:
            for start, result in batches:
                stop = left.pop(start)
                yield (start, stop), result
                done += stop - start
                progress(done, len(items))
    # The rest is all of it, or what was lost with a worker that was killed (for want of memory, as a rule).
    for start, stop in left.items():
        yield (start, stop), work(items[start:stop])
        done += stop - start
        progress(done, len(items))


def _may_fork() -> bool:
    """Whether forked workers are safe here.

    A fork copies the locks of other threads as they are, held or not, so a process with threads stays alone; likewise
    on macOS, where the system's own libraries start threads unseen. Spawned workers would read all sources again.
    """
    return hasattr(os, "fork") and sys.platform != "darwin" and threading.active_count() == 1


def _by_processes(
    work: Callable[[Sequence[Item]], Result], items: Sequence[Item], stretches: Mapping[int, int], jobs: int
) -> Generator[tuple[int, Result], None, None]:
    """The result of each batch and the place of its first item; some are missing if a worker was killed."""
    # Late: 30 ms, and only a build that makes many pages needs processes.
    import multiprocessing
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from queue import SimpleQueue

    try:
        pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), _start, (work, items))
    except (ImportError, NotImplementedError, OSError):
        # No semaphores, as in some sandboxes.
        return
    try:
        batches: dict[Future[Result], int] = {}
        done: SimpleQueue[Future[Result]] = SimpleQueue()
        for start, stop in stretches.items():
            future = pool.submit(_do, start, stop)
            batches[future] = start
            # Not `as_completed`: what is done before it is asked comes out of it in no order.
            future.add_done_callback(done.put)
        while batches:
            future = done.get()
            yield batches.pop(future), future.result()
    except BrokenProcessPool:
        return
    finally:
        pool.shutdown(cancel_futures=True)


def _start(work: Callable[[Sequence[Any]], Any], items: Sequence[Any]) -> None:
    """Begin as a worker: Ctrl-C is for the main process, which lets a batch finish; without that process, end."""
    global _task  # noqa: PLW0603
    _task = work, items
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the main process to end in any way; else a worker would hold the locks of a killed one for ever."""
    # Late: as in `_by_processes`, which imported it already.
    import multiprocessing
    from multiprocessing import connection

    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _do(start: int, stop: int) -> Any:
    """The result for one batch, in a worker."""
    assert _task is not None
    work, items = _task
    return work(items[start:stop])
