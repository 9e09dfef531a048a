"""Where in the file something was written: markdown-it knows the lines of a block, a search finds the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from generator.diagnostics import Span

ATTEMPTS = 50


@dataclass(slots=True)
class Block:
    """The source lines of one block, searched from left to right so that equal things get different places."""

    path: str
    first_line: int
    """The number of the block's first line in the file, from 1."""
    text: str
    offset: int = 0
    line: int = 0
    """The line, from 0, on which `offset` is."""
    missing: set[str] = field(default_factory=set)

    def find(self, needle: str, before: str = "", after: str = "") -> Span:
        """The next place of the needle between two of the given characters, or else the start of the block."""
        at = self.next(needle, before, after)
        if at < 0:
            return self.start()
        self.line += self.text.count("\n", self.offset, at)
        self.offset = at
        span = Span(self.path, self.first_line + self.line, at - self.text.rfind("\n", 0, at), len(needle))
        self.offset = at + 1
        self.line += self.text[at] == "\n"
        return span

    def next(self, needle: str, before: str, after: str) -> int:
        """Like str.find, but what was missing once is not sought again: the cursor never goes back."""
        at = -1 if needle in self.missing or not needle else self.text.find(needle, self.offset)
        # Bounded, because a short address may occur in a long text at very many places that are not its own.
        for _ in range(ATTEMPTS):
            if at < 0:
                break
            end = at + len(needle)
            if (not before or self.text[at - 1 : at] in tuple(before)) and (
                not after or self.text[end : end + 1] in tuple(after)
            ):
                return at
            at = self.text.find(needle, at + 1)
        self.missing.add(needle)
        return -1

    def start(self) -> Span:
        """The first line of the block."""
        line = self.text.partition("\n")[0]
        column = len(line) - len(line.lstrip()) + 1
        return Span(self.path, self.first_line, column, max(1, len(line.strip())))


@dataclass(frozen=True, slots=True)
class Places:
    """The lines of a body and where they stand in the file."""

    path: str
    first_line: int
    lines: Sequence[str]

    def block(self, lines: Sequence[int] | None) -> Block:
        """The block of a token's `map`: first line and the line after the last, both from 0."""
        start, end = lines or (0, 1)
        return Block(self.path, self.first_line + start, "\n".join(self.lines[start : max(end, start + 1)]))

    def line(self, number: int) -> Span:
        """A whole line, counted from 0 in the body."""
        return self.block((number, number + 1)).start()
