"""Tokens are made ready to be written: headings get levels and ids, figures and task lists their form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

from generator.sources.markdown.draft import shown, visible
from generator.sources.markdown.headings import Headings
from generator.sources.markdown.writing import prepared

TASK = re.compile(r"\[([ xX])\]\s+(?=\S|$)")


def prepare(tokens: Sequence[Token], headings: Headings) -> None:
    """Give headings their ids, mark empty blocks as hidden, and figures and tasks as such."""
    for index, token in enumerate(tokens):
        if token.type == "plain":
            token.meta = {"blocks": prepared(token.meta["blocks"], headings)}
        elif token.type == "heading_open":
            ready_heading(tokens[index : index + 3], headings)
        elif token.type == "paragraph_open":
            ready_paragraph(tokens, index)


def ready_heading(tokens: Sequence[Token], headings: Headings) -> None:
    """The three tokens of a heading; one without a text is none."""
    start, inline, end = tokens
    heading = headings.add(start.tag, shown(inline.children or ()), start.map)
    if heading is None:
        start.hidden = inline.hidden = end.hidden = True
    else:
        start.tag = end.tag = f"h{heading.level}"
        start.attrs = {"id": heading.id}


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
