"""Sources that are links, cannot be read, or change and vanish while a build goes on."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator import steps
from generator.engine import files
from generator.engine.files import Scan
from tests.bad_input.site import ABOUT, ENTRY, TODAY, put, run
from tests.broken import PAGE
from tests.portal import snapshot
from tests.test_broken import refuse

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
