"""What an editor, a disk or a race can do to a build: a message, the right exit code, and the last good site.

Each test builds a good site, breaks something, and builds again through the command line.
"""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from generator import cli, steps
from generator.cli import commands
from generator.engine import files
from generator.engine.files import Scan
from generator.sources import folders
from tests.broken import PAGE, SITE, complete
from tests.portal import snapshot
from tests.test_broken import refuse

ROOT = Path(__file__).parent.parent
TODAY = "2026-11-22"
ENTRY = "---\n标题: 关于我们\n发布时间: 2026-11-01\n---\n请看[联系我们](contact.md)。\n"
CONTACT = "---\n标题: 联系我们\n发布时间: 2026-11-01\n---\n![门口](door.jpg)\n"
NEWS = "---\n标题: 一则通知\n发布时间: 2026-11-20\n栏目: 通知公告\n来源: 街道（示例）\n---\n正文\n"
ONE = "  - id: one\n    标题: 第一\n    发布时间: 2026-11-01\n"
LIST = f"entries:\n{ONE}{ONE.replace('one', 'two')}"
ABOUT = "content/pages/about.md"


class Ran(NamedTuple):
    """What came of a command."""

    exit_code: int
    output: str


def put(site: Path, name: str, text: str | bytes) -> None:
    """Write a file of the site."""
    path = site / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A good site that was built; it is the current folder."""
    folder = tmp_path / "site"
    files = {
        ABOUT: ENTRY,
        "content/pages/contact.md": CONTACT,
        "content/pages/door.jpg": "jpg",
        "content/pages/list.yaml": LIST,
        "content/news/notice.md": NEWS,
        "content/static/robots-extra.txt": "一\n",
        "templates/parts/part.html": "<p>部分</p>\n",
        "templates/home.html": PAGE + '{% include "parts/part.html" %}\n',
    }
    for name, text in files.items():
        put(folder, name, text)
    complete(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(folders, "shipped", lambda: Path("absent"))
    monkeypatch.setenv("PORTAL_LANG", "zh")
    first = run()
    assert (first.exit_code, "错误" in first.output) == (0, False), first.output
    yield folder
    monkeypatch.undo()


def run(*arguments: str) -> Ran:
    """`portal build` in this process; a fault of the program is a fault of the test."""
    result = CliRunner().invoke(commands, arguments or ["build", "--today", TODAY, "--jobs", "1"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.output)


def run_outside(
    site: Path, *arguments: str | bytes, limit: int = 0, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """`python -m generator` in a process of its own, with a limit on the size of the files that it writes."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-m", "generator", *(arguments or ("build", "--today", TODAY, "--jobs", "2"))],
        cwd=site,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PORTAL_LANG": "en"},
        input=stdin,
        capture_output=True,
        timeout=60,
        preexec_fn=limited if limit else None,
        check=False,
    )


def text_of(ran: subprocess.CompletedProcess[bytes]) -> str:
    """All that a process printed."""
    return (ran.stdout + ran.stderr).decode("utf-8")


class Breakage(NamedTuple):
    """A text for a file, and the code of the message that it must give."""

    code: str
    name: str
    text: str | bytes


def page(body: str = "正文\n", **fields: str) -> str:
    """An entry with these fields beside, or instead of, the usual ones."""
    values = {"标题": "关于我们", "发布时间": "2026-11-01", **fields}
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in values.items()) + "---\n" + body


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


LINKS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "out of the site": ("S017", lambda pages: os.symlink("../../../secret.md", pages / "secret.md")),
    "out of content": ("S017", lambda pages: os.symlink("../../site.yaml", pages / "site.yaml")),
    "to a system file": ("S017", lambda pages: os.symlink("/etc/hostname", pages / "host.md")),
    "to itself": ("S018", lambda pages: os.symlink("a.md", pages / "a.md")),
    "in a circle": ("S018", lambda pages: (os.symlink("b.md", pages / "a.md"), os.symlink("a.md", pages / "b.md"))[0]),
    "to nothing": ("S018", lambda pages: os.symlink("gone.md", pages / "a.md")),
    "to the folder above": ("S019", lambda pages: os.symlink("..", pages / "above")),
    "a pipe": ("S020", lambda pages: os.mkfifo(pages / "pipe.md")),
    "a name of bytes": ("S022", lambda pages: (pages / os.fsdecode(b"\xb9\xd8.md")).write_bytes(b"") and None),
}


@pytest.mark.parametrize("name", LINKS)
def test_links_and_special_files(site: Path, name: str) -> None:
    """Nothing outside of content/ is read, nothing waits, nothing turns in circles."""
    good = snapshot(site / "public")
    put(site, "../secret.md", ENTRY)
    code, make = LINKS[name]
    make(site / "content/pages")
    ran = run()
    assert f" 错误 {code} " in ran.output
    assert ran.exit_code == 1
    assert snapshot(site / "public") == good


def test_a_static_link_out_of_the_site(site: Path) -> None:
    """What is copied as it is could give away any file of the machine."""
    good = snapshot(site / "public")
    os.symlink("/etc/passwd", site / "content/static/passwd")
    os.symlink("../site.yaml", site / "templates/secret.html")
    ran = run()
    assert ran.output.count("S017") == 2
    assert ran.exit_code == 1
    assert snapshot(site / "public") == good


@pytest.mark.parametrize("name", [ABOUT, "content/pages/door.jpg", "templates/home.html", "site.yaml"])
def test_unreadable_file(site: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be read; `touch` keeps the marks of the last build from saving the reading."""
    good = snapshot(site / "public")
    os.utime(site / name)
    refuse(monkeypatch, name, errno.EACCES, os.O_RDONLY)
    ran = run()
    assert f"{name} 错误 S014 读不了这个文件：没有权限" in ran.output
    assert ran.exit_code == 1
    assert snapshot(site / "public") == good


def test_unreadable_folder(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may not be listed is not an empty one: its pages must not vanish."""
    good = snapshot(site / "public")
    scandir = os.scandir

    def refusing(path: Any = ".") -> Any:
        if str(path).endswith("content/pages/"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    ran = run()
    assert "content/pages 错误 S014" in ran.output
    assert ran.exit_code == 1
    monkeypatch.undo()
    assert snapshot(site / "public") == good


@pytest.mark.parametrize(
    ("number", "why"), [(errno.ENOSPC, "磁盘满了"), (errno.EROFS, "磁盘是只读的"), (errno.EACCES, "没有权限")]
)
def test_output_cannot_be_written(site: Path, number: int, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, a disk that is read only, a folder that is not ours: all pages stay, and the next build is right."""
    good = snapshot(site / "public")
    put(site, ABOUT, page())
    with monkeypatch.context() as patch:
        refuse(patch, "public/", number, os.O_WRONLY)
        ran = run()
    assert f"public 错误 B001 写不了输出：{why}" in ran.output
    assert ran.exit_code == 1
    assert snapshot(site / "public") == good
    assert run().exit_code == 0
    assert "正文" in (site / "public/about/index.html").read_text(encoding="utf-8")


def test_disk_full_in_the_middle_of_a_file(site: Path) -> None:
    """Really: the system refuses to let a file grow, and no half of a page is left."""
    put(site, ABOUT, page("字" * 40_000 + "\n"))
    good = snapshot(site / "public")
    ran = run_outside(site, "build", "--today", TODAY, "--jobs", "1", "--cache", "/dev/null/none", limit=40_000)
    text = text_of(ran)
    assert ran.returncode == 1, text
    assert "error B001 the output cannot be written" in text
    assert "Traceback" not in text
    assert not list((site / "public").glob(".portal-*.tmp"))
    found = snapshot(site / "public")
    assert {name: found[name] for name in good if name != ".portal-owned"} == {
        name: data for name, data in good.items() if name != ".portal-owned"
    }


def test_foreign_files_are_left_alone(site: Path) -> None:
    """A file that nobody planned stays without a word; one in the place of a page is an error, and stays."""
    put(site, "public/mine.html", "mine")
    put(site, "public/extra/mine.txt", "mine")
    assert run().exit_code == 0
    put(site, "content/pages/extra.md", ENTRY)
    put(site, "public/extra/index.html", "mine")
    ran = run()
    assert "public/extra/index.html 错误 B002" in ran.output
    assert ran.exit_code == 1
    found = snapshot(site / "public")
    assert found["extra/index.html"] == found["mine.html"] == found["extra/mine.txt"] == b"mine"


def test_output_folder_full_of_foreign_files(site: Path) -> None:
    """A build into a folder that holds another site breaks nothing of it."""
    put(site, "other/index.html", "other")
    put(site, "other/about/index.html", "other")
    ran = run("build", "--today", TODAY, "--jobs", "1", "--out", "other")
    assert ran.exit_code == 1
    assert ran.output.count("B002") == 2
    assert (site / "other/index.html").read_bytes() == (site / "other/about/index.html").read_bytes() == b"other"


def test_page_in_place_of_a_folder(site: Path) -> None:
    """A foreign file where a folder must go."""
    put(site, "content/pages/extra.md", ENTRY)
    put(site, "public/extra", "mine")
    ran = run()
    assert (ran.exit_code, "B002" in ran.output) == (1, True)
    assert (site / "public/extra").read_bytes() == b"mine"


@pytest.mark.parametrize("missing", ["nowhere", "content", "content/pages/about.md"])
def test_no_site(site: Path, missing: str) -> None:
    """Another folder, none, or a file: two lines and exit code 2."""
    ran = run_outside(site, "build", "--site", missing)
    assert ran.returncode == 2
    assert ran.stdout == b""
    assert "Traceback" not in text_of(ran)
    assert missing in text_of(ran)


def test_no_site_in_a_folder_whose_name_is_no_text(site: Path) -> None:
    """Its name can be printed all the same."""
    ran = run_outside(site, "build", "--site", b"\xb9\xd8")
    assert ran.returncode == 2, ran.stderr
    assert b"P001" in ran.stderr
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "--out", "."),
        ("build", "--out", "content/out"),
        ("build", "--out", ".."),
        ("build", "--today", "2026-02-30"),
        ("build", "--base-url", "portal.example.org"),
        ("build", "--base-url", "https://[a.b/"),
        ("build", "--jobs", "0"),
        ("build", "--format", "xml"),
        ("explain", "/nowhere/"),
        ("nonsense",),
    ],
)
def test_wrong_usage(site: Path, arguments: tuple[str, ...]) -> None:
    """Exit code 2, no traceback, nothing written."""
    good = snapshot(site)
    ran = run(*arguments)
    assert ran.exit_code == 2, ran.output
    assert snapshot(site) == good


def disappearing(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Let a file be deleted just after its folder was listed."""
    scan = files.scan

    def deleting(root: Path, **named: Any) -> Scan:
        found: Scan = scan(root, **named)
        if path.is_relative_to(Path(root).resolve()):
            path.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(files, "scan", deleting)


def test_text_deleted_between_listing_and_reading(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if it had been deleted before."""
    disappearing(monkeypatch, site / "content/news/notice.md")
    ran = run()
    assert ran.exit_code == 0, ran.output
    assert "news/notice/index.html" not in snapshot(site / "public")


def test_picture_deleted_between_listing_and_reading(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that names it is told so."""
    good = snapshot(site / "public")
    disappearing(monkeypatch, site / "content/pages/door.jpg")
    ran = run()
    assert "C012" in ran.output
    assert ran.exit_code == 1
    assert snapshot(site / "public") == good


def test_template_deleted_between_listing_and_reading(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages that need it stay as they were."""
    good = snapshot(site / "public")
    disappearing(monkeypatch, site / "templates/parts/part.html")
    ran = run()
    assert "T005" in ran.output
    assert ran.exit_code == 1
    assert snapshot(site / "public") == good


CHANGES: dict[str, Callable[[Path], None]] = {
    "deleted": lambda path: path.unlink(),
    "changed": lambda path: path.write_text("另一个", encoding="utf-8"),
    "made a folder": lambda path: (path.unlink(), path.mkdir())[1],
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    "name",
    ["content/pages/door.jpg", "content/static/robots-extra.txt", "templates/home.html", "templates/parts/part.html"],
)
def test_file_changed_between_planning_and_making(
    site: Path, name: str, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said of the file, not of the output; what was made before stays, and the next build is as it should be."""
    good = snapshot(site / "public")
    before = (site / name).read_bytes()
    prepare = steps.prepare

    def prepared(*given: Any) -> Any:
        found = prepare(*given)
        CHANGES[change](site / name)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(steps, "prepare", prepared)
        ran = run("build", "--today", TODAY, "--jobs", "1", "--clean")
    assert f"{name} 错误 {'B003' if change == 'changed' else 'S014'} " in ran.output, ran.output
    assert ran.exit_code == 1
    assert snapshot(site / "public") == good
    if (site / name).is_dir():
        (site / name).rmdir()
    put(site, name, before)
    assert run().exit_code == 0
    assert snapshot(site / "public") == good


def test_template_changed_between_listing_and_analysis(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a template names is not remembered under the digest of another text."""
    good = snapshot(site / "public")
    read_bytes = Path.read_bytes
    home = PAGE + '{% include "parts/other.html" %}\n'
    put(site, "templates/home.html", home)

    def changed(self: Path) -> bytes:
        return b"{{ url }}" if self.name == "home.html" else read_bytes(self)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", changed)
        ran = run()
    assert "templates/home.html 错误 B003" in ran.output
    assert ran.exit_code == 1
    assert snapshot(site / "public") == good
    assert "T005" in run().output


def test_store_that_is_not_ours(site: Path) -> None:
    """Whatever lies where the store should be, the pages are right."""
    good = snapshot(site / "public")
    put(site, ".portal/store", b"\x00" * 1000)
    assert run().exit_code == 0
    for path in (site / ".portal").iterdir():
        path.unlink()
    (site / ".portal").rmdir()
    put(site, ".portal", "")
    ran = run()
    assert ran.exit_code == 0
    assert " 提示 B004 " in ran.output
    assert "另一个生成" not in ran.output
    assert snapshot(site / "public") == good


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


def test_a_fault_is_one_line(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit code 3, one line, and the details in a file."""

    def failing(*_: Any) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(steps, "prepare", failing)
    monkeypatch.setattr(sys, "argv", ["portal", "build"])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    printed = capsys.readouterr()
    assert ended.value.code == 3
    assert printed.out == ""
    assert len(printed.err.strip().splitlines()) == 1
    assert "on purpose" in printed.err
    (details,) = tmp_path.glob("portal-*.txt")
    assert "Traceback" in details.read_text(encoding="utf-8")


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
