"""The body of an entry: golden documents, positions, ids, and what no text may do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import html5lib
import msgspec
import pytest

from generator.diagnostics import messages
from generator.sources.body import Body, Parsed, fill
from generator.sources.markdown import LONGEST, parse

GOLDEN = sorted((Path(__file__).parent / "markdown").glob("*.md"))


def show(parsed: Parsed) -> str:
    """The HTML with slots that can be read."""
    links = parsed.body.links
    hrefs = [f"{link.kind}={link.target}" + ("#" + link.fragment if link.fragment else "") for link in links]
    return fill(parsed.body.html, hrefs, [f"《{link.target}》" for link in links])


def codes(text: str) -> list[str]:
    return [diagnostic.code for diagnostic in parse(text, "a.md").diagnostics]


def html(text: str) -> str:
    return show(parse(text, "a.md")).rstrip("\n")


def assert_valid(parsed: Parsed) -> None:
    """A second parser, that of the HTML standard, finds nothing wrong with it."""
    page = "<!doctype html><html lang=zh><head><title>t</title></head><body>" + show(parsed) + "</body></html>"
    tree = html5lib.HTMLParser(strict=True).parse(page)
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert tuple(ids) == parsed.body.ids


# Golden documents: title . input . output, as markdown-it writes them. ACCEPT=1 rewrites the outputs.


def documents(path: Path) -> Iterator[tuple[str, str, str]]:
    parts = re.split(r"^\.\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for title, source, expected in zip(parts[0::3], parts[1::3], parts[2::3], strict=False):
        yield title.strip(), source, expected


def outcome(source: str) -> str:
    parsed = parse(source.rstrip("\n"), "a.md")
    notes = [f"!{d.code} {d.span.line}:{d.span.column}+{d.span.length}\n" for d in parsed.diagnostics]
    return show(parsed) + "".join(notes)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    if os.environ.get("ACCEPT"):
        texts = [f"{title}\n.\n{source}.\n{outcome(source)}.\n" for title, source, _ in documents(path)]
        path.write_text("\n".join(texts), encoding="utf-8")
    for title, source, expected in documents(path):
        assert outcome(source) == expected, title
        assert_valid(parse(source, "a.md"))


def test_there_are_golden_documents() -> None:
    assert sum(len(list(documents(path))) for path in GOLDEN) >= 40


# Every code

BROKEN = {
    "M001": "[a](javascript:alert(1))",
    "M002": "[a](//example.cn/x)",
    "M003": "[a](/lessons/a)",
    "M004": "[a](..\\lessons\\a.md)",
    "M005": "[a](https：//www.gov.cn)",
    "M006": "[a](www.gov.cn)",
    "M007": "![照片](https://example.cn/a.jpg)",
    "M008": "[a]()",
    "M009": "## 报名材料\n\n[a](#报名材枓)",
    "M010": "[a](#报名材料)",
    "M011": "![](a.jpg)",
    "M012": "[](https://example.cn)",
    "M013": "a <b>c</b>",
    "M014": "a <!-- b\n\nc -->",
    "M015": "::: 提示\na",
    "M016": "# a",
    "M017": "## a\n\n#### b",
    "M018": "##\n",
    "M019": "| a |\n|---|\n| b | c |",
    "M020": "::: 警告\na\n:::",
    "M021": "a\n\n:::",
    "M022": "**提示：**请带身份证",
    "M023": "a[^1]",
    "M024": "a\x0bb",
    "M025": "> " * 30 + "a",
    "M026": "a" * (LONGEST + 1),
    "M027": "a\n\n[^1]: b",
    "M028": "a[^1]\n\n[^1]: b\n\n[^1]: c",
    "M029": "看[联系我们]（ref:pages/contact）。",
}


@pytest.mark.parametrize("code", BROKEN)
def test_each_code_is_reported(code: str) -> None:
    parsed = parse(BROKEN[code], "a.md")
    assert [d.code for d in parsed.diagnostics] == [code]
    for language in ("zh", "en"):
        assert "{" not in parsed.diagnostics[0].message(language) + parsed.diagnostics[0].help(language)
    assert_valid(parsed)


def test_no_code_is_without_an_example() -> None:
    assert sorted(BROKEN) == sorted(code for code in messages() if re.fullmatch(r"M0\d\d", code))


# Places


def places(text: str, first_line: int = 1) -> list[tuple[int, int, int]]:
    return [(span.line, span.column, span.length) for span in parse(text, "a.md", first_line).spans]


def test_links_have_line_and_column() -> None:
    assert places("第一段\n\n你好 [甲](ref:a/b) 和\n[乙](ref:a/b)", 10) == [(12, 8, 7), (13, 5, 7)]
    assert places("- a\n  > b [c](x.md)") == [(2, 11, 4)]
    assert places("| a | b |\n|-|-|\n| [c](x.md) | [d](x.md) |") == [(3, 7, 4), (3, 19, 4)]
    assert places('[![a](p.jpg)](x.md "t") [b](<x y.md>)') == [(1, 15, 4), (1, 7, 5), (1, 30, 6)]
    assert places("x.md [x.md](x.md)") == [(1, 13, 4)]
    assert places("a[^1]\n\n[^1]: b [c](x.md)") == [(3, 13, 4)]
    assert places("t\n: d [c](x.md)") == [(2, 9, 4)]


def test_a_place_that_is_not_found_is_the_start_of_its_block() -> None:
    assert places("a\n\n  [b][r]\n\n[r]: x.md") == [(3, 3, 6)]
    assert places("a\n[b](x&amp;y.md)") == [(1, 1, 1)]


def test_problems_have_line_and_column() -> None:
    found = parse("一\n\n二 <b>三\n[四](javascript:x)", "a.md", 5).diagnostics
    assert [(d.code, str(d.span)) for d in found] == [("M013", "a.md:7:3"), ("M001", "a.md:8:5")]


def test_a_body_is_the_same_when_its_lines_move() -> None:
    text = "## a\n\n[b](c.md)\n\n::: 提示\nd\n:::"
    assert parse(text, "a.md", 1).body == parse("\n\n" + text, "b.md", 7).body


# Headings and ids


@pytest.mark.parametrize(
    ("heading", "id_"),
    [
        ("报名材料", "报名材料"),
        ("A b", "a-b"),
        ("1.2 《概述》（一）", "1-2-概述-一"),
        ("**粗** `code` [链接](ref:a/b)", "粗-code-链接"),
        ("cafe\u0301", "caf\u00e9"),
        ("？！", "part"),
        ("Search", "part-search"),
        ("fn 1", "part-fn-1"),
        ("a <!-- b -->", "a"),
        ("![图](a.jpg)", "图"),
    ],
)
def test_ids_can_be_read(heading: str, id_: str) -> None:
    assert parse("## " + heading, "a.md").body.ids == (id_,)


def test_repeated_headings_get_numbers_that_are_free() -> None:
    body = parse("## a\n\n## a-2\n\n## a\n\n## a\n\n## a-2", "a.md").body
    assert body.ids == ("a", "a-2", "a-3", "a-4", "a-2-2")


def test_headings_begin_at_the_second_level() -> None:
    parsed = parse("# 一\n\n## 二\n\n### 三", "a.md")
    assert [(h.level, h.text) for h in parsed.body.headings] == [(2, "一"), (2, "二"), (3, "三")]
    assert [d.code for d in parsed.diagnostics] == ["M016"]


def test_fragments_name_headings_and_footnotes() -> None:
    assert (
        codes("## 报名材料\n\n[a](#报名材料) [b](#%E6%8A%A5%E5%90%8D%E6%9D%90%E6%96%99) c[^1] [d](#fn-1)\n\n[^1]: e")
        == []
    )
    assert html("## 甲\n\n[](#甲)").endswith('<a href="#甲">甲</a></p>')


# Raw HTML and comments


@pytest.mark.parametrize(
    "text",
    [
        "<!-- 秘密 -->",
        "a <!-- 秘密 --> b",
        "<!-- 秘密 --> b",
        "<!--\n秘密\n\n秘密\n--> b",
        "- a\n  <!-- 秘密\n\n  秘密 -->\n  b",
        "> <!-- 秘密\n> 秘密 -->",
        "## a <!-- 秘密 -->",
        "![a <!-- 秘密 -->](b.jpg)",
        "[a <!-- 秘密 -->](b.md)",
        "| a <!-- 秘密 --> |\n|---|\n| b |",
        "a\n<!-- 秘密 -->\nb",
        "<!-- 秘密 --><!-- 秘密 -->",
    ],
)
def test_a_comment_leaves_nothing(text: str) -> None:
    parsed = parse(text, "a.md")
    assert "秘密" not in msgspec.json.encode(parsed.body).decode()
    assert "<p></p>" not in parsed.body.html
    assert parsed.diagnostics == ()


def test_text_around_a_comment_stays() -> None:
    assert html("<!--\nx\n-->  b\nc") == "<p>b\nc</p>"
    assert html("a\n<!-- x\ny -->\nb") == "<p>a</p>\n<p>b</p>"
    assert html("`<!-- x -->`") == "<p><code>&lt;!-- x --&gt;</code></p>"


def test_an_unclosed_comment_is_an_error() -> None:
    assert codes("a\n\n<!-- b\n\nc") == ["M014"]
    assert codes("a \\<!-- b") == []


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "<div>\n**a**\n</div>", "a<br>b", "<?php x ?>", "<!DOCTYPE a>"]
)
def test_html_is_shown_as_text(text: str) -> None:
    parsed = parse(text, "a.md")
    assert not re.search("<(script|div|br|[?!])", parsed.body.html)
    assert [d.code for d in parsed.diagnostics] == ["M013"]


# Smaller things


def test_plain_is_the_visible_text() -> None:
    text = "## 甲\n\n乙 **丙**\n丁 <!-- x --> [戊](a.md)[^1]\n\n| 己 | 庚 |\n|-|-|\n| 辛 | `壬` |\n\n[^1]: 癸"
    assert parse(text, "a.md").body.plain == "甲 乙 丙丁 戊 己 庚 辛 壬 癸"


def test_a_line_end_between_chinese_characters_is_no_space() -> None:
    assert html("中文\n中文") == "<p>中文中文</p>"
    assert html("**中文**\n*中文*") == "<p><strong>中文</strong><em>中文</em></p>"
    assert html("中文\nabc") == "<p>中文\nabc</p>"
    assert html("한국\n한국") == "<p>한국\n한국</p>"


def test_links_do_not_nest() -> None:
    assert html("[a <https://b.cn> c](d.md)").count("<a ") == 1
    assert 'd.md"' not in html("[a[^1]](d.md)\n\n[^1]: b")


def test_a_footnote_goes_back_only_to_marks_that_are_shown() -> None:
    assert "doc-backlink" not in html("![a[^1]](b.jpg)\n\n[^1]: c")
    assert html("a[^1] b[^1]\n\n[^1]: c").count("doc-backlink") == 2


def test_an_alignment_needs_no_inline_style() -> None:
    assert "style=" not in html("| a |\n|:-:|\n| b |")


def test_bodies_survive_the_store() -> None:
    body = parse("## a\n\n[b](c.md)", "a.md").body
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(body), type=Body) == body


def test_the_types_are_light_to_import() -> None:
    code = "import sys, generator.sources.body; sys.exit('markdown_it' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_footnotes_inside_each_other_are_taken_apart() -> None:
    parsed = parse("a[^1] b[^2]\n\n[^1]: - c\n      [^2]: d\n\n      e", "a.md")
    assert_valid(parsed)
    assert parsed.body.plain.startswith("a b c")
    assert_valid(parse("[^0]:- [^0]:", "a.md"))
