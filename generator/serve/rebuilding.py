"""Builds again and again: whatever happens becomes an outcome for the pages and a few lines on the terminal."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from generator.diagnostics import Diagnostic, Span, as_text, errors, problem
from generator.engine.files import Files
from generator.model import office
from generator.model.settings import Settings
from generator.report import Options, Report, language_of, today_in
from generator.serve.outcome import Outcome, fault, shown, source_line
from generator.serve.watching import Sources, changes
from generator.session import Session
from generator.site import addresses
from generator.wording import say

PrintLine = Callable[[str], object]
RETRIES = 3


class Rebuilder:
    """One build after the other, never two at once; keeps only what a build that fails cannot tell."""

    def __init__(self, options: Options, print_line: PrintLine) -> None:
        """Build nothing yet."""
        self._options = options
        self._print_line = print_line
        self._settings: Settings | None = None
        self._printed: tuple[Diagnostic, ...] = ()
        self._last: Outcome | None = None
        self._post: Callable[[Outcome], object] = bool
        self._shown: Callable[[], Collection[str]] = frozenset
        self._session = Session(options, self._urgent, self._written)

    def rebuild(self, *, edited: bool = True, files: Collection[str] = ()) -> Outcome | None:
        """Build, and give the outcome; None if nothing was edited and nothing came of it.

        `files` are all that was edited, if that is known: a quick build may then do for now.
        """
        try:
            report = (self._session.edited([Path(file) for file in files]) if files else None) or self._build()
            outcome = self._outcome(report)
        except Exception as error:
            # A fault of the program. The next edit may well get around it, so the server goes on.
            sentence = say(
                language_of(self._settings),
                "fault-lost",
                error=f"{type(error).__name__}: {error}",
            )
            outcome = Outcome(language_of(self._settings), self._base(), None, fault(sentence))
            if edited or self._last is None or self._last.problems != outcome.problems:
                self._print(sentence)
            self._last = outcome
            return outcome
        if not edited and not outcome.changed and self._last and self._last.problems == outcome.problems:
            return None
        self._last = outcome
        self._tell(report, outcome)
        return outcome

    def follow(
        self,
        post: Callable[[Outcome], object],
        stop: threading.Event,
        shown: Callable[[], Collection[str]] = frozenset,
    ) -> None:
        """Build after every change, until told to stop; `shown` names the outputs that are open in a browser."""
        self._post, self._shown = post, shown
        ignored = tuple(folder.resolve() for folder in (self._options.output, self._options.memory))
        site = self._options.site.resolve()
        sources = Sources(site, self._options.output, ignored, self._today, lambda: self._session.ahead)
        for change in changes(sources, stop):
            if outcome := self.rebuild(edited=change.edited, files=change.files):
                post(outcome)

    def _urgent(self) -> Collection[str]:
        return self._shown()

    def _written(self, paths: Sequence[str]) -> None:
        """Tell the pages that wait, while the others are still made."""
        problems = self._last.problems if self._last else ()
        self._post(Outcome(language_of(self._settings), self._base(), tuple(paths), problems))

    def _build(self) -> Report:
        """The report of a build; that there is no site any more is a problem like others."""
        with suppress(office.NoSite):
            # None for one that cannot be read, in which case the last one still tells language, address and time zone.
            self._settings = office.read(self._options.site, Files({})).settings or self._settings
        try:
            report = self._session.build()
            for _ in range(RETRIES):
                if not _overtaken(report):
                    break
                report = _joined(report, self._session.build())
            return report
        except office.NoSite:
            missing = problem("P001", Span(office.NAME), path=self._options.site.resolve().name)
            return Report((missing,), language_of(self._settings), ok=False)

    def _outcome(self, report: Report) -> Outcome:
        language = language_of(self._settings) if self._settings else report.language
        base = report.path or self._base()
        problems = () if report.ok else shown(report.diagnostics, language, self._options.site)
        changed: tuple[str, ...] | None = (*report.written, *report.removed)
        if any(found.code == "B001" for found in report.diagnostics):
            # The disk failed halfway, and nobody knows how far the build had come.
            changed = None
        return Outcome(language, base, changed, problems)

    def _base(self) -> str:
        """The path of the site where no build tells it."""
        address = self._options.base_url or (self._settings.base_url if self._settings else "")
        return addresses.base_of(address).path if address else "/"

    def _today(self) -> datetime.date | None:
        if self._options.today is not None or self._settings is None:
            return None
        return today_in(self._settings.time_zone, self._options)

    def _tell(self, report: Report, outcome: Outcome) -> None:
        """Print what came of a build: problems that were printed just before are not repeated, except errors."""
        language, found = outcome.language, report.diagnostics
        if not report.ok or found != self._printed:
            self._problems(found, outcome)
        self._printed = found
        if not report.alone:
            self._print(say(language, "busy"))
        now = time.strftime("%H:%M:%S")
        if report.targets:
            seconds = f"{report.seconds:.2f}"
            self._print(say(language, "rebuilt", time=now, made=len(report.made), seconds=seconds))
        if not report.ok:
            self._print(say(language, "broken", time=now, errors=len(errors(found))))

    def _problems(self, found: Sequence[Diagnostic], outcome: Outcome) -> None:
        def line_of(path: str, line: int) -> str:
            return source_line(self._options.site, Span(path, line))

        if found:
            self._print(as_text(found, outcome.language, line_of, lambda text, level: text))

    def _print(self, text: str) -> None:
        # A terminal that was closed, or that lacks a character, is no reason to stop following edits.
        with suppress(OSError, ValueError):
            self._print_line(text)


def _overtaken(report: Report) -> bool:
    """Whether nothing is wrong but that a source changed during the build, which will be over in a moment."""
    return {found.code for found in errors(report.diagnostics)} == {"B003"}


def _joined(one: Report, two: Report) -> Report:
    """The report of a build together with that of the one before."""
    return replace(
        two,
        made=tuple(dict.fromkeys(one.made + two.made)),
        written=tuple(dict.fromkeys(one.written + two.written)),
        removed=tuple(dict.fromkeys(one.removed + two.removed)),
        seconds=one.seconds + two.seconds,
    )
