"""One build as the pages in the browser hear of it: what changed, and what is wrong where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.diagnostics import LEVELS, Diagnostic, Language, Span, as_data
from generator.sources import folders

BEFORE, WIDTH = 60, 160  # characters of a source line that are shown before the place, and at all
SEVERITY = ("error", "warning", "note")

Shown = dict[str, Any]
"""One problem: the keys of `--format json`, and `place`, `label`, `excerpt`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one build."""

    language: Language
    base: str
    """The path under which the site is served, percent-encoded, with slashes at both ends."""
    changed: tuple[str, ...] | None = ()
    """Output files that were written or removed; None if nobody knows, since the build broke off."""
    problems: tuple[Shown, ...] = ()
    """What the overlay shows: empty while nothing is broken."""


def shown(diagnostics: Sequence[Diagnostic], language: Language, site: Path) -> tuple[Shown, ...]:
    """Every diagnostic with its source line, the worst first."""
    ordered = sorted(diagnostics, key=lambda found: SEVERITY.index(found.level))
    return tuple(_shown(found, language, site) for found in ordered)


def fault(sentence: str) -> tuple[Shown, ...]:
    """A failure of the program itself, which has no place."""
    return ({"place": "", "label": "", "level": "error", "message": sentence, "help": "", "excerpt": []},)


def _shown(found: Diagnostic, language: Language, site: Path) -> Shown:
    label = f"{LEVELS[language][found.level]} {found.code}"
    excerpt = parts(found.span, source_line(site, found.span))
    return {**as_data(found, language), "place": str(found.span), "label": label, "excerpt": excerpt}


def parts(span: Span, line: str) -> list[str]:
    """The source line divided in three: before the place, the place, after it; clipped to what a window shows.

    A page marks the place itself: a caret on a line below it would be off by the width of Chinese characters.
    """
    if not span.line:
        return []
    line = line.rstrip("\r\n").replace("\t", " ")
    at = min(max(0, span.column - 1), len(line))
    start, stop = max(0, at - BEFORE), max(0, at - BEFORE) + WIDTH
    end = min(at + max(1, span.length), stop)
    # A place behind the last character is still to be seen.
    return [line[start:at], line[at:end] or " ", line[end:stop]]


def source_line(site: Path, span: Span) -> str:
    """The line of a source, of a shipped template too; an empty text where it cannot be read."""
    for file in (site / span.path, folders.shipped().parent / span.path):
        try:
            lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        except (OSError, ValueError):
            continue
        return lines[span.line - 1] if 0 < span.line <= len(lines) else ""
    return ""
