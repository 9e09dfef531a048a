"""Builds that go on from one another in one process: an edit of a text is seen before all the rest is looked at again.

Such a quick build trusts what the last one left in memory, and that nobody else touched the output since. It writes
no store: the next thorough build finds the same by itself, and puts right whatever the quick one could not know.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from generator import steps
from generator.build import collector_at_rest, perform
from generator.engine import rebuild
from generator.engine.files import Files
from generator.engine.graph import TARGET
from generator.engine.store import Store
from generator.engine.timing import Times
from generator.engine.trace import Answers, Reason, Target, stale
from generator.memory import Memory, tool
from generator.model import linking
from generator.render.shared import Shared
from generator.report import Options, Report, today_in

Identity = tuple[int, int] | None


class Session:
    """The builds of one site, one after the other, never two at once."""

    def __init__(
        self,
        options: Options,
        urgent: Callable[[], Collection[str]] = frozenset,
        written: Callable[[Sequence[str]], object] = len,
    ) -> None:
        """`urgent` names outputs that are made first, of which `written` is told before the others are made."""
        self._options = options
        self._urgent = urgent
        self._written = written
        self._standing: steps.Standing | None = None
        self._store: Identity = None
        self._ahead = False

    @property
    def ahead(self) -> bool:
        """Whether there was a quick build after the last thorough one."""
        return self._ahead

    def build(self) -> Report:
        """A thorough build, as any other process would do it. Raises office.NoSite."""
        before, self._standing = self._standing, None
        ours = self._store is not None and self._store == self._identity() and not self._ahead
        # With nothing to go on from, the steps are taken even where a glance would tell that there is nothing to do.
        report, standing = perform(self._options, self._work, glance_first=before is not None)
        unchanged = standing is None and ours and report.ok and not report.made and not report.removed
        self._standing = before if unchanged else standing
        self._store = self._identity()
        self._ahead = False
        # What the build before left holds itself in cycles, and is as large as the site: nobody waits for anything now.
        del before, standing
        gc.collect()
        return report

    def edited(self, files: Collection[Path]) -> Report | None:
        """A quick build after an edit of these files alone; None where it takes a thorough one to tell what to do."""
        start = time.perf_counter()
        standing = self._standing
        if standing is None or self._store is None or not files:
            return None
        paths = [self._path(file) for file in files]
        if not all(paths):
            return None
        with collector_at_rest(), Store(self._options.memory, tool()).lock(0) as held:
            # Another build may have been here since, and have left another output.
            if not held or self._store != self._identity():
                return None
            self._standing = None
            self._ahead = True
            report = self._quick(standing, [path for path in paths if path])
        return report and replace(report, seconds=time.perf_counter() - start)

    def _work(self, memory: Memory, files: Files, times: Times) -> steps.Done:
        return steps.bring_up_to_date(self._run(memory, files, times))

    def _run(self, memory: Memory, files: Files, times: Times) -> steps.Run:
        return steps.Run(self._options, memory, files, lambda done, total: None, times, self._urgent, self._written)

    def _quick(self, standing: steps.Standing, paths: Sequence[str]) -> Report | None:
        settings = standing.site.catalog.settings
        if standing.site.catalog.today != today_in(settings.time_zone, self._options):
            return None
        books = standing.library.with_texts(paths)
        if books is None or any(linking.check(books, drafts=self._options.drafts, changed=books.changed)):
            return None
        site = replace(standing.site, catalog=standing.site.catalog.with_texts(books))
        graph = standing.graph
        answers = Answers(site, graph, (site.inputs, (site.changes() or ((), ()))[1]))
        answers.keep(standing.answers)
        reasons: dict[str, Reason] = {}
        dirty: list[Target] = []
        for number in sorted(answers.suspects):
            query = graph.queries[number]
            if query is not None and query[0] == TARGET:
                path = str(query[1])
                target = Target(path, graph.made[path].maker, graph.made[path].arguments)
                reason = stale(target, graph, answers)
                if reason is not None:
                    reasons[path] = reason
                    dirty.append(target)
        # What pages have in common is of one build, like the answers.
        maker = replace(standing.maker, shared=Shared())
        made = steps.remake(self._run(Memory(), Files({}), Times()), dirty, maker, answers, standing.outputs)
        if made.failures or made.foreign:
            return None
        rebuild.learn(graph, answers, made, reasons)
        report = replace(
            standing.report, made=tuple(made.traces), written=tuple(made.written), removed=(), reasons=reasons
        )
        self._standing = replace(standing, site=site, library=books, answers=answers, report=report)
        return report

    def _path(self, file: Path) -> str:
        """The path of a source relative to the site; empty for what is none."""
        try:
            path = file.relative_to(self._options.site.resolve())
        except ValueError:
            return ""
        return path.as_posix() if path.parts[0] == "content" else ""

    def _identity(self) -> Identity:
        """Which store there is."""
        try:
            status = os.stat(self._options.memory / "store")
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns
