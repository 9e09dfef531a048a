"""What one pass over a text gathers, and small readings of tokens that several steps need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generator.diagnostics import Diagnostic, Span, problem
from generator.sources.body import Link
from generator.sources.markdown.places import Places

if TYPE_CHECKING:
    from markdown_it.token import Token


@dataclass(slots=True)
class Draft:
    """The parts of a body while they are being written."""

    places: Places
    placed: bool = True
    """Whether the place of each link is wanted."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """The text of each heading, by its id."""
    targets: Collection[str] = ()
    """The ids that a `#fragment` of this body may name."""
    out: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    tables: int = 0
    boxes: int = 0

    def report(self, code: str, span: Span, **arguments: object) -> None:
        """Note a problem; long arguments are cut, a message is one sentence."""
        self.diagnostics.append(problem(code, span, **{name: clip(str(value)) for name, value in arguments.items()}))

    def take(self, id_: str) -> str:
        """An id that is written into the HTML."""
        self.ids.append(id_)
        return id_

    def table(self) -> str:
        """The beginning of a table in a frame that scrolls on a narrow screen; regions need names that differ."""
        self.tables += 1
        name = "表格" if self.tables == 1 else f"表格 {self.tables}"
        return f'<div class="table" role="region" tabindex="0" aria-label="{name}">\n<table>\n'

    def slot(self, link: Link, span: Span) -> int:
        """The index of a new link."""
        self.links.append(link)
        self.spans.append(span)
        return len(self.links) - 1


def clip(text: str) -> str:
    """At most 60 characters on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"


def is_comment(token: Token) -> bool:
    """Whether a tag is a comment, which leaves nothing behind."""
    return token.type == "html_inline" and token.content.startswith("<!--")


def shown(tokens: Iterable[Token]) -> str:
    """The text of inline tokens without markup; a picture counts with its alternative text."""
    parts: list[str] = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type == "image":
            parts.append(shown(token.children or ()))
        elif not is_comment(token):
            parts.append(token.content)
    return "".join(parts)


def visible(tokens: Sequence[Token]) -> list[Token]:
    """The inline tokens that leave something on the page, pictures without a text among them."""
    return [
        token
        for token in tokens
        if token.type in ("image", "footnote_ref", "link_open", "task_mark")
        or (token.content.strip() and not is_comment(token))
    ]
