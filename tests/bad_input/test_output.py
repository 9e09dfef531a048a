"""An output or a store that cannot be written, or holds what is not ours."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.bad_input.site import ABOUT, ENTRY, TODAY, page, put, run, run_outside, text_of
from tests.portal import snapshot
from tests.test_broken import refuse


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


@pytest.mark.forks
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
