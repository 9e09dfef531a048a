"""What a command prints: problems, the report of a build, progress; on standard output and error, as lines or data."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.diagnostics import Diagnostic, Language, Level, as_data, as_github, as_json, as_sarif, as_text
from generator.engine.timing import STAGES
from generator.wording import say

if TYPE_CHECKING:
    from generator.engine.trace import Reason
    from generator.report import Options, Report

COLOURS: dict[Level, str] = {"error": "red", "warning": "yellow", "note": "cyan"}


def report_of(options: Options, report: Report, shape: str, explain: bool) -> None:
    if shape == "json":
        import json  # 4 ms, and only a program asks for it

        click.echo(json.dumps(_data(report), ensure_ascii=False, indent=2))
        return
    print_all(options.site, report.diagnostics, shape, report.language)
    numbers = counts(report.diagnostics)
    language = report.language
    # The formats for machines go to standard output alone.
    to_errors = shape != "text"
    if explain:
        for path, reason in report.reasons.items():
            line = say(language, "made-because", path=path, reason=reason_of(language, reason))
            click.echo(line, err=to_errors)
    if not report.alone:
        click.echo(say(language, "busy"), err=True)
    if not report.targets:
        click.echo(say(language, "failed", **numbers), err=to_errors)
        return
    made = len(report.made)
    figures = {"targets": report.targets, "made": made, "same": report.targets - made, "removed": len(report.removed)}
    click.echo(say(language, "built", seconds=f"{report.seconds:.2f}", **figures), err=to_errors)
    if numbers["errors"]:
        click.echo(say(language, "partly", **numbers), err=to_errors)
    elif numbers["warnings"]:
        click.echo(say(language, "warned", **numbers), err=to_errors)
    if report.due:
        click.echo(say(language, "due", due=report.due), err=to_errors)


def profile_of(report: Report) -> Iterator[str]:
    """Where the time went: stages, slowest targets and slowest templates, in seconds."""
    language, times = report.language, report.times
    yield say(language, "stages")
    for name in STAGES:
        seconds = times.stages[name]
        yield f"  {seconds:9.3f}  {name:<7} {say(language, f'stage-{name}')}"
    if times.targets:
        yield say(language, "slowest-targets")
        yield from (f"  {seconds:9.4f}  {path}" for path, seconds in times.slowest())
        yield say(language, "slowest-makers")
        yield from (f"  {seconds:9.3f}  {maker} × {count}" for maker, count, seconds in times.makers())


def _data(report: Report) -> dict[str, Any]:
    return {
        "ok": report.ok,
        "targets": report.targets,
        "made": sorted(report.made),
        "written": sorted(report.written),
        "removed": sorted(report.removed),
        "seconds": round(report.seconds, 3),
        "due": report.due.isoformat() if report.due else None,
        "reasons": {path: reason_of("en", reason) for path, reason in sorted(report.reasons.items())},
        "diagnostics": [as_data(found, report.language) for found in report.diagnostics],
    }


def print_all(site: Path, found: Sequence[Diagnostic], shape: str, language: Language) -> None:
    if shape == "text":
        if found:
            click.echo(as_text(found, language, reader(site), _paint()))
        return
    shapes: dict[str, Callable[[Sequence[Diagnostic], Language], str]] = {
        "json": as_json,
        "github": as_github,
        "sarif": as_sarif,
    }
    if text := shapes[shape](found, language):
        click.echo(text)


def _paint() -> Callable[[str, Level], str]:
    """Colours, where there is a terminal that wants them."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return lambda text, level: text
    return lambda text, level: click.style(text, fg=COLOURS[level], bold=True)


def reader(site: Path) -> Callable[[str, int], str]:
    """Gives a line of a source, or an empty text where it cannot be read."""

    @cache
    def lines_of(path: str) -> list[str]:
        try:
            # With universal newlines, so that these are the lines that are counted when a source is parsed.
            return (site / path).read_text(encoding="utf-8-sig", errors="replace").split("\n")
        except (OSError, ValueError):
            return []

    def read(path: str, line: int) -> str:
        lines = lines_of(path)
        return lines[line - 1] if 0 < line <= len(lines) else ""

    return read


def counts(found: Sequence[Diagnostic]) -> dict[str, int]:
    levels = [one.level for one in found]
    return {f"{level}s": levels.count(level) for level in ("error", "warning", "note")}


def reason_of(language: Language, reason: Reason) -> str:
    return say(language, f"reason-{reason.kind}", query=query_of(reason.query))


def query_of(query: tuple[str | int, ...]) -> str:
    return " ".join(str(part) for part in query if part != "")


class Bar:
    """Progress on a terminal, shown only after a second; nothing in a pipe."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted and sys.stderr.isatty()
        self._start = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Draw the bar, or wipe it out when all is done."""
        if not self._wanted or time.monotonic() - self._start < 1:
            return
        filled = 30 * done // total
        line = f"\r[{'#' * filled}{' ' * (30 - filled)}] {done}/{total}"
        click.echo(line if done < total else "\r" + " " * len(line) + "\r", err=True, nl=False)
