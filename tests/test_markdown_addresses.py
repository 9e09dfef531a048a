"""Addresses in the body of an entry: which are refused, which stay, and which are left to the render stage."""

from __future__ import annotations

import re

import pytest

from generator.sources.body import Link, fill
from generator.sources.markdown import parse
from tests.test_markdown import codes, html


@pytest.mark.parametrize(
    "written",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "<java\tscript:alert(1)>",
        "&#106;avascript:alert(1)",
        "java&Tab;script:alert(1)",
        "java&NewLine;script:alert(1)",
        "&#x6A;&#x61;vascript&colon;alert(1)",
        "javascript\\:alert(1)",
        "javascript%3Aalert(1)",
        "<&#x2003;javascript:alert(1)>",
        "\u200bjavascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "blob:https://example.cn/1",
        "C:/a.md",
        "C:\\a.md",
        "ftp://example.cn",
        "//example.cn",
        "/&#47;example.cn",
        "\\\\example.cn",
        "/\\example.cn",
        "https://gov.cn@example.cn/",
        "https://",
        "https:example.cn",
        "http://[x",
        "http://a:b/",
        "https://a\\b",
        "tel:转801",
        "mailto:张三",
        "ref:",
        "ref:#a",
        "a.pdf?x=1",
        "%00a.pdf",
        "%2Fetc/passwd",
        "%5Ca.pdf",
        "zhang@example.cn",
    ],
)
@pytest.mark.parametrize("form", ["[文字]({})", "![文字]({})", "[文字][r]\n\n[r]: {}"])
def test_bad_addresses_are_refused(written: str, form: str) -> None:
    parsed = parse(form.format(written), "a.md")
    assert "href" not in parsed.body.html
    assert "src" not in parsed.body.html
    # Either it is refused, or CommonMark sees no link in it at all.
    assert [d.level for d in parsed.diagnostics] == ["error"] or (not parsed.diagnostics and "(" in parsed.body.html)
    assert not parsed.body.links


@pytest.mark.parametrize("written", ["<javascript:alert(1)>", "<data:text/html,x>", "<x-foo:bar>"])
def test_bad_autolinks_are_refused(written: str) -> None:
    assert codes(written) == ["M001"]
    assert "href" not in parse(written, "a.md").body.html


@pytest.mark.parametrize(
    ("written", "href"),
    [
        ("https://www.gov.cn/a?b=c&d=e#f", "https://www.gov.cn/a?b=c&amp;d=e#f"),
        ("https://www.gov.cn/政策", "https://www.gov.cn/%E6%94%BF%E7%AD%96"),
        ("https://政务.中国/", "https://xn--zfr164b.xn--fiqs8s/"),
        ("HTTP://www.gov.cn:8080", "http://www.gov.cn:8080"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("mailto:a@b.cn?subject=咨询", "mailto:a@b.cn?subject=%E5%92%A8%E8%AF%A2"),
        ("tel:+86-10-12345678", "tel:+86-10-12345678"),
        ("#", "#"),
        ("#top", "#top"),
    ],
)
def test_good_addresses_stay(written: str, href: str) -> None:
    assert codes(f"[a]({written})") == []
    assert f'<a href="{href}"' in html(f"[a]({written})").replace("HTTP", "http")


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("ref:items/birth-registration#part", Link("ref", "items/birth-registration", "part")),
        ("../lessons/intro-1.md#%E9%83%A8%E5%88%86", Link("file", "../lessons/intro-1.md", "部分")),
        ("./a/../第%20一课.MD", Link("file", "第 一课.MD")),
        ("../../../etc/a.md", Link("file", "../../../etc/a.md")),
        ("<申请 表.pdf>", Link("attachment", "申请 表.pdf")),
        ("申请表：一.docx", Link("attachment", "申请表：一.docx")),
        ("a.md#cafe\u0301", Link("file", "a.md", "caf\u00e9")),
        ("forms/", Link("attachment", "forms")),
    ],
)
def test_links_inside_are_left_to_the_render_stage(written: str, link: Link) -> None:
    parsed = parse(f"[a]({written})", "a.md")
    assert parsed.body.links == (link,)
    assert parsed.body.html == '<p><a href="\x000\x00">a</a></p>\n'
    assert parsed.diagnostics == ()


def test_fill_escapes_addresses_and_titles() -> None:
    body = parse("[](ref:a/b) ![c](d.jpg)", "a.md").body
    filled = fill(body.html, ['/"><script>', "/d&e.jpg"], ["<b>", ""])
    assert '<a href="/&quot;&gt;&lt;script&gt;">&lt;b&gt;</a>' in filled
    assert 'src="/d&amp;e.jpg"' in filled
    assert fill(r"\g<0> \x00", [], []) == r"\g<0> \x00"


@pytest.mark.parametrize("forged", ["\x000\x00", "\x010\x01", "&#0;0&#0;", "&#1;0&#1;", "[a](#%000%00)", "`\x010\x01`"])
def test_no_text_can_forge_a_slot(forged: str) -> None:
    assert not re.search("[\x00\x01]", parse(forged, "a.md").body.html)
