"""Problems as data (what, where, what to write instead) and how they are shown to an editor."""

from __future__ import annotations

import difflib
import json
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec

Level = Literal["error", "warning", "note"]
Language = Literal["zh", "en"]


class Span(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A place in a source file; line and column count from 1 in characters, 0 means that there is none."""

    path: str
    line: int = 0
    column: int = 0
    length: int = 1

    def __str__(self) -> str:
        if not self.line:
            return self.path
        return f"{self.path}:{self.line}:{self.column}"


class Diagnostic(msgspec.Struct, frozen=True, array_like=True):
    """One problem: the code names its texts in messages.toml, the arguments fill them in."""

    code: str
    span: Span
    arguments: dict[str, str] = {}

    @property
    def level(self) -> Level:
        """How bad it is, as the table of messages says."""
        return messages()[self.code].level

    def message(self, language: Language) -> str:
        """The problem in one sentence."""
        return messages()[self.code].text[language].format_map(self.arguments)

    def help(self, language: Language) -> str:
        """What to write instead; empty where the message says it all."""
        return messages()[self.code].help[language].format_map(self.arguments)


@dataclass(frozen=True, slots=True)
class Message:
    """The texts of one diagnostic code in both languages."""

    level: Level
    text: Mapping[str, str]
    help: Mapping[str, str]


@cache
def messages() -> Mapping[str, Message]:
    """The table of every diagnostic code, read on the first problem only: a good build needs none."""
    raw = tomllib.loads(resources.files(__package__).joinpath("messages.toml").read_text(encoding="utf-8"))
    return {
        code: Message(
            entry["level"],
            {"zh": entry["zh"], "en": entry["en"]},
            {"zh": entry.get("help_zh", ""), "en": entry.get("help_en", "")},
        )
        for code, entry in raw.items()
    }


def problem(code: str, span: Span, **arguments: object) -> Diagnostic:
    """A diagnostic whose arguments are shown as text."""
    return Diagnostic(code, span, {name: str(value) for name, value in arguments.items()})


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice that looks most like the word, or an empty string; short Chinese words need a low bar."""
    known = sorted(set(choices))
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return found[0] if found else ""


def errors(diagnostics: Iterable[Diagnostic], *, strict: bool = False) -> list[Diagnostic]:
    """Those that must stop a build; with `strict` the warnings too."""
    fatal = ("error", "warning") if strict else ("error",)
    return [diagnostic for diagnostic in diagnostics if diagnostic.level in fatal]


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By file and place, each once."""
    unique = {(d.span, d.code, tuple(sorted(d.arguments.items()))): d for d in diagnostics}
    return [unique[key] for key in sorted(unique)]


LEVELS: Mapping[str, Mapping[Level, str]] = {
    "zh": {"error": "错误", "warning": "警告", "note": "提示"},
    "en": {"error": "error", "warning": "warning", "note": "note"},
}


def columns(text: str) -> int:
    """The width of a text on a terminal: a Chinese character takes two columns."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def excerpt(span: Span, line: str) -> list[str]:
    """The source line and a caret under the place, clipped to a width that a terminal shows."""
    if not span.line:
        return []
    line = line.rstrip("\r\n").replace("\t", " ")
    start = max(0, span.column - 60)
    shown = line[start : start + 100]
    before = columns(shown[: span.column - 1 - start])
    under = shown[span.column - 1 - start : span.column - 1 - start + max(1, span.length)]
    gutter = f"{span.line:>5} | "
    return [gutter + shown, " " * 5 + " | " + " " * before + "^" * max(1, columns(under))]


ReadLine = Callable[[str, int], str]


def as_text(
    diagnostics: Sequence[Diagnostic], language: Language, read_line: ReadLine, paint: Callable[[str, Level], str]
) -> str:
    """`file:line:column level CODE message`, the source line with a caret, and the help, for each."""
    shown: list[str] = []
    for diagnostic in diagnostics:
        level = LEVELS[language][diagnostic.level]
        head = paint(f"{level} {diagnostic.code}", diagnostic.level)
        shown.append(f"{diagnostic.span} {head} {diagnostic.message(language)}")
        if diagnostic.span.line:
            shown.extend(excerpt(diagnostic.span, read_line(diagnostic.span.path, diagnostic.span.line)))
        if text := diagnostic.help(language):
            shown.append(f"      = {text}")
    return "\n".join(shown)


def as_data(diagnostic: Diagnostic, language: Language) -> dict[str, Any]:
    """One diagnostic for a program: the keys of `--format json` and of the dev server's overlay."""
    return {
        "file": diagnostic.span.path,
        "line": diagnostic.span.line,
        "column": diagnostic.span.column,
        "length": diagnostic.span.length,
        "level": diagnostic.level,
        "code": diagnostic.code,
        "message": diagnostic.message(language),
        "help": diagnostic.help(language),
    }


def as_json(diagnostics: Sequence[Diagnostic], language: Language) -> str:
    """A JSON array, one object a diagnostic."""
    return json.dumps([as_data(d, language) for d in diagnostics], ensure_ascii=False, indent=2)


def as_github(diagnostics: Sequence[Diagnostic], language: Language) -> str:
    """Workflow commands of GitHub Actions, which turn into annotations on the change."""

    def escaped(text: str, more: str = "") -> str:
        for char in "%\r\n" + more:
            text = text.replace(char, f"%{ord(char):02X}")
        return text

    lines = []
    for d in diagnostics:
        command = "notice" if d.level == "note" else d.level
        place = f"file={escaped(d.span.path, ':,')},line={max(1, d.span.line)},col={max(1, d.span.column)}"
        text = " ".join(part for part in (d.message(language), d.help(language)) if part)
        lines.append(f"::{command} {place},title={d.code}::{escaped(text)}")
    return "\n".join(lines)


def as_sarif(diagnostics: Sequence[Diagnostic], language: Language) -> str:
    """A log of SARIF 2.1.0 (OASIS), which code hosts and editors read."""
    codes = sorted({d.code for d in diagnostics})
    results = []
    for d in diagnostics:
        place: dict[str, Any] = {"artifactLocation": {"uri": d.span.path}}
        if d.span.line:
            place["region"] = {"startLine": d.span.line, "startColumn": max(1, d.span.column)}
        text = " ".join(part for part in (d.message(language), d.help(language)) if part)
        results.append(
            {
                "ruleId": d.code,
                "ruleIndex": codes.index(d.code),
                "level": d.level,
                "message": {"text": text},
                "locations": [{"physicalLocation": place}],
            }
        )
    rules = [{"id": code, "shortDescription": {"text": messages()[code].text[language]}} for code in codes]
    run = {"tool": {"driver": {"name": "Branch Portal", "rules": rules}}, "results": results}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)
