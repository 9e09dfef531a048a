"""The Markdown dialect: CommonMark and a few well-known extensions -> tokens, with every address left as written."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from generator.sources.markdown import plain

DEEPEST = 20
"""Levels of lists and quotations that are shown; a list counts two."""

TEXT = re.compile(f"{plain.CHAR}+")
BOX = re.compile(r"\s*[^\s:]")
LOST_FOOTNOTE = re.compile(r"\[\^([^\]\s]{1,100})\]")


class Dialect(MarkdownIt):
    """A parser that judges no address: refusing one must be a message, not text that looks like a link."""

    def validateLink(self, url: str) -> bool:
        """Every destination is a link until `addresses.judge` has seen it."""
        return True

    def normalizeLink(self, url: str) -> str:
        """As written, so that it can be judged, found in the source and shown."""
        return url


@cache
def parser() -> MarkdownIt:
    """The parser, built once: it keeps nothing between texts, all state is in the `env` of a call."""
    # `html` lets the inline rule recognise tags and comments; the writer escapes every one of them.
    # A few levels more than are allowed, because markdown-it drops what lies deeper without a word.
    dialect = Dialect("commonmark", {"html": True, "xhtmlOut": False, "maxNesting": DEEPEST + 4, "store_labels": True})
    dialect.enable(["table", "strikethrough"])
    # Without it escaped characters stay tokens of their own: `\*\*` is meant, a left-over `**` is a slip.
    dialect.disable("text_join")
    # Inline notes (^[...]) are left out: they nest without bound, and editors have no use for two ways.
    footnote_plugin(dialect, inline=False)
    deflist_plugin(dialect)
    container_plugin(dialect, "box", validate=lambda name, _: bool(BOX.match(name)))
    dialect.block.ruler.before("table", "plain", plain_blocks)
    dialect.core.ruler.at("inline", inline)
    dialect.block.ruler.at("html_block", comment_block, {"alt": ["paragraph", "reference", "blockquote"]})
    dialect.inline.ruler.after("html_inline", "comment_start", comment_start)
    dialect.inline.ruler.after("footnote_ref", "footnote_lost", footnote_lost)
    dialect.core.ruler.before("footnote_tail", "footnote_lines", footnote_lines)
    return dialect


def plain_blocks(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """All the plain blocks from here on as one token, outside of other blocks, where the text is as it stands."""
    line, blocks = first, []
    while line < end and not (state.level or state.sCount[line]):
        if state.isEmpty(line):
            line += 1
            continue
        found = plain.block(state.src, state.bMarks[line], line)
        if found is None:
            break
        blocks.append(found[0])
        line += state.src.count("\n", state.bMarks[line], found[1])
    if not blocks:
        return False
    token = state.push("plain", "", 0)
    token.meta = {"blocks": blocks}
    state.line = line
    return True


def inline(state: StateCore) -> None:
    """Parse the insides of blocks; a text without any sign is a text."""
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = []
        if TEXT.fullmatch(token.content):
            token.children.append(Token("text", "", 0, content=token.content))
        else:
            state.md.inline.parse(token.content, state.md, state.env, token.children)


def comment_block(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """A comment that starts a line; it leaves nothing behind, and what follows it on its last line is kept."""
    start = state.bMarks[first] + state.tShift[first]
    if state.is_code_block(first) or not state.src.startswith("<!--", start):
        return False
    close = state.src.find("-->", start + 2, state.eMarks[first])
    if close >= 0:
        # A comment on one line and a text after it is a paragraph; the inline rule drops the comment there.
        if state.src[close + 3 : state.eMarks[first]].strip():
            return False
        if not silent:
            state.line = first + 1
        return True
    if not silent:
        comment_lines(state, first, end)
    return True


def comment_lines(state: StateBlock, first: int, end: int) -> None:
    """Pass over a comment of several lines, to the end of the surrounding block if nothing closes it."""
    for line in range(first + 1, end):
        start = state.bMarks[line] + state.tShift[line]
        if state.sCount[line] < state.blkIndent and start < state.eMarks[line]:
            end = line
            break
        close = state.src.find("-->", start, state.eMarks[line])
        if close < 0:
            continue
        rest = state.src[close + 3 : state.eMarks[line]]
        state.line = line + 1
        if rest.strip():
            state.bMarks[line] = close + 3
            state.tShift[line] = len(rest) - len(rest.lstrip())
            state.sCount[line] = state.blkIndent
            state.line = line
        return
    token = state.push("comment_unclosed", "", 0)
    token.map = [first, end]
    state.line = end


def comment_start(state: StateInline, silent: bool) -> bool:
    """`<!--` that no `-->` of the same paragraph closes: without a message it would be published as text."""
    if not state.src.startswith("<!--", state.pos):
        return False
    if not silent:
        state.push("comment_start", "", 0).content = "<!--"
    state.pos += 4
    return True


def footnote_lost(state: StateInline, silent: bool) -> bool:
    """`[^x]` without a note of that name; it stays a text, but is not passed over."""
    mark = LOST_FOOTNOTE.match(state.src, state.pos, state.posMax)
    if not mark:
        return False
    if not silent:
        token = state.push("footnote_lost", "", 0)
        token.content, token.info = mark[0], mark[1]
    state.pos = mark.end()
    return True


def footnote_lines(state: StateCore) -> None:
    """Note where each footnote is written, and take those written inside another one out of it.

    The next rule throws away what nothing refers to, and loses count of tags when footnotes lie in each other.
    """
    state.env["footnote_lines"] = [
        (token.meta["label"], token.map[0])
        for token in state.tokens
        if token.type == "footnote_reference_open" and token.map
    ]
    levels: list[list[Token]] = [[]]
    inner: list[Token] = []
    for token in state.tokens:
        if token.type == "footnote_reference_open":
            levels.append([])
        levels[-1].append(token)
        if token.type == "footnote_reference_close":
            note = levels.pop()
            if len(levels) > 1:
                inner.extend(note)
            else:
                levels[0].extend(note + inner)
                inner.clear()
    state.tokens = levels[0]
