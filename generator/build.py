"""The conductor: ends at once where nothing changed, else takes the steps of a build; prints nothing."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from generator import glance
from generator.diagnostics import Diagnostic, Span, errors, problem
from generator.engine.files import Files
from generator.engine.outputs import Outputs
from generator.engine.store import Store
from generator.engine.timing import Times
from generator.memory import Memory, tool
from generator.report import Options, Progress, Report, asked, language_of

if TYPE_CHECKING:
    from generator.steps import Done, Standing

__all__ = ["Options", "Report", "build"]


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Keep the garbage collector still: a build creates much that stays, and little garbage.

    To look at it all time and again took a quarter of a warm build of 10,000 entries. Workers inherit the rest: of the
    12,373 pages of a first build they left 230 objects in cycles, and its visits would copy the shared memory.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def build(options: Options, progress: Progress = lambda done, total: None) -> Report:
    """Bring the output up to date; a site with errors leaves it as it was. Raises office.NoSite."""
    return last(options, progress)[0]


def last(options: Options, progress: Progress) -> tuple[Report, Standing | None]:
    """The same, with what it leaves in memory: a process that ends with it need not tidy that up."""
    return perform(options, lambda memory, files, times: _steps(memory, files, times, options, progress))


def _steps(memory: Memory, files: Files, times: Times, options: Options, progress: Progress) -> Done:
    # Late: 150 ms for the content types and the steps, which a build with nothing to do never needs.
    from generator import steps

    return steps.bring_up_to_date(steps.Run(options, memory, files, progress, times))


def perform(
    options: Options, work: Callable[[Memory, Files, Times], Done], *, glance_first: bool = True
) -> tuple[Report, Standing | None]:
    """A build, of which `work` does what is left to do where a glance does not tell that it is nothing."""
    start = time.perf_counter()
    store = Store(options.memory, tool())
    times = Times()
    standing: Standing | None = None
    with collector_at_rest(), store.lock() as held:
        with times.stage("store"):
            memory = Memory(store.load() if held and not options.clean else None, options.memory if held else None)
            memory.open()
        files = Files(memory.state.marks)
        done = _nothing_to_do(options, memory, files, times) if glance_first else None
        if done is None:
            report, parts, standing = work(memory, files, times)
        else:
            report, parts = done
        with times.stage("store"):
            memory.blobs.close()
            failed = None
            if parts:
                failed = _remember(store, parts, memory) if held else _unwritable(options.memory)
        if failed:
            report = replace(report, diagnostics=(*report.diagnostics, failed))
    alone = held or failed is not None
    return replace(report, seconds=time.perf_counter() - start, alone=alone, times=times), standing


def _nothing_to_do(
    options: Options, memory: Memory, files: Files, times: Times
) -> tuple[Report, Mapping[str, bytes]] | None:
    """The report of a build of which neither the sources nor the output changed since the last one; None for others."""
    state = memory.state
    same = state.complete and state.options == asked(options, state.zone)
    if not same or errors(state.diagnostics, strict=options.strict):
        return None
    with times.stage("scan"):
        unchanged = glance.unchanged(options.site, files, options.jobs)
    if not unchanged:
        return None
    with times.stage("verify"):
        outputs = Outputs(options.output, state.outputs)
        intact = outputs.intact(options.jobs)
    if not intact:
        return None
    language = language_of(state)
    report = Report(state.diagnostics, language, ok=True, targets=len(state.outputs), due=state.due, path=state.path)
    after = msgspec.structs.replace(state, marks=files.marks, outputs=outputs.marks)
    return report, memory.parts(after) if after != state else {}


def _unwritable(folder: Path) -> Diagnostic | None:
    """Why a store was not to be had, if not because another build held it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("ab"):
            return None
    except OSError as error:
        return problem("B004", Span(str(error.filename or folder)), why=error.strerror or str(error))


def _remember(store: Store, parts: Mapping[str, bytes], memory: Memory) -> Diagnostic | None:
    """Save what the next build may use; a store that cannot be written costs time and nothing else."""
    try:
        store.save(parts)
        memory.blobs.sweep()
    except OSError as error:
        return problem("B004", Span(str(error.filename or store.folder)), why=error.strerror or str(error))
    return None
