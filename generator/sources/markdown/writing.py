"""Plain blocks -> HTML, visible text and links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from types import MappingProxyType

from generator.diagnostics import Span
from generator.sources.body import HREF, Link
from generator.sources.markdown.addresses import PLAIN_REFERENCE
from generator.sources.markdown.draft import Draft
from generator.sources.markdown.headings import Headings
from generator.sources.markdown.inline import Inline
from generator.sources.markdown.places import Block
from generator.sources.markdown.plain import Plain

BOXES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"提示": ("tip", "提示"), "tip": ("tip", "提示"), "注意": ("warning", "注意"), "warning": ("warning", "注意")}
)


def prepared(blocks: Iterable[Plain], headings: Headings) -> list[Plain]:
    """The blocks with the level and id of each heading among them."""
    return [_ready(block, headings) if block.tag in HEADS or block.inner else block for block in blocks]


# A plain text has these in pairs, and none between the two of a pair.
BOLD = re.compile(r"\*\*([^*]*)\*\*")
EMPHASIS = re.compile(r"\*([^*]*)\*")
REFERENCE = re.compile(rf"\[([^\]]*)\]\({PLAIN_REFERENCE.pattern}\)")
SIGN = re.compile(r"(\*\*|\*|\[|\]\([^)]*\))")
NOWHERE = Span("")
MARKS: Mapping[str, str] = MappingProxyType({"**": "strong", "*": "em"})
HEADS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


def _ready(block: Plain, headings: Headings) -> Plain:
    if block.inner:
        return block._replace(inner=tuple(prepared(block.inner, headings)))
    heading = headings.add(block.tag, block.texts[0], (block.line, block.line + 1))
    assert heading is not None
    return Plain(f"h{heading.level}", block.line, block.texts, id=heading.id)


def write(blocks: Iterable[Plain], draft: Draft) -> None:
    """Write blocks that `prepared` has made ready."""
    out = draft.out
    for tag, line, texts, start, id_, inner in blocks:
        if tag == "p":
            out.append("<p>")
            _inline(texts[0], line, draft)
            out.append("</p>\n")
        elif id_:
            out.append(f'<{tag} id="{draft.take(id_)}">')
            _inline(texts[0], line, draft)
            out.append(f"</{tag}>\n")
        elif tag == "table":
            _table(texts, line, draft)
        elif tag == "aside":
            open_box(BOXES[texts[0]], texts[1], draft)
            write(inner, draft)
            out.append("</aside>\n")
        elif tag == "blockquote":
            out.append("<blockquote>\n<p>")
            _inline(texts[0], line, draft)
            out.append("</p>\n</blockquote>\n")
        else:
            out.append(f"<{tag}>\n" if start == 1 else f'<{tag} start="{start}">\n')
            for number, text in enumerate(texts, line):
                out.append("<li>")
                _inline(text, number, draft)
                out.append("</li>\n")
            out.append(f"</{tag}>\n")


def open_box(kind: tuple[str, str], title: str, draft: Draft) -> None:
    """Write the beginning of a box beside the text: a note for those who hear the page, with its kind in words."""
    name = f"{kind[1]}：{title}" if title else kind[1]
    draft.boxes += 1
    id_ = draft.take(f"note-{draft.boxes}")
    draft.out.append(
        f'<aside class="note note-{kind[0]}" role="note" aria-labelledby="{id_}">\n'
        f'<p class="note-title" id="{id_}">{escape(name, quote=False)}</p>\n'
    )
    draft.plain.append(name + " ")


def _inline(text: str, line: int, draft: Draft, block: Block | None = None) -> None:
    """Write the text of a block and the space that divides it from the next one; cells of a row share theirs."""
    simple: tuple[str, str] | None = (text.replace(">", "&gt;"), text)
    if "[" in text:
        # By far the most frequent links, done at once: 20 µs for a lesson and not 45.
        simple = None if block or draft.placed else _references(text, draft)
    if simple:
        html, shown = simple
        if "*" in text:
            html, shown = EMPHASIS.sub(r"<em>\1</em>", BOLD.sub(r"<strong>\1</strong>", html)), shown.replace("*", "")
        draft.out.append(html)
        draft.plain.append(shown + " ")
        return
    writer = Inline(draft, block or draft.places.block((line, line + 1)))
    pieces = iter(SIGN.split(text))
    for piece in pieces:
        if piece == "[":
            writer.simple_link(next(pieces), next(pieces)[2:-1])
        elif piece in MARKS:
            tag = MARKS[piece]
            draft.out.append(f"<{tag}>")
            writer.text(next(pieces))
            draft.out.append(f"</{tag}>")
            next(pieces)
        elif piece:
            writer.text(piece)
    draft.plain.append(" ")


def _references(text: str, draft: Draft) -> tuple[str, str] | None:
    """A text with links as HTML and as it is seen, stars left as they are, if all its links name entries."""
    first, *rest = REFERENCE.split(text)
    if text.count("[") * 3 != len(rest):
        return None
    out, seen = [first.replace(">", "&gt;")], [first]
    for label, id_, after in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        slot = draft.slot(Link("ref", id_), NOWHERE)
        out += (f'<a href="{HREF}{slot}{HREF}">', label.replace(">", "&gt;"), "</a>", after.replace(">", "&gt;"))
        seen += (label, after)
    return "".join(out), "".join(seen)


def _table(rows: Sequence[str], line: int, draft: Draft) -> None:
    """Write a table as `Blocks` does."""
    draft.out.append(draft.table())
    classes = [_alignment(cell.strip()) for cell in _cells(rows[1])]
    for number, row in enumerate(rows):
        if number == 1:
            continue
        tag, more = ("td", "") if number else ("th", ' scope="col"')
        near = "[" in row and (draft.placed or row.count("[") != len(REFERENCE.findall(row)))
        block = draft.places.block((line + number, line + number + 1)) if near else None
        draft.out.append("<tr>\n" if number > 2 else "<tbody>\n<tr>\n" if number else "<thead>\n<tr>\n")
        for cell, class_ in zip(_cells(row), classes, strict=True):
            draft.out.append(f"<{tag}{class_}{more}>")
            _inline(cell.strip(), line + number, draft, block)
            draft.out.append(f"</{tag}>\n")
        draft.out.append("</tr>\n" if number else "</tr>\n</thead>\n")
    draft.out.append("</tbody>\n</table>\n</div>\n")


def _cells(row: str) -> list[str]:
    return row[1:-1].split("|")


def _alignment(dashes: str) -> str:
    """The class of a column: a strict policy allows no inline style."""
    left, right = dashes.startswith(":"), dashes.endswith(":")
    if not left and not right:
        return ""
    return ' class="align-center"' if left and right else ' class="align-left"' if left else ' class="align-right"'
