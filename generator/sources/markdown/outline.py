"""Tokens are made ready to be written: headings get levels and ids, figures and task lists their form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from markdown_it.token import Token

from generator.sources.body import Heading
from generator.sources.markdown.anchors import Ids, slug
from generator.sources.markdown.draft import Draft, shown, visible

TASK = re.compile(r"\[([ xX])\]\s+(?=\S|$)")


def prepare(tokens: Sequence[Token], draft: Draft) -> tuple[Heading, ...]:
    """Mark empty blocks as hidden, figures and tasks as such; returns the headings in order."""
    headings: list[Heading] = []
    ids = Ids()
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            add_heading(tokens, index, headings, ids, draft)
        elif token.type == "paragraph_open":
            ready_paragraph(tokens, index)
    return tuple(headings)


def add_heading(tokens: Sequence[Token], index: int, headings: list[Heading], ids: Ids, draft: Draft) -> None:
    """One heading; `#` is the title's, which the page has from elsewhere, so it counts as `##`."""
    start, inline, end = tokens[index : index + 3]
    text = unicodedata.normalize("NFC", " ".join(shown(inline.children or ()).split()))
    span = draft.places.block(start.map).start()
    if not text:
        draft.report("M018", span)
        start.hidden = inline.hidden = end.hidden = True
        return
    level = max(2, int(start.tag[1:]))
    if start.tag == "h1":
        draft.report("M016", span, text=text)
    before = headings[-1].level if headings else 1
    if level > before + 1:
        draft.report("M017", span, text=text, found="#" * level, wanted="#" * (before + 1))
    start.tag = end.tag = f"h{level}"
    heading = Heading(level, ids.give(slug(text)), text)
    start.attrs = {"id": heading.id}
    headings.append(heading)


def ready_paragraph(tokens: Sequence[Token], index: int) -> None:
    """A paragraph of comments only is none, one with a titled picture only is a figure, `[x]` is a task."""
    start, inline = tokens[index : index + 2]
    if inline.type != "inline":
        return
    children = inline.children or []
    left = visible(children)
    end = tokens[index + 2]
    if not left and end.type == "paragraph_close":
        start.hidden = inline.hidden = end.hidden = True
    elif len(left) == 1 and left[0].type == "image" and left[0].attrs.get("title") and end.type == "paragraph_close":
        start.tag = end.tag = "figure"
        start.hidden = end.hidden = False
        inline.children = left
        inline.meta = {"caption": " ".join(str(left[0].attrs.pop("title")).split())}
    elif children[0].type == "text" and tokens[index - 1].type == "list_item_open" and index:
        ready_task(tokens[index - 1], children)


def ready_task(item: Token, children: list[Token]) -> None:
    """A list item that starts with `[ ]` or `[x]`: a mark that can be read aloud, no control that does nothing."""
    found = TASK.match(children[0].content)
    if found:
        children[0].content = children[0].content[found.end() :]
        children.insert(0, Token("task_mark", "", 0, meta={"done": found[1] != " "}))
        item.attrs = {"class": "task"}
