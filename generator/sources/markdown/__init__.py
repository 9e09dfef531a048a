"""The body of an entry, Markdown -> HTML with slots for links, its headings, its visible text, its problems.

1. `plain` takes the blocks that are certain, nearly all of them; `writing` writes their HTML.
2. For a text with any other block, `syntax` turns it into markdown-it's tokens, with every address as the editor wrote
   it; `outline` marks what is to be written in another form; `blocks` and `inline` write the HTML.
3. In both `headings` gives the ids, `addresses` judges each link, `places` finds it in the source.

What it makes is in `generator.sources.body`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from generator.diagnostics import Span, in_order, problem
from generator.sources.body import Body, Parsed
from generator.sources.markdown import plain, writing
from generator.sources.markdown.draft import Draft
from generator.sources.markdown.headings import Headings
from generator.sources.markdown.places import Places

# Characters; a hostile text of this length takes about three seconds, a normal one far less than one.
LONGEST = 100_000

# What HTML forbids in a text: control characters, halves of surrogate pairs, noncharacters.
LOW = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
HIGH = "".join(chr(plane * 0x10000 + last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
# First one range, then the 32 characters in it: each would cost every other character 2 ns.
FORBIDDEN = re.compile(f"[{LOW}\U00010000-\U0010ffff](?<=[{LOW}{HIGH}])")


NOTHING = Parsed(Body())


def parse(text: str, path: str, first_line: int = 1, *, placed: bool = True) -> Parsed:
    """One body with LF line ends, which starts on a line (from 1) of the file at a path that messages show.

    Without `placed` the place of a link is not looked for unless a message has to tell it.
    """
    if len(text) > LONGEST:
        span = Span(path, first_line, 1)
        return Parsed(Body(), (), (problem("M026", span, length=len(text), longest=LONGEST),))
    # Nearly half of the entries of a portal are fields alone.
    if not text.strip(" \n"):
        return NOTHING
    # What is printable is not forbidden: asked so, 5 µs for a lesson and not 15.
    clean = text if text.replace("\n", " ").isprintable() else FORBIDDEN.sub(" ", text)
    places = Places(path, first_line, clean.split("\n"))
    draft = Draft(places, placed)
    if clean != text:
        report_forbidden(text, draft)
    headings = Headings(draft)
    # The line end at the end keeps the searches inside the text.
    blocks = plain.blocks(clean + "\n")
    if blocks is None:
        full(clean + "\n", headings, draft)
    else:
        blocks = writing.prepared(blocks, headings)
        draft.titles = draft.targets = {heading.id: heading.text for heading in headings.found}
        writing.write(blocks, draft)
    body = Body(
        "".join(draft.out),
        tuple(draft.links),
        tuple(headings.found),
        " ".join("".join(draft.plain).split()),
        tuple(draft.ids),
    )
    return Parsed(body, tuple(draft.spans) if placed else (), tuple(in_order(draft.diagnostics)))


def full(text: str, headings: Headings, draft: Draft) -> None:
    """Write a text that is not plain from end to end."""
    # Late: 57 ms for markdown-it, which a plain text does not need.
    from generator.sources.markdown.blocks import Blocks
    from generator.sources.markdown.outline import prepare
    from generator.sources.markdown.syntax import parser

    env: dict[str, Any] = {}
    tokens = parser().parse(text, env)
    prepare(tokens, headings)
    notes = env.get("footnotes", {}).get("list", {})
    draft.titles = {heading.id: heading.text for heading in headings.found}
    draft.targets = [*draft.titles, *(f"fn-{number + 1}" for number in notes)]
    Blocks(draft).write(tokens)
    report_footnotes(env, draft)


def report_forbidden(text: str, draft: Draft) -> None:
    """Characters that nobody sees and HTML forbids; each line's first."""
    for number, line in enumerate(text.split("\n")):
        if found := FORBIDDEN.search(line):
            span = Span(draft.places.path, draft.places.first_line + number, found.start() + 1)
            draft.report("M024", span, char=f"U+{ord(found[0]):04X}")


def report_footnotes(env: dict[str, Any], draft: Draft) -> None:
    """Footnotes that nothing refers to, and those that hide an earlier one of the same name."""
    used = {note.get("label") for note in env.get("footnotes", {}).get("list", {}).values()}
    lines: list[tuple[str, int]] = env.get("footnote_lines", [])
    seen: Counter[str] = Counter()
    for label, line in lines:
        seen[label] += 1
        if seen[label] > 1:
            draft.report("M028", draft.places.line(line), label=label)
        elif label not in used:
            draft.report("M027", draft.places.line(line), label=label)
