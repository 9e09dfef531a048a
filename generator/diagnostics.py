"""Problems as data (what, where, what to write instead) and how they are shown to an editor."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
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
        return messages()[self.code].text[language].format_map(self._told(language))

    def help(self, language: Language) -> str:
        """What to write instead; empty where the message says it all."""
        return messages()[self.code].help[language].format_map(self._told(language))

    def _told(self, language: Language) -> Mapping[str, str]:
        """The arguments, with what the operating system said in the reader's language."""
        why = self.arguments.get("why", "")
        return {**self.arguments, "why": REASONS[why]} if language == "zh" and why in REASONS else self.arguments


REASONS: Mapping[str, str] = {
    "No such file or directory": "文件不见了",
    "Permission denied": "没有权限",
    "Operation not permitted": "没有权限",
    "Read-only file system": "磁盘是只读的",
    "No space left on device": "磁盘满了",
    "Disk quota exceeded": "磁盘配额用完了",
    "Input/output error": "磁盘读写出错",
    "File exists": "那里已有一个同名的文件",
    "Not a directory": "路径中间有一个不是文件夹",
    "Is a directory": "那里是一个同名的文件夹",
    "File name too long": "文件名太长",
    "File too large": "文件太大",
    "Too many open files": "打开的文件太多",
    "Device or resource busy": "正被别的程序使用",
    "Text file busy": "正被别的程序使用",
    "cannot be opened": "打不开",
    "not a regular file": "不是普通文件",
    "a folder of the output is a symbolic link": "输出文件夹里有一个文件夹是符号链接",
}
"""What the operating system says, and the engine in its place, in Chinese; the rest stays in English."""


@dataclass(frozen=True, slots=True)
class Message:
    """The texts of one diagnostic code in both languages."""

    level: Level
    text: Mapping[str, str]
    help: Mapping[str, str]


@cache
def messages() -> Mapping[str, Message]:
    """The table of every diagnostic code, read on the first problem only: a good build needs none."""
    # Late: 6 ms for both, and only a site with problems needs them.
    import tomllib
    from importlib import resources

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
    """A diagnostic whose arguments are shown as text, each on one line and of a length that a screen holds."""
    return Diagnostic(code, span, {name: _clipped(name, str(value)) for name, value in arguments.items()})


LISTS = ("known", "choices")
INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")


def _clipped(name: str, text: str) -> str:
    most = 1000 if name in LISTS else 200
    text = text if len(text) <= most else text[: most - 1] + "…"
    if text.isprintable():
        return text
    text = text.replace("\n", " ").replace("\t", " ")
    return "".join(f"\\u{ord(char):04x}" if unicodedata.category(char) in INVISIBLE else char for char in text)


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice that looks most like the word, or an empty string; short Chinese words need a low bar."""
    import difflib  # 1 ms, and only a problem needs it

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
    """The width of a text on a terminal: a Chinese character takes two columns, a combining mark none."""
    return sum(
        0 if unicodedata.category(char) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def excerpt(span: Span, line: str) -> list[str]:
    """The source line and a caret under the place, clipped to a width that a terminal shows."""
    line = line.rstrip("\r\n").replace("\t", " ")
    if not span.line or not line.strip():
        return []
    # A character that nobody sees could move the caret, or do worse to a terminal.
    line = "".join("\ufffd" if unicodedata.category(char) in INVISIBLE else char for char in line)
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
    import json  # 4 ms, and only a program asks for it

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
    # Late: 6 ms for both, and only a program asks for it.
    import json
    from urllib.parse import quote

    codes = sorted({d.code for d in diagnostics})
    results = []
    for d in diagnostics:
        place: dict[str, Any] = {"artifactLocation": {"uri": quote(d.span.path)}}
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
    blank = re.compile(r"\{\w+\}")
    rules = [
        {"id": code, "shortDescription": {"text": blank.sub("…", messages()[code].text[language])}} for code in codes
    ]
    run = {
        "tool": {"driver": {"name": "Branch Portal", "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)
