"""The plain part of YAML straight to typed values, for entries with which nothing is wrong: no node, no place.

It goes from key to key of the record type, so that a line is cut once and looked up once. Whatever is not certainly
right (an unknown key, a value of another form, a sign of YAML that is not plain) leaves the whole text to `positioned`
and `decode`, which are the judges: a test compares both. This one takes a third of their time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from operator import sub
from typing import Any

from msgspec import Struct

from generator.sources import plain_yaml
from generator.sources.decode import SLUG_KEYS, TRUTHS, Decoder, Step, plan
from generator.sources.nodes import Node, Place, Scalar
from generator.sources.plain_yaml import Unsure

TRAILING = re.compile(" +\n")
# With one of these, a value is no plain scalar, or one that a reader of texts looks at (`~`, `…`).
OF_YAML = frozenset(" -?:,[]{}#&*!|>'\"%@`")
SIGNS = OF_YAML | frozenset("~.…")
ITEM = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`~.…][^,\[\]{}:#?]*+"
ITEMS = re.compile(rf"\[{ITEM}(?:(?<! ), {ITEM})*+(?<! )\]")
LISTED = ("entries:", "defaults:")


class _Known(dict[str, Any]):
    """The values that texts mean; a text that means none is for the judges."""

    def __missing__(self, text: str) -> Any:
        raise Unsure


class _Strict(Decoder):
    """Reads one scalar, and leaves a wrong one to the judges."""

    def _reject(self, code: str, place: Place, **arguments: object) -> Any:
        raise Unsure


@dataclass(frozen=True, slots=True)
class _Way:
    """What a key leads to, or an item of a list."""

    name: str
    """Of the field."""
    convert: Callable[[str], Any] | None
    """What a plain scalar means; None for a text, which stays as it is."""
    step: Step
    item: _Way | None


@dataclass(frozen=True, slots=True)
class _Ways:
    """A record type as it is gone through."""

    type: type[Struct]
    ending: Mapping[str, _Way]
    """By the key of a value on the same line."""
    leading: Mapping[str, _Way]
    """By the key, with its colon, of a value on the lines below."""


@cache
def _ways(type_: type[Struct], ignored: tuple[str, ...] = ()) -> _Ways:
    """Cached, as a pure function of a type."""
    ways = {
        key: _way(step)
        for key, step in plan(type_).steps.items()
        if key not in ignored and re.fullmatch(plain_yaml.KEY, key)
    }
    return _Ways(type_, ways, {key + ":": way for key, way in ways.items()})


def _way(step: Step) -> _Way:
    convert: Callable[[str], Any] | None
    if step.read is Decoder.words:
        convert = None
    elif step.shape.kind in ("choice", "bool"):
        convert = _Known(step.spelled or TRUTHS).__getitem__
    elif step.read is Decoder.scalar:
        convert = partial(_scalar, _Strict(""), step)
    else:
        # A list or a record is no scalar.
        convert = _Known().__getitem__
    return _Way(step.name, convert, step, _way(step.item) if step.item else None)


def _scalar(decoder: Decoder, step: Step, text: str) -> Any:
    return step.convert(decoder, Scalar(text, "", (0, 0, 0)), text, step)


Found = tuple[str, Any]
"""The slug as it is written, and the entry; what is no list may have none, and is named by its file."""


def read(text: str, type_: type[Struct], *, listed: bool) -> list[Found] | None:
    """The entries of a text that is one or, if it may, lists them; None where something is wrong or uncertain."""
    if len(text) > plain_yaml.MOST_LENGTH or not text.endswith("\n") or not text.replace("\n", " ").isprintable():
        return None
    # What means nothing to YAML is rare enough to leave every text with these letters to the judges.
    if "null" in text:
        return None
    try:
        lines = _Lines(text)
        found = lines.listed(type_) if listed and lines.lines[0] in LISTED else [lines.entry(type_)]
    except Unsure:
        return None
    return None if lines.indents[lines.at] >= 0 else found


class _Lines:
    """The lines of a text without comments and empty ones, and how far they are read."""

    def __init__(self, text: str) -> None:
        if " \n" in text:
            text = TRAILING.sub("\n", text)
        rows = text.split("\n")
        self.lines = [row.lstrip(" ") for row in rows]
        self.indents = list(map(sub, map(len, rows), map(len, self.lines)))
        if "#" in text or "\n\n" in text or text[0] == "\n":
            kept = [at for at, line in enumerate(self.lines) if line and line[0] != "#"]
            self.lines = [*(self.lines[at] for at in kept), ""]
            self.indents = [*(self.indents[at] for at in kept), -1]
            if any(" #" in line for line in self.lines):
                raise Unsure
        # The end of the text is a line further out than any.
        self.indents[-1] = -1
        self.at = 0

    def entry(self, type_: type[Struct], column: int = 0, given: Mapping[str, Any] | None = None) -> Found:
        """The entry whose keys stand at a column, from this line on."""
        ways = _ways(type_, SLUG_KEYS)
        slugs: list[str] = []
        values = self.values(ways, column, slugs)
        if len(slugs) > 1:
            raise Unsure
        return (slugs[0] if slugs else ""), _made(ways, {**given, **values} if given else values)

    def listed(self, type_: type[Struct]) -> list[Found]:
        """The entries of a list, and before it what they inherit."""
        given: Mapping[str, Any] = {}
        if self.lines[0] == LISTED[1] and not self.indents[0]:
            self.at = 1
            given = self.values(_ways(type_), self.indents[1])
        if self.lines[self.at] != LISTED[0] or self.indents[self.at]:
            raise Unsure
        self.at += 1
        found = [self.entry(type_, column, given) for column in self.items()]
        if not all(slug for slug, _ in found):
            raise Unsure
        return found

    def items(self) -> Iterator[int]:
        """The column at which each item of a list stands, which begins on this line; its dash is passed over."""
        lines, indents = self.lines, self.indents
        column = indents[self.at]
        if not lines[self.at].startswith("- "):
            raise Unsure
        while indents[self.at] == column and lines[self.at].startswith("- "):
            line = lines[self.at][2:].lstrip(" ")
            inner = indents[self.at] = column + len(lines[self.at]) - len(line)
            lines[self.at] = line
            yield inner

    def values(self, ways: _Ways, column: int, slugs: list[str] | None = None) -> dict[str, Any]:
        """The fields of the mapping whose keys stand at a column, from this line on, without those left blank."""
        lines, indents, ending = self.lines, self.indents, ways.ending
        found: dict[str, Any] = {}
        blank = False
        at = self.at
        if indents[at] != column:
            raise Unsure
        while indents[at] == column:
            key, colon, text = lines[at].partition(": ")
            way = ending.get(key) if colon else ways.leading.get(key)
            at += 1
            if way is None:
                if slugs is None or key not in SLUG_KEYS or not colon or text[0] in SIGNS or ":" in text:
                    raise Unsure
                slugs.append(text)
                continue
            name = way.name
            if name in found:
                raise Unsure
            if not colon:
                self.at = at
                found[name] = value = self.below(way, column)
                blank = blank or value is None
                at = self.at
            elif text[0] in SIGNS or (":" in text and _cut(text)):
                found[name] = value = self.other(text, way)
                blank = blank or value is None
            else:
                convert = way.convert
                found[name] = text if convert is None else convert(text)
        self.at = at
        return {name: value for name, value in found.items() if value is not None} if blank else found

    def below(self, way: _Way, column: int) -> Any:
        """The value on the lines under a key at a column; a list may stand right under its key."""
        indent = self.indents[self.at]
        dashed = self.lines[self.at].startswith("- ")
        if indent < column or (indent == column and not dashed):
            return None
        if way.step.shape.kind == "record":
            return self.record(way, indent)
        item = way.item
        if item is None:
            raise Unsure
        read = self.record if item.step.shape.kind == "record" else self.item
        values = [read(item, at) for at in self.items()]
        return tuple([value for value in values if value is not None])

    def record(self, way: _Way, column: int) -> Any:
        """The record whose keys stand at a column, from this line on."""
        if self.lines[self.at][0] == "{":
            return self.item(way, column)
        ways = _ways(way.step.shape.type)
        return _made(ways, self.values(ways, column))

    def item(self, way: _Way, column: int) -> Any:
        """An item of a list that stands on this line, after its dash."""
        text = self.lines[self.at]
        self.at += 1
        return self.other(text, way)

    def other(self, text: str, way: _Way) -> Any:
        """A value that is not simply read; None for one that is left blank."""
        sign = text[0]
        if sign == "[" and way.item and ITEMS.fullmatch(text):
            texts = text[1:-1].split(", ")
            return tuple(texts if way.item.convert is None else map(way.item.convert, texts))
        if sign == " ":
            return self.other(text.lstrip(" "), way)
        node: Node
        if sign in "[{\"'":
            node = plain_yaml.inline(text)
        elif sign in OF_YAML or _cut(text):
            raise Unsure
        else:
            node = Scalar(text, "", (0, 0, 0))
        decoder = Decoder("")
        value = way.step.read(decoder, node, way.step, "")
        if decoder.diagnostics:
            raise Unsure
        return value


def _cut(text: str) -> bool:
    """Whether YAML sees the end of a key in a text."""
    return ": " in text or text[-1] == ":"


def _made(ways: _Ways, values: Mapping[str, Any]) -> Any:
    try:
        return ways.type(**values)
    except TypeError as error:
        # Something is missing that it must have.
        raise Unsure from error
