"""Plain blocks -> HTML, visible text and links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generator.sources.markdown.draft import Draft
from generator.sources.markdown.headings import Headings
from generator.sources.markdown.inline import Inline
from generator.sources.markdown.plain import PIECE, Plain


def prepared(blocks: Iterable[Plain], headings: Headings, draft: Draft) -> list[Plain]:
    """The blocks with the level and id of each heading among them."""
    return [_heading(block, headings, draft) if block.tag in HEADS else block for block in blocks]


HEADS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


def _heading(block: Plain, headings: Headings, draft: Draft) -> Plain:
    heading = headings.add(block.tag, block.texts[0], draft.places.line(block.line))
    assert heading is not None
    return block._replace(tag=f"h{heading.level}", id=heading.id)


def write(blocks: Iterable[Plain], draft: Draft) -> None:
    """Write blocks that `prepared` has made ready."""
    out = draft.out
    for tag, line, texts, start, id_ in blocks:
        if tag == "p":
            out.append("<p>")
            _inline(texts[0], line, draft)
            out.append("</p>\n")
        elif id_:
            out.append(f'<{tag} id="{draft.take(id_)}">')
            _inline(texts[0], line, draft)
            out.append(f"</{tag}>\n")
        elif tag == "table":
            _table(texts, draft)
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


def _inline(text: str, line: int, draft: Draft) -> None:
    """Write the text of a block and the space that divides it from the next one."""
    if "*" not in text and "[" not in text:
        draft.out.append(text.replace(">", "&gt;"))
        draft.plain.append(text + " ")
        return
    writer = Inline(draft, draft.places.block((line, line + 1)))
    for piece in PIECE.split(text):
        if piece.startswith("["):
            label, _, address = piece[1:-1].partition("](")
            writer.simple_link(label, address)
        elif piece.startswith("*"):
            width, tag = (2, "strong") if piece.startswith("**") else (1, "em")
            draft.out.append(f"<{tag}>")
            writer.text(piece[width:-width])
            draft.out.append(f"</{tag}>")
        elif piece:
            writer.text(piece)
    draft.plain.append(" ")


def _table(rows: Sequence[str], draft: Draft) -> None:
    """Write a table as `Blocks` does."""
    draft.out.append(draft.table())
    classes = [_alignment(cell.strip()) for cell in _cells(rows[1])]
    for number, row in enumerate(rows):
        if number == 1:
            continue
        tag, more = ("td", "") if number else ("th", ' scope="col"')
        cells = [cell.strip() for cell in _cells(row)]
        draft.out.append("<tr>\n" if number > 2 else "<tbody>\n<tr>\n" if number else "<thead>\n<tr>\n")
        for cell, class_ in zip(cells, classes, strict=True):
            draft.out.append(f"<{tag}{class_}{more}>{cell.replace('>', '&gt;')}</{tag}>\n")
        draft.out.append("</tr>\n" if number else "</tr>\n</thead>\n")
        draft.plain.append(" ".join(cells) + " ")
    draft.out.append("</tbody>\n</table>\n</div>\n")


def _cells(row: str) -> list[str]:
    return row[1:-1].split("|")


def _alignment(dashes: str) -> str:
    """The class of a column: a strict policy allows no inline style."""
    left, right = dashes.startswith(":"), dashes.endswith(":")
    if not left and not right:
        return ""
    return ' class="align-center"' if left and right else ' class="align-left"' if left else ' class="align-right"'
