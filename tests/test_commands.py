"""The commands as an editor and CI use them: what they print, in which language and format, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.cli import commands
from tests.plain_templates import TEMPLATES
from tests.portal import SITE, Portal

NEWS = "---\n标题: 通知\n发布时间: 2026-11-20 09:00\n栏目: 通知公告\n来源: 测试\n---\n正文\n"
DRAFT = NEWS.replace("标题: 通知", "标题: 草稿通知\n发布状态: 草稿")
LATER = NEWS.replace("2026-11-20", "2026-12-01").replace("通知\n", "以后的通知\n", 1)
WRONG = NEWS.replace("栏目: 通知公告", "栏目: 通告公知")
WARNED = NEWS.replace("正文", "![](photo.png)")


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    """A site with one piece of news."""
    files = {f"templates/{name}": text for name, text in TEMPLATES.items()}
    return Portal.of(tmp_path / "site", {**files, "content/news/notice.md": NEWS, "content/news/photo.png": "x"})


def run(portal: Portal, command: str, *arguments: str, language: str = "") -> Result:
    """Run a command on the site as of a fixed day."""
    day = () if command == "new" else ("--today", "2026-11-22")
    environment = {"PORTAL_LANG": language}
    return CliRunner().invoke(commands, [command, "--site", str(portal.folder), *day, *arguments], env=environment)


def test_build_tells_what_it_did(portal: Portal) -> None:
    first = run(portal, "build")
    assert first.exit_code == 0
    assert "生成 " in first.stdout
    second = run(portal, "build", language="en")
    assert second.exit_code == 0
    assert ": 0 made," in second.stdout


def test_build_says_when_the_site_changes_by_itself(portal: Portal) -> None:
    portal.edit({"content/news/later.md": LATER})
    assert "2026-12-01" in run(portal, "build").stdout
    assert not (portal.options.output / "news/later/index.html").exists()
    assert run(portal, "build", "--today", "2026-12-01").exit_code == 0
    assert (portal.options.output / "news/later/index.html").exists()


def test_drafts(portal: Portal) -> None:
    portal.edit({"content/news/draft.md": DRAFT})
    run(portal, "build")
    assert not any("草稿通知".encode() in data for data in portal.outputs.values())
    run(portal, "build", "--drafts")
    assert (portal.options.output / "news/draft/index.html").exists()
    run(portal, "build")
    assert not any("草稿通知".encode() in data for data in portal.outputs.values())


def test_errors_end_with_1_and_strict_counts_warnings(portal: Portal) -> None:
    portal.edit({"content/news/notice.md": WARNED})
    assert run(portal, "build").exit_code == 0
    assert run(portal, "build", "--strict").exit_code == 1
    assert run(portal, "check").exit_code == 0
    assert run(portal, "check", "--strict").exit_code == 1
    portal.edit({"content/news/notice.md": WRONG})
    result = run(portal, "build")
    assert result.exit_code == 1
    assert "content/news/notice.md:4:5 错误 F004" in result.stdout
    assert "是不是“通知公告”" in result.stdout
    assert "    4 | 栏目: 通告公知\n      |       ^^^^^^^^" in result.stdout
    assert "error F004" in run(portal, "build", language="en").stdout


def test_formats_for_machines(portal: Portal) -> None:
    portal.edit({"content/news/notice.md": WRONG})
    report = json.loads(run(portal, "build", "--format", "json").stdout)
    assert report["ok"] is False
    assert report["diagnostics"][0]["code"] == "F004"
    assert report["diagnostics"][0]["line"] == 4
    github = run(portal, "check", "--format", "github").stdout
    assert github.startswith("::error file=content/news/notice.md,line=4,col=5,title=F004::")
    sarif = json.loads(run(portal, "check", "--format", "sarif").stdout)
    assert sarif["version"] == "2.1.0"
    found = sarif["runs"][0]["results"][0]
    assert found["ruleId"] == "F004"
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "content/news/notice.md"
    assert place["region"] == {"startLine": 4, "startColumn": 5}
    assert sarif["runs"][0]["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == "F004"


def test_formats_without_a_problem(portal: Portal) -> None:
    assert json.loads(run(portal, "build", "--format", "json").stdout)["ok"] is True
    assert run(portal, "build", "--format", "github").stdout == ""
    assert json.loads(run(portal, "build", "--format", "sarif").stdout)["runs"][0]["results"] == []


def test_check_leaves_the_output_alone(portal: Portal) -> None:
    assert run(portal, "check").exit_code == 0
    assert not portal.options.output.exists()
    assert not portal.options.memory.exists()


def test_explain(portal: Portal) -> None:
    assert "还没有生成过" in run(portal, "explain", "/news/notice/").stdout
    run(portal, "build")
    portal.edit({"content/news/notice.md": NEWS.replace("正文", "改过的正文")})
    dirty = run(portal, "explain", "/news/notice/", language="en").stdout
    assert "the next build makes it again, because body news/notice changed" in dirty
    assert "  * body news/notice" in dirty
    run(portal, "build")
    fresh = run(portal, "explain", "https://portal.example.org/news/notice/", language="en").stdout
    assert "last made because: body news/notice changed" in fresh
    assert "now: up to date" in fresh
    lost = run(portal, "explain", "/news/notices/")
    assert lost.exit_code == 2
    assert "news/notice" in lost.stderr


@pytest.mark.timeout(30)
def test_explain_where_organisations_go_round(portal: Portal) -> None:
    """Nothing can be built of that, and what was built can be explained still."""

    def branch(parent: str) -> str:
        return f"title: 支部\ndate: 2026-10-01\ntype: 党支部\nphone: 0574-00000000\n{parent}"

    root = "title: 党工委\ndate: 2026-01-01\ntype: 党工委\nphone: 0574-00000000\norigin_areas: [江西省 上饶市]\n"
    portal.edit({"content/branches/root.yaml": root, "content/branches/a.yaml": branch("parent: branches/root\n")})
    portal.edit({"content/branches/b.yaml": branch("parent: branches/a\n")})
    assert run(portal, "build").exit_code == 0
    portal.edit({"content/branches/a.yaml": branch("parent: branches/b\n")})
    assert run(portal, "build").exit_code == 1
    for page in ("/branches/a/", "/branches/b/", "/branches/tree/", "/branches/root/"):
        assert run(portal, "explain", page).exit_code == 0


def test_explain_option_names_each_page_and_its_reason(portal: Portal) -> None:
    run(portal, "build")
    portal.edit({"content/news/notice.md": NEWS.replace("正文", "改过的正文")})
    assert "news/notice/index.html: body news/notice changed" in run(portal, "build", "--explain", language="en").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--today", "2026-02-30"),
        ("--today", "tomorrow"),
        ("--base-url", "portal"),
        ("--jobs", "0"),
        ("--format", "xml"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, str], portal: Portal) -> None:
    assert run(portal, "build", *arguments).exit_code == 2


@pytest.mark.parametrize("out", ["", "content", "content/news", "templates/x", ".."])
def test_output_never_among_the_sources(out: str, portal: Portal) -> None:
    result = run(portal, "build", "--out", str(portal.folder / out))
    assert result.exit_code == 2
    assert not (portal.folder / out / ".portal-owned").exists()


def test_no_site(tmp_path: Path) -> None:
    result = CliRunner().invoke(commands, ["build", "--site", str(tmp_path / "nothing")])
    assert result.exit_code == 2
    assert "P001" in result.stderr


def test_language_is_that_of_the_site_unless_asked(portal: Portal) -> None:
    portal.edit({"site.yaml": SITE + "language: en\n", "content/news/notice.md": WRONG})
    assert "error F004" in run(portal, "build").stdout
    assert "错误 F004" in run(portal, "build", language="zh").stdout


def test_new(portal: Portal) -> None:
    result = run(portal, "new", "news", "second-notice")
    assert result.exit_code == 0
    assert (portal.folder / "content/news/second-notice.md").exists()
    assert run(portal, "new", "news", "second-notice").exit_code == 2
    assert run(portal, "new", "newz", "third").exit_code == 2


def test_other_jobs_other_output_and_back(portal: Portal) -> None:
    """One cache serves several outputs and options, toggled to and fro."""
    expected = portal.clean(portal.folder.parent / "expected")
    run(portal, "build")
    run(portal, "build", "--base-url", "https://portal.example.org/some/path/")
    run(portal, "build", "--out", str(portal.folder.parent / "second"))
    run(portal, "build")
    assert portal.outputs == expected
    run(portal, "build", "--clean")
    assert portal.outputs == expected
