"""Texts, settings and templates in which something is wrong, whoever wrote them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.bad_input.site import ABOUT, ENTRY, LIST, TODAY, page, put, run, run_outside
from tests.broken import PAGE, SITE
from tests.portal import snapshot


class Breakage(NamedTuple):
    """A text for a file, and the code of the message that it must give."""

    code: str
    name: str
    text: str | bytes


BOMB = "标题: 炸弹\n发布时间: 2026-11-01\na0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
BREAKAGES: dict[str, Breakage] = {
    "not UTF-8": Breakage("S001", ABOUT, ENTRY.encode("gbk")),
    "UTF-16": Breakage("S001", ABOUT, ENTRY.encode("utf-16")),
    "NUL": Breakage("S004", ABOUT, page("正\x00文\n")),
    "NUL in the front matter": Breakage("S004", ABOUT, page(摘要="正\x00文")),
    "empty": Breakage("S005", ABOUT, ""),
    "white space": Breakage("S005", ABOUT, " \n\n\t\n"),
    "50 MB": Breakage("S006", ABOUT, ENTRY.encode() + b"a" * 50_000_000),
    "50 MB of YAML": Breakage("S006", "content/pages/list.yaml", b"- a\n" * 12_500_000),
    "3 MB of YAML": Breakage("Y006", "content/pages/list.yaml", b"entries:\n" + b"- a\n" * 750_000),
    "100 levels by lines": Breakage("Y007", ABOUT, page(标签="\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 101)))),
    "100 levels by brackets": Breakage("Y007", ABOUT, page(标签="[" * 100 + "]" * 100)),
    "100 levels of quotations": Breakage("M025", ABOUT, page(">" * 100 + " 正文\n")),
    "100 levels of lists": Breakage("M025", ABOUT, page("".join(f"{'  ' * n}- 项\n" for n in range(100)))),
    "alias bomb": Breakage("Y006", "content/pages/list.yaml", BOMB),
    "alias of itself": Breakage("Y007", ABOUT, page(标签="&a [*a]")),
    "duplicate keys": Breakage("Y003", ABOUT, "---\n标题: 一\n发布时间: 2026-11-01\n标题: 二\n---\n"),
    "duplicate keys in two languages": Breakage("F008", ABOUT, page(title="二")),
    "tabs": Breakage("Y002", ABOUT, page(图片="\n\t文件: a.jpg")),
    "no front matter": Breakage("S007", ABOUT, "# 关于我们\n"),
    "blank line first": Breakage("S007", ABOUT, "\n" + ENTRY),
    "unclosed front matter": Breakage("S008", ABOUT, ENTRY.replace("---\n请", "请")),
    "unknown key": Breakage("F001", ABOUT, page(关键字="[一]")),
    "unknown key, nothing like it": Breakage("F014", ABOUT, page(zzz="1")),
    "number for a list": Breakage("F012", ABOUT, page(关键词="1")),
    "list for a text": Breakage("F015", ABOUT, page(摘要="[一]")),
    "group for a text": Breakage("F015", ABOUT, page(摘要="{一: 二}")),
    "text for a number": Breakage("F006", ABOUT, page(菜单次序="三")),
    "text for a group": Breakage("F003", ABOUT, page(图片="door.jpg")),
    "list for the whole": Breakage("F003", ABOUT, "---\n- 标题: 一\n---\n"),
    "31 February": Breakage("F005", ABOUT, page(发布时间="2026-02-31")),
    "month 13": Breakage("F005", ABOUT, page(发布时间="2026-13-01")),
    "year 0": Breakage("F005", ABOUT, page(发布时间="0000-01-01")),
    "25 o'clock": Breakage("F005", ABOUT, page(发布时间="2026-11-01 25:00")),
    "not a slug": Breakage("S013", "content/pages/关于.md", ENTRY),
    "not a slug: dots": Breakage("S013", "content/pages/a.b.md", ENTRY),
    "too long a slug": Breakage(
        "S013", "content/pages/list.yaml", f"entries:\n- id: {'a' * 300}\n  标题: 一\n  发布时间: 2026-11-01\n"
    ),
    "two entries for one id": Breakage("C001", "content/pages/other.yaml", LIST),
    "two entries for one URL": Breakage("C002", "content/pages/news.md", ENTRY),
    "a file for the URL of an entry": Breakage("C002", "content/static/about/index.html", "<p>一</p>\n"),
    "an old id for the URL of a list": Breakage("C002", ABOUT, page(旧编号="[news]")),
    "link out of the folder": Breakage("C009", ABOUT, page("[一](../../site.yaml.md)\n")),
    "link out of the site": Breakage("C009", ABOUT, page("[一](../../../../etc/passwd.md)\n")),
    "picture out of the site": Breakage("C009", ABOUT, page("![一](../../../../etc/passwd)\n")),
    "attachment out of the site": Breakage("F009", ABOUT, page(附件="[{文件: ../../x.pdf, 名称: 一}]")),
    "reference out of the site": Breakage("C009", ABOUT, page(相关内容="[../../x]")),
    "address that cannot be taken apart": Breakage(
        "F009", "site.yaml", SITE.replace("https://portal.example.org/", "https://[a.b/")
    ),
    "address with a false slash": Breakage("F009", "site.yaml", SITE.replace("portal.example.org/", "a\u2100b.cn")),
    "site.yaml: not UTF-8": Breakage("S001", "site.yaml", SITE.encode("gbk")),
    "site.yaml: empty": Breakage("S005", "site.yaml", ""),
    "site.yaml: a comment": Breakage("S005", "site.yaml", "# 一\n"),
    "site.yaml: a list": Breakage("F003", "site.yaml", "- 一\n"),
    "site.yaml: 50 MB": Breakage("S006", "site.yaml", b"a" * 50_000_000),
    "site.yaml: duplicate": Breakage("Y003", "site.yaml", SITE + "name: 二\n"),
    "site.yaml: deep": Breakage("Y007", "site.yaml", SITE + "contact: " + "[" * 1000 + "]" * 1000),
    "template: syntax": Breakage("T001", "templates/home.html", PAGE + "{% if %}\n"),
    "template: open block": Breakage("T001", "templates/home.html", PAGE + "{% for a in b %}\n"),
    "template: deep": Breakage("T001", "templates/home.html", PAGE + "{{ " + "(" * 5000 + ")" * 5000 + " }}\n"),
    "template: undefined name": Breakage("T003", "templates/home.html", PAGE + "{{ nobody.name }}\n"),
    "template: undefined filter": Breakage("T001", "templates/home.html", PAGE + "{{ url | nothing }}\n"),
    "template: wrong question": Breakage("T007", "templates/home.html", PAGE + "{{ q.listing() }}\n"),
    "template: unknown question": Breakage("T003", "templates/home.html", PAGE + "{{ q.anything('a') }}\n"),
    "template: unknown collection": Breakage("T007", "templates/home.html", PAGE + "{{ q.cards('nothing') }}\n"),
    "template: unknown facet": Breakage("T007", "templates/home.html", PAGE + "{{ q.division('news', 'x', 'y') }}\n"),
    "template: includes itself": Breakage("T006", "templates/home.html", '{% include "home.html" %}\n'),
    "template: includes in a circle": Breakage("T006", "templates/parts/part.html", '{% include "home.html" %}\n'),
    "template: extends itself": Breakage("T006", "templates/home.html", '{% extends "home.html" %}\n'),
    "template: imports itself": Breakage("T006", "templates/home.html", '{% import "home.html" as h %}\n'),
    "template: macro without end": Breakage(
        "T006", "templates/home.html", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}\n"
    ),
    "template: absent part": Breakage("T005", "templates/home.html", '{% include "parts/absent.html" %}\n'),
    "template: computed name": Breakage("T002", "templates/home.html", "{% include url %}\n"),
    "template: not UTF-8": Breakage("T004", "templates/home.html", "<p>首页</p>\n".encode("gbk")),
    "template: division by zero": Breakage("T007", "templates/home.html", "{{ 1 / 0 }}\n"),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_bad_content_leaves_the_last_good_site(site: Path, name: str) -> None:
    """The message with its code, exit code 1, every output as it was; mended, the site builds as before."""
    good, sources = snapshot(site / "public"), snapshot(site / "content") | {"site.yaml": SITE.encode()}
    breakage = BREAKAGES[name]
    before = (site / breakage.name).read_bytes() if (site / breakage.name).exists() else None
    put(site, breakage.name, breakage.text)
    for _ in range(2):  # what is remembered of the first try must not hide the fault from the second
        ran = run()
        assert f" 错误 {breakage.code} " in ran.output, ran.output[:2000]
        assert ran.exit_code == 1
        assert "Traceback" not in ran.output
        assert snapshot(site / "public") == good
    if before is None:
        (site / breakage.name).unlink()
    else:
        put(site, breakage.name, before)
    assert run().exit_code == 0
    assert snapshot(site / "public") == good
    assert snapshot(site / "content") | {"site.yaml": SITE.encode()} == sources


NOTES = {
    "BOM": ("S002", ENTRY.encode("utf-8-sig")),
    "CRLF": ("S003", ENTRY.replace("\n", "\r\n").encode()),
    "CR": ("S003", ENTRY.replace("\n", "\r").encode()),
    "BOM and CRLF": ("S002", b"\xef\xbb\xbf" + ENTRY.replace("\n", "\r\n").encode()),
}


@pytest.mark.parametrize("name", NOTES)
def test_marks_of_windows_are_only_noted(site: Path, name: str) -> None:
    """A note, exit code 0, and the same pages as without."""
    good = snapshot(site / "public")
    code, data = NOTES[name]
    put(site, ABOUT, data)
    ran = run()
    assert f" 提示 {code} " in ran.output
    assert ran.exit_code == 0
    assert snapshot(site / "public") == good


def test_dates_at_the_ends_of_the_calendar(site: Path) -> None:
    """The first and the last day that there is are days like others."""
    put(site, ABOUT, page(到期日="9999-12-31"))
    put(site, "content/pages/old.md", page(发布时间="0001-01-01"))
    event = "种类: 其他\n主办: branches/top\n集合地点: 门口\n"
    put(site, "content/branches/top.md", "---\n标题: 党工委\n发布时间: 2026-11-01\n类型: 党工委\n---\n")
    for number, start in enumerate(("0001-01-01 00:00", "9999-12-31 23:59")):
        put(site, f"content/events/e{number}.md", page(开始时间=start).replace("---\n正", f"{event}---\n正"))
    ran = run()
    assert ran.exit_code == 0, ran.output


@pytest.mark.parametrize("text", ["[" * 90_000, "- " * 45_000, "{a: " * 24_000, "\n".join(["["] * 90_000)])
def test_nesting_that_would_end_the_process(site: Path, text: str) -> None:
    """The library that reads YAML follows every level on the stack of the machine."""
    put(
        site, "content/pages/list.yaml", "标题: 一\n发布时间: 2026-11-01\n标签:\n  " + text.replace("\n", "\n  ") + "\n"
    )
    ran = run_outside(site)
    assert ran.returncode == 1, (ran.returncode, ran.stderr[-500:])
    assert b"Y007" in ran.stdout


def test_several_faults_at_once_in_a_process_of_its_own(site: Path) -> None:
    """All are reported in one go, in the order of files and lines; nothing comes on standard error."""
    good = snapshot(site / "public")
    put(site, ABOUT, page("[一](nowhere.md)\n\n[二](javascript:x)\n", 关键字="[一]", 置顶="好"))
    put(site, "content/news/notice.md", ENTRY.encode("gbk"))
    ran = run_outside(site)
    lines = [line.split(" ")[2] for line in ran.stdout.decode().splitlines() if line.startswith("content/")]
    assert lines == ["S001", "F001", "F007", "M001"]
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert snapshot(site / "public") == good


def test_every_format_takes_the_worst(site: Path) -> None:
    """Control characters, very long values and unpaired marks survive JSON, workflow commands and SARIF."""
    put(site, ABOUT, page(**{'"\\e[2J\\n::error::"': "1", "置顶": '"\\e[31m%0A' + "长" * 5000 + '"'}))
    put(site, "content/pages/a,b:c%d.md", ENTRY)
    for shape in ("text", "json", "github", "sarif"):
        ran = run("build", "--today", TODAY, "--format", shape)
        assert ran.exit_code == 1
        assert "\x1b" not in ran.output
        assert len(ran.output) < 20_000
        assert "\n::error::" not in ran.output.replace("\n::error file", "")
