"""No text may stop a build or leave broken HTML, and a hostile one takes seconds at most."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.sources.markdown import LONGEST, parse
from tests.test_markdown import assert_valid

PIECES = re.split(
    "¦",
    "# ¦## ¦- ¦1. ¦> ¦    ¦\t¦\n¦\n\n¦*¦**¦_¦`¦```\n¦~~¦[¦](¦)¦](ref:a/b)¦](#a)¦](https://a.cn)¦![¦<¦>¦</b>¦<b>¦<!--¦-->"
    "¦[^1]¦[^1]: ¦[^2]: ¦[ ] ¦[x] ¦::: 提示\n¦:::\n¦::::\n¦::: ¦: ¦~ ¦---\n¦===\n¦\\¦&amp;¦&#0;¦&#12;¦<https://a.cn>¦<a:b>"
    '¦a¦中¦。¦[r]: x\n¦[r]¦"t"¦https:¦//¦\\\\¦%¦?¦\r¦\x00¦\x0c¦\x85¦\u2028¦|¦|-|-|\n¦| a | b |\n',
)
FRAGMENTS = st.sampled_from(PIECES)


@settings(max_examples=300)
@given(st.one_of(st.text(), st.lists(FRAGMENTS, max_size=40).map("".join)))
def test_any_text_becomes_valid_html(text: str) -> None:
    parsed = parse(text.replace("\r\n", "\n"), "a.md")
    assert_valid(parsed)
    lines = text.replace("\r\n", "\n").split("\n")
    for span in (*parsed.spans, *(d.span for d in parsed.diagnostics)):
        assert 1 <= span.line <= len(lines)
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1
    assert len(parsed.spans) == len(parsed.body.links)


N = LONGEST
HOSTILE = {
    "brackets": "[" * N,
    "pictures": "![" * (N // 2),
    "nested pictures": "![" * 2000 + "a" + "](x)" * 2000,
    "emphasis": "*a " * (N // 3),
    "strong": "**a " * (N // 4),
    "quotations": "> " * (N // 2),
    "backticks": "".join("`" * i + "a" for i in range(1, 430)),
    "links": "[a](" * (N // 4),
    "good links": "[a](b.md)" * (N // 9),
    "links by reference": "[a]" * (N // 3 - 10) + "\n\n[a]: b.md",
    "lost notes": "[^" * (N // 2),
    "notes": "[^1]" * (N // 4 - 10) + "\n\n[^1]: a",
    "escaped addresses": "[a](b&amp;c.md)" * (N // 15),
    "comments": "<!--" * (N // 4),
    "comment lines": "<!--\n" * (N // 5),
    "tags": "<a>" * (N // 3),
    "entities": "&" * N,
    "lists": "- " * (N // 2),
    "boxes": "::: 提示\n" * (N // 7),
    "rows": "a|b\n-|-\n" + "|\n" * (N // 2 - 9),
    "headings": "## a\n" * (N // 5),
    "line ends": "a\n" * (N // 2),
    "one line": "中" * N,
    "definitions": "a\n: " * (N // 4),
    "steps": "".join(" " * i + "- a\n" for i in range(430)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_takes_seconds_at_most(text: str) -> None:
    start = time.process_time()
    parse(text, "a.md")
    # Generous: a busy machine must not fail it, quadratic work would take minutes.
    assert time.process_time() - start < 20
