"""The plain part of Markdown: blocks at the left edge that mean one thing only, whatever stands around them.

Paragraphs, items and quotations on one line with nothing unusual in them, headings and tables: nearly every block that
people write. What is not certainly plain is None here, and left to markdown-it; a test compares both. Done here a block
takes a tenth of the time, and markdown-it need not be imported.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Plain(NamedTuple):
    """One plain block; the tag and the id of a heading are those of the page once `writing.prepared` has seen it."""

    tag: str
    """`p`, `h1` to `h6`, `ul`, `ol`, `blockquote`, `table`, or `aside` for a box."""
    line: int
    """Where it begins, from 0 in the body; each text has a line of its own."""
    texts: tuple[str, ...]
    """Inline Markdown; of a table its rows, of a box its kind and title."""
    start: int = 1
    """The number of the first item of an `ol`."""
    id: str = ""
    inner: tuple[Plain, ...] = ()
    """What is in a box."""


# No sign of inline Markdown, and no beginning of a slip that is reported.
CHAR = r"[^\n\\`~*_\[\]<&【]"
CELL_CHAR = r"[^\n\\`~*_\[\]<&【|]"


def _marked(stars: str) -> str:
    """A pattern for a text between asterisks, with no others in between.

    If they touch a letter or digit inside, they open and close whatever stands outside; and so they do at a blank or an
    end of the line, whatever stands inside.
    """
    letter, edge, middle = r"[^\W_]", r"[^\s*]", r"[^ \n]"
    opened = rf"{stars}(?:(?={letter})|(?<!{middle}{stars})(?={edge}))"
    closed = rf"(?:(?<={letter})|(?<={edge})(?={stars}(?!{middle}))){stars}(?!\*)"
    return opened + CHAR + "*" + closed


BOLD = _marked(r"\*\*")
EMPHASIS = _marked(r"\*")
LINK = rf"(?<!!)\[(?=\S){CHAR}+\]\([\w./:#?=%+-]+\)"
PIECES = f"(?:{CHAR}++|{BOLD}|{EMPHASIS}|{LINK})++"
# Begins no other block: no blank, no sign of a block, no number of a list.
INLINE = rf"(?![\s>#:+=|-]|[0-9]{{1,9}}[.)]){PIECES}"
# An empty line or the end, and no definition of what stands above.
END = r"\n(?=\n(?![ \t]*[:~][ \t])|\Z)"
LIST_END = r"(?=\n(?![ \t\n+*0-9-]|[:~][ \t])|\n*\Z)"
PARAGRAPH = re.compile(f"{INLINE}{END}")
QUOTATION = re.compile(f"> {INLINE}{END}")
# The line under a heading must not make it the head of a table.
HEADING = re.compile(r"(#{1,6}) +(?=[^\s:])([^\n\\`~*_\[\]<&【#]+)\n(?![ \t]*[|:-])")
BULLETS = re.compile(rf"([-+*]) {INLINE}\n(?:\1 {INLINE}\n)*{LIST_END}")
NUMBERS = re.compile(rf"([0-9]{{1,9}})([.)]) {INLINE}\n(?:[0-9]{{1,9}}\2 {INLINE}\n)*{LIST_END}")
DIGITS = "0123456789"
ROW = rf"\|(?:(?:{PIECES.replace(CHAR, CELL_CHAR)})?\|)+\n"
TABLE = re.compile(rf"{ROW}\|(?: *:?-+:? *\|)+\n(?:{ROW})+(?=\n|\Z)")
BOX = re.compile(r"::: (提示|注意|tip|warning)(?: +([^\s:`][^\n:`]*))?\n")
BOX_END = "\n:::\n"


def blocks(source: str, line: int = 0) -> list[Plain] | None:
    """The blocks of a text that ends with a line end, if all of them are plain; it begins on a line of the body."""
    found: list[Plain] = []
    at = 0
    while at < len(source):
        if source[at] == "\n":
            at += 1
            line += 1
            continue
        plain = block(source, at, line)
        if plain is None:
            return None
        one, end = plain
        found.append(one)
        line += source.count("\n", at, end)
        at = end
    return found


def block(source: str, at: int, line: int) -> tuple[Plain, int] | None:
    """The plain block that begins at an index, which is the beginning of a line, and the index behind it."""
    sign = source[at]
    if sign == ":":
        return _box(source, at, line)
    one: Plain | None = None
    if sign == "#":
        if found := HEADING.match(source, at):
            one = Plain(f"h{len(found[1])}", line, (found[2].rstrip(),))
    elif sign == ">":
        if found := QUOTATION.match(source, at):
            one = Plain("blockquote", line, (found[0][2:].rstrip(),))
    elif sign == "|":
        if found := TABLE.match(source, at):
            one = _table(found[0], line)
    elif sign in DIGITS and (found := NUMBERS.match(source, at)):
        one = Plain("ol", line, _items(found[0]), int(found[1]))
    elif sign in "-+*" and (found := BULLETS.match(source, at)):
        one = Plain("ul", line, _items(found[0]))
    elif found := PARAGRAPH.match(source, at):
        one = Plain("p", line, (found[0].rstrip(),))
    return (one, found.end()) if one and found else None


def _items(text: str) -> tuple[str, ...]:
    return tuple(line.partition(" ")[2].rstrip() for line in text.split("\n")[:-1])


def _table(text: str, line: int) -> Plain | None:
    """A table whose rows have as many cells as its head, none of which is empty."""
    rows = tuple(text.split("\n")[:-1])
    width = rows[0].count("|")
    if (
        ":::" in text
        or any(row.count("|") != width for row in rows)
        or not all(cell.strip() for cell in rows[0][1:-1].split("|"))
    ):
        return None
    return Plain("table", line, rows)


def _box(source: str, at: int, line: int) -> tuple[Plain, int] | None:
    found = BOX.match(source, at)
    end = source.find(BOX_END, found.end() - 1) if found else -1
    if found is None or end < 0:
        return None
    inner = blocks(source[found.end() : end + 1], line + 1)
    if inner is None:
        return None
    return Plain("aside", line, (found[1], (found[2] or "").strip()), inner=tuple(inner)), end + len(BOX_END)
