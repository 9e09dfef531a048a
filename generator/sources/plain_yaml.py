"""The plain part of YAML, line by line: what nearly every file of a portal is written in, and nothing uncertain.

Block mappings and lists with scalars on one line, brackets on one line, literal blocks, comments. Whatever else there
is in a text (a text over several lines, anchors, tags, escapes, tabs, any error) leaves it to libyaml, which is the
judge: a test compares both, node for node. This one takes a quarter of the time, and PyYAML need not be imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.sources.nodes import Mapping, Node, Place, Scalar, Sequence

MOST_DEPTH = 16
MOST_LENGTH = 300_000
"""Characters: as many cannot have too many nodes."""

# What is no text to libyaml, ends a line for it, or is a tab.
STRANGE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
KEY = r"\w[\w-]{0,60}+"
# The first character of a plain scalar is no sign of YAML.
FIRST = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]"
# In a scalar, a colon with a blank behind it would begin a value, a # with one before it a comment.
REST = r"[^ :#\n]*+(?:(?::++(?=[^ :\n])|#| ++(?=[^ :#\n]))[^ :#\n]*+)*+"
LINE = re.compile(rf"( *+)(- ++)?+(?:({KEY}):( ++|(?=\n)))?+(?:({FIRST}{REST})(?:\n| ++(?:#.*)?\n)|(.*)\n)")
Row = tuple[str, str, str, str, str, str]
"""A line in parts: indent, dash, key, blanks before the value; then a plain scalar, or the rest of the line."""
# Between brackets: blanks, a key, blanks; then a plain scalar, a scalar in quotes, or a bracket.
INNER = re.compile(
    rf"( *)(?:({KEY}):( +))?(?:({FIRST}[^,\[\]{{}}:#?\n]*(?:(?<! ):(?=[^ ,:?\[\]{{}}#\n])[^,\[\]{{}}:#?\n]*)*)"
    r"|\"([^\"\\\n]*)\"|'([^'\n]*)'|(?=[\[{]))"
)


class Unsure(Exception):
    """The text is not plain, or not right."""


def read(text: str, first_line: int = 1) -> Mapping | None:
    """The mapping that a text is, or None where libyaml must be asked."""
    if len(text) > MOST_LENGTH or not text.endswith("\n"):
        return None
    if not text.replace("\n", " ").isprintable() and STRANGE.search(text):
        return None
    try:
        return _Lines(text, first_line).root()
    except Unsure:
        return None


class _Lines:
    """The lines of a text, and how far they are read."""

    def __init__(self, text: str, first_line: int) -> None:
        rows: Iterator[tuple[int, Row]] = enumerate(LINE.findall(text), first_line)
        self.text = text
        self.first_line = first_line
        # Without empty lines and comments.
        self.rows = [(at, row) for at, row in rows if row[2] or row[4] or row[1] or row[5][:1] not in ("", "#")]
        self.indents = [len(row[0]) for _, row in self.rows]
        # The end of the text is a line further out than any.
        self.indents.append(-1)
        self.at = 0
        self.lines: list[str] = []

    def root(self) -> Mapping:
        """The mapping that begins at the left edge; a line that stands further in than it may ends it too early."""
        if self.indents[0] or self.rows[0][1][1]:
            raise Unsure
        found = self.mapping(0, 0)
        if self.indents[self.at] >= 0:
            raise Unsure
        return found

    def mapping(self, column: int, depth: int) -> Mapping:
        """The mapping whose keys stand at a column (from 0), from this line on."""
        if depth > MOST_DEPTH:
            raise Unsure
        indents, rows = self.indents, self.rows
        pairs: list[tuple[str, Place, Node]] = []
        left = column + 1
        at = self.at
        start = (rows[at][0], left, 1)
        while True:
            number, (_, _, key, blanks, plain, rest) = rows[at]
            if not key:
                raise Unsure
            at += 1
            width = len(key)
            colon = left + width
            value: Node
            if plain:
                value = Scalar(plain, "", (number, colon + 1 + len(blanks), len(plain)))
            else:
                self.at = at
                if rest and rest[0] != "#":
                    value = self.other(rest, number, colon + len(blanks), column, depth)
                else:
                    value = self.below((number, colon + 1, 1), column, depth)
                at = self.at
            pairs.append((key, (number, left, width), value))
            if indents[at] != column:
                break
            if rows[at][1][1]:
                raise Unsure
        self.at = at
        return _mapping(pairs, start)

    def below(self, here: Place, column: int, depth: int) -> Node:
        """The value on the lines under a key at a column; a list may stand right under its key."""
        indent = self.indents[self.at]
        if indent < column:
            return Scalar("", "", here)
        if self.rows[self.at][1][1]:
            return self.sequence(indent, depth + 1)
        return self.mapping(indent, depth + 1) if indent > column else Scalar("", "", here)

    def sequence(self, column: int, depth: int) -> Sequence:
        """The list whose dashes stand at a column, from this line on."""
        indents, rows = self.indents, self.rows
        items: list[Node] = []
        start = (rows[self.at][0], column + 1, 1)
        while indents[self.at] == column:
            number, (_, dash, key, _, plain, rest) = rows[self.at]
            if not dash:
                break
            inner = column + len(dash)
            if key:
                items.append(self.mapping(inner, depth + 1))
                continue
            self.at += 1
            if plain:
                items.append(Scalar(plain, "", (number, inner + 1, len(plain))))
            else:
                items.append(self.other(rest, number, inner, column, depth))
        return Sequence(items, start)

    def other(self, rest: str, number: int, left: int, parent: int, depth: int) -> Node:
        """A value that begins with a sign, at a column; its key or dash stands at the column of the parent."""
        rest = rest.rstrip(" ")
        if rest in ("|", "|-"):
            return Scalar(self.literal(number, parent, rest), "|", (number, left + 1, 1))
        return inline(rest, (number, left + 1), depth)

    def literal(self, number: int, parent: int, sign: str) -> str:
        """The lines that stand further in than the parent; its own sign is on the line before them."""
        lines = self.lines = self.lines or self.text.split("\n")
        end = number - self.first_line + 1
        margin = len(lines[end]) - len(lines[end].lstrip(" "))
        if margin <= parent or margin == len(lines[end]):
            raise Unsure
        found: list[str] = []
        while end < len(lines) and not lines[end][:margin].strip(" "):
            found.append(lines[end][margin:])
            end += 1
        while not found[-1]:
            found.pop()
        while self.at < len(self.rows) and self.rows[self.at][0] < self.first_line + end:
            self.at += 1
        return "\n".join(found) + ("" if sign == "|-" else "\n")


def inline(text: str, here: tuple[int, int] = (0, 0), depth: int = 0) -> Node:
    """A value in brackets or in quotes, which fills the rest of its line from a place on."""
    sign = text[:1]
    if sign in ("[", "{"):
        node, end = _brackets(text, 0, here, depth + 1)
        if end != len(text):
            raise Unsure
        return node
    inner = text[1:-1]
    if len(text) < 2 or sign not in "\"'" or text[-1] != sign or sign in inner or (sign == '"' and "\\" in inner):
        raise Unsure
    return Scalar(inner, sign, (*here, len(text)))


def _mapping(pairs: list[tuple[str, Place, Node]], place: Place) -> Mapping:
    if len({key for key, _, _ in pairs}) < len(pairs):
        raise Unsure
    return Mapping(pairs, place)


def _brackets(text: str, start: int, here: tuple[int, int], depth: int) -> tuple[Node, int]:
    """The list or mapping that opens at an index of a text, which begins `here`, and the index behind it."""
    if depth > MOST_DEPTH:
        raise Unsure
    keyed, close = text[start] == "{", "}" if text[start] == "{" else "]"
    number, left = here
    items: list[Node] = []
    pairs: list[tuple[str, Place, Node]] = []
    end = len(text) - len(text[start + 1 :].lstrip(" "))
    if text.startswith(close, end):
        return (Mapping if keyed else Sequence)([], (number, left + start, end + 1 - start)), end + 1
    while True:
        found = INNER.match(text, end)
        if found is None or keyed == (found[2] is None):
            raise Unsure
        value, end = _inner(found, here, depth)
        if keyed:
            pairs.append((found[2], (number, left + found.start(2), len(found[2])), value))
        else:
            items.append(value)
        sign = text[end : end + 1]
        end += 1
        if sign == close:
            place = (number, left + start, end - start)
            return _mapping(pairs, place) if keyed else Sequence(items, place), end
        if sign != ",":
            raise Unsure


def _inner(found: re.Match[str], here: tuple[int, int], depth: int) -> tuple[Node, int]:
    """A value between brackets, and the index of the next sign."""
    number, left = here
    _, _, _, plain, double, single = found.groups()
    end = found.end()
    value: Node
    if plain is not None:
        plain = plain.rstrip(" ")
        return Scalar(plain, "", (number, left + found.start(4), len(plain))), end
    if double is None and single is None:
        value, end = _brackets(found.string, end, here, depth + 1)
    else:
        text, style, start = (single, "'", found.start(6)) if double is None else (double, '"', found.start(5))
        value = Scalar(text, style, (number, left + start - 1, len(text) + 2))
    while found.string.startswith(" ", end):
        end += 1
    return value, end
