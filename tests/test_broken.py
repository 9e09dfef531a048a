"""Every diagnostic as an editor sees it: tests/broken/<CODE>-<slug>/ is a site, with what is said of it, twice.

A file `command` names the command, `build` if there is none. `ACCEPT=1 pytest tests/test_broken.py` writes what is said
now into the expected files; read it aloud before you commit it.
"""

from __future__ import annotations

import datetime
import errno
import os
import re
import shutil
import string
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from generator import build, diagnostics, steps
from generator.cli import commands
from generator.diagnostics import messages
from generator.sources import document, folders
from tests.broken import complete

BROKEN = Path(__file__).parent / "broken"
CASES = sorted(path.name for path in BROKEN.iterdir() if path.is_dir() and path.name != "__pycache__")
LANGUAGES = ("zh", "en")
TODAY = "2026-11-22"
ENTRY = "---\n标题: 关于我们\n发布时间: 2026-11-01\n---\n"
# The lines that a command prints after the diagnostics.
END = re.compile(r"^(共 \d+ 个文件|没有生成|检查完毕|\d+ files:|nothing was built|checked:)", re.MULTILINE)

Patch = pytest.MonkeyPatch


def put(name: str, text: str | bytes) -> None:
    """Write a file of the site, which is the current folder."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def link(name: str, goal: str) -> None:
    """Make a symbolic link, and the folder that it is in."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    os.symlink(goal, name)


def large_picture(patch: Patch) -> None:
    """A picture as a camera makes it."""
    put("content/pages/gate.jpg", "x" * 2_400_000)


def large(patch: Patch) -> None:
    """A file larger than any text."""
    put("content/pages/about.md", ENTRY + "字\n" * (document.MOST_BYTES // 3))


def locked(patch: Patch) -> None:
    """A file that the system does not let us read; root reads all, so that permissions will not do."""
    refuse(patch, "content/pages/about.md", errno.EACCES, os.O_RDONLY)


def link_out(patch: Patch) -> None:
    """A link to a file beside the site."""
    put("../secret.md", ENTRY)
    link("content/pages/about.md", "../../../secret.md")


def special(patch: Patch) -> None:
    """A pipe, reading from which would wait for ever."""
    Path("content/pages").mkdir(parents=True)
    os.mkfifo("content/pages/about.md")


def name_of_bytes(patch: Patch) -> None:
    """A name in the encoding of old Windows."""
    Path("content/pages").mkdir(parents=True)
    (Path(os.fsdecode(b"content/pages/" + "关于".encode("gbk") + b".md"))).write_text(ENTRY, encoding="utf-8")


def full_disk(patch: Patch) -> None:
    """No room for a page."""
    refuse(patch, "public/", errno.ENOSPC, os.O_WRONLY)


def file_in_place(patch: Patch) -> None:
    """A file where the output folder should be; the option --out would refuse it."""
    put("public", "")


def foreign(patch: Patch) -> None:
    """A page that somebody wrote by hand."""
    put("public/index.html", "<p>手写的首页</p>\n")


def changed(patch: Patch) -> None:
    """A file that is saved after it was read."""
    prepare = steps.prepare

    def prepared(*given: Any) -> Any:
        found = prepare(*given)
        put("content/static/file.txt", "二\n")
        return found

    patch.setattr(steps, "prepare", prepared)


def store_in_the_way(patch: Patch) -> None:
    """A file where the folder of the store should be."""
    put(".portal", "")


def no_room_for_store(patch: Patch) -> None:
    """Pages can be written, the store cannot."""
    refuse(patch, ".portal/store.tmp", errno.ENOSPC, os.O_WRONLY)


SETUPS: dict[str, Callable[[Patch], None]] = {
    "S001-gbk": lambda _: put("content/pages/about.md", "---\n标题: ".encode() + "关于我们\n---\n".encode("gbk")),
    "S006-large": large,
    "S024-large-picture": large_picture,
    "S014-locked": locked,
    "S017-link-out": link_out,
    "S018-link-loop": lambda _: (link("content/pages/a.md", "b.md"), link("content/pages/b.md", "a.md"))[0],
    "S018-link-to-nothing": lambda _: link("content/pages/about.md", "gone.md"),
    "S019-link-to-folder": lambda _: (put("content/static/a/a.txt", ""), link("content/static/b", "a"))[1],
    "S020-pipe": special,
    "S021-long-line": lambda _: put("content/pages/about.md", ENTRY + "字" * (document.MOST_LINE + 1) + "\n"),
    "S022-name": name_of_bytes,
    "S023-no-content": lambda _: Path("content").rmdir(),
    "M026-long": lambda _: put("content/pages/about.md", ENTRY + "字\n" * 50_001),
    "B001-full-disk": full_disk,
    "B001-file-in-place": file_in_place,
    "B002-foreign": foreign,
    "B003-changed": changed,
    "B004-no-store": store_in_the_way,
    "B004-full-disk": no_room_for_store,
    "P001-no-settings": lambda _: Path("site.yaml").unlink(),
}
"""What a folder in git cannot hold, by the name of the case; the site is the current folder."""


def refuse(patch: Patch, prefix: str, number: int, way: int) -> None:
    """Let every opening of a path that starts so fail, for reading or for writing."""
    opened = os.open

    def refusing(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        if os.path.normpath(path).startswith(prefix) and flags & (os.O_WRONLY | os.O_RDWR) == way:
            raise OSError(number, os.strerror(number), os.fspath(path))
        return opened(path, flags, *rest, **named)

    patch.setattr(os, "open", refusing)
    opened_by_pathlib = Path.open

    def opening(self: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
        if os.fspath(self).startswith(prefix) and ("w" in mode) == (way == os.O_WRONLY):
            raise OSError(number, os.strerror(number), os.fspath(self))
        return opened_by_pathlib(self, mode, *rest, **named)

    patch.setattr(Path, "open", opening)


def said(case: str, language: str, folder: Path, patch: Patch) -> tuple[str, int, str]:
    """What the command says of a case, without its summary; its exit code; and all that it printed."""
    site = folder / language / "site"
    shutil.copytree(BROKEN / case, site, ignore=shutil.ignore_patterns("expected.*.txt", "command"))
    complete(site)
    patch.chdir(site)
    patch.setenv("PORTAL_LANG", language)
    patch.setattr(folders, "shipped", lambda: Path("absent"))
    if setup := SETUPS.get(case):
        setup(patch)
    command = BROKEN / case / "command"
    name = command.read_text(encoding="utf-8").strip() if command.exists() else "build"
    jobs = ["--jobs", "1"] if name == "build" else []
    result = CliRunner().invoke(commands, [name, "--today", TODAY, *jobs])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    printed = result.stdout or result.stderr
    end = END.search(printed)
    return printed[: end.start()] if end else printed, result.exit_code, result.output


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_says_exactly_this(case: str, language: str, tmp_path: Path) -> None:
    """The text is the expected one, has the code of its folder, and goes with the exit code."""
    with pytest.MonkeyPatch.context() as patch:
        text, exit_code, output = said(case, language, tmp_path, patch)
    code = case[:4]
    assert re.search(rf"\b{code}\b", text), text
    assert "Traceback" not in output
    assert str(tmp_path) not in text
    if code == "P001":
        assert exit_code == 2
    else:
        levels = {messages()[found].level for found in re.findall(r"^\S.*? \S+ ([A-Z]\d{3}) ", text, re.MULTILINE)}
        assert exit_code == ("error" in levels), text
    expected = BROKEN / case / f"expected.{language}.txt"
    if os.environ.get("ACCEPT"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


def test_every_code_has_a_case() -> None:
    """A folder for each code, and a code for each folder."""
    assert {case[:4] for case in CASES} == set(messages())
    assert all(re.fullmatch(r"[A-Z]\d{3}-[a-z0-9]+(-[a-z0-9]+)*", case) for case in CASES)


def test_nothing_is_left_over() -> None:
    """A folder of a case that is gone would keep its expected files; and each setup belongs to a case."""
    for case in CASES:
        files = {path.name for path in (BROKEN / case).iterdir()}
        assert {f"expected.{language}.txt" for language in LANGUAGES} <= files, case
        others = files - {"site.yaml", "content", "templates", "command"}
        assert others == {f"expected.{language}.txt" for language in LANGUAGES}, case
    assert set(SETUPS) <= set(CASES)


@pytest.mark.parametrize("code", sorted(messages()))
def test_both_languages_say_the_same(code: str) -> None:
    """Each code has both texts, each help is there in both, and a pair names the same things or one of them fewer.

    That each name is given is shown by the cases, which fill in all four texts.
    """
    raw = tomllib.loads(Path(diagnostics.__file__).with_name("messages.toml").read_text(encoding="utf-8"))[code]
    assert {"level", "zh", "en"} <= set(raw) <= {"level", "zh", "en", "help_zh", "help_en"}
    assert raw["level"] in ("error", "warning", "note")
    assert ("help_zh" in raw) == ("help_en" in raw)
    for key in ("", "help_") if "help_zh" in raw else ("",):
        # A field has a Chinese and an English name.
        zh, en = (names_in(raw[key + language].replace("{label}", "{name}")) for language in LANGUAGES)
        assert zh <= en or en <= zh
        assert raw[f"{key}zh"].strip()
        assert raw[f"{key}en"].strip()
    assert re.search(r"[\u4e00-\u9fff]", raw["zh"])


def names_in(text: str) -> set[str]:
    """The names of the placeholders of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_parts_are_in_order(tmp_path: Path) -> None:
    """A site of the default parts and one entry builds without a word, so that a case shows its own fault only."""
    (tmp_path / "content/pages").mkdir(parents=True)
    (tmp_path / "content/pages/about.md").write_text(ENTRY, encoding="utf-8")
    complete(tmp_path)
    report = build.build(build.Options(site=tmp_path, jobs=1, today=datetime.date.fromisoformat(TODAY)))
    assert report.ok
    assert report.diagnostics == ()
