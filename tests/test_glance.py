"""A build ends after a glance exactly where nothing is left to do; what it then says is what a whole build says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from generator import build, steps
from generator.engine import files
from generator.sources import folders
from tests.changes import BROKEN, CHANGED, DONE, FILES, LINKED, NEWS, Change, another_output, clean
from tests.compiling import compile_once
from tests.portal import Portal

ROOT = Path(__file__).parent.parent


@pytest.fixture(params=["old marks", "young marks"])
def portal(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """A site that was built twice: with marks that are trusted, or none that is, so that every file is read."""
    if request.param == "old marks":
        monkeypatch.setattr(files, "SETTLED", -(10**9))
    monkeypatch.setenv("PORTAL_LANG", "")
    compile_once(monkeypatch)
    # Copies of the shipped templates, as some of the changes are made there.
    shutil.copytree(folders.shipped(), tmp_path / "shipped")
    monkeypatch.setattr(folders, "shipped", lambda: tmp_path / "shipped")
    portal = Portal.of(tmp_path / "site", FILES)
    assert portal.build().report.ok
    portal.build().made_nothing()
    return portal


class Looked:
    """Whether the builds went beyond the glance."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.whole = 0
        real = steps.bring_up_to_date

        def counted(*given: Any) -> Any:
            self.whole += 1
            return real(*given)

        patch.setattr(steps, "bring_up_to_date", counted)


def said(report: build.Report) -> tuple[Any, ...]:
    return report.ok, report.diagnostics, report.language, report.targets, report.due, report.path


def early(portal: Portal, folder: Path, **options: Any) -> bool:
    """Whether a build ends early; in any case it leaves and says what a build from nothing does."""
    with pytest.MonkeyPatch.context() as patch:
        looked = Looked(patch)
        warm = portal.build(**options)
        ended = not looked.whole
    given = {**options, "out": folder / "out", "cache": folder / "cache", "clean": False}
    clean = portal.build(**given)
    assert said(warm.report) == said(clean.report)
    if clean.report.ok:
        outputs = Portal(portal.folder, out=options.get("out")).outputs
        ours = {name: data for name, data in outputs.items() if name in clean_outputs(folder)}
        assert ours == clean_outputs(folder)
    if ended:
        assert (warm.report.made, warm.report.written, warm.report.removed) == ((), (), ())
    return ended


def clean_outputs(folder: Path) -> dict[str, bytes]:
    return Portal(folder, out=folder / "out").outputs


@pytest.mark.parametrize("change", DONE, ids=lambda change: change.__name__)
def test_nothing_is_left_to_do_after(change: Change, portal: Portal, tmp_path: Path) -> None:
    options = change(portal) or {}
    assert early(portal, tmp_path / "clean", **options)
    assert early(portal, tmp_path / "again", **options)


def test_a_language_is_chosen_anew(portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for language in ("en", "zh", ""):
        monkeypatch.setenv("PORTAL_LANG", language)
        assert early(portal, tmp_path / f"clean {language}")
        assert portal.build().report.language == (language or "zh")


def test_a_link_to_a_file_of_the_same_content(portal: Portal, tmp_path: Path) -> None:
    """A link tells too little of what it leads to, so that with one the early end is never taken."""
    portal.edit({"content/places/photo.png": b"a picture"})
    assert not early(portal, tmp_path / "one")
    (portal.folder / "content/pages/photo.png").unlink()
    (portal.folder / "content/pages/photo.png").symlink_to("../places/photo.png")
    assert not early(portal, tmp_path / "two")
    portal.edit({"content/places/photo.png": b"b picture"})
    assert not early(portal, tmp_path / "three")


@pytest.mark.parametrize("change", CHANGED, ids=lambda change: change.__name__)
def test_something_is_left_to_do_after(change: Change, portal: Portal, tmp_path: Path) -> None:
    options = change(portal) or {}
    assert not early(portal, tmp_path / "clean", **options)
    # Only once, if there was nothing wrong: then the second build finds all as the first one left it.
    again = {**options, "clean": False}
    assert early(portal, tmp_path / "again", **again) == (change not in BROKEN | LINKED)
    if options:
        # What was asked for in between is not in force any more, and is noticed unless it changed no file.
        assert early(portal, tmp_path / "back") == (change in (clean, another_output))


def whole(portal: Portal) -> list[str]:
    """What a build finds that does not trust a glance."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("generator.glance.unchanged", lambda *given: False)
        return portal.build().codes()


def test_a_picture_that_becomes_a_link_to_the_source_of_an_entry(portal: Portal, tmp_path: Path) -> None:
    """Though the bytes are the same: what is internal must not get out under another name."""
    portal.edit({"content/pages/photo.png": NEWS.format(1)})
    portal.build()
    portal.edit({"content/pages/photo.png": None})
    (portal.folder / "content/pages/photo.png").symlink_to("../news/n1.md")
    assert not early(portal, tmp_path / "clean")
    assert portal.build().codes() == whole(portal) == ["C012", "S017"]


def test_warnings_are_said_again_and_stop_a_strict_build(portal: Portal, tmp_path: Path) -> None:
    portal.replace("content/pages/about.md", "![照片]", "![]")
    assert not early(portal, tmp_path / "one")
    assert portal.build().codes() != []
    assert early(portal, tmp_path / "two")
    with pytest.MonkeyPatch.context() as patch:
        looked = Looked(patch)
        assert not portal.build(strict=True).report.ok
        assert looked.whole == 1
        # After one that was stopped nothing is known to be done.
        assert portal.build().report.ok
        assert looked.whole == 2
        assert portal.build().report.ok
        assert looked.whole == 2


def test_a_page_that_cannot_be_made_is_tried_every_time(portal: Portal) -> None:
    portal.edit({"templates/404.html": "{{ q.nothing(1) }}"})
    for _ in range(3):
        with pytest.MonkeyPatch.context() as patch:
            looked = Looked(patch)
            report = portal.build().report
            assert (report.ok, looked.whole) == (False, 1)
            assert list(report.reasons) == ["404.html"]


def test_a_foreign_file_in_the_way_is_reported_every_time(portal: Portal) -> None:
    portal.edit({"content/news/n8.md": NEWS.format(8), "public/news/n8/index.html": "mine"})
    for _ in range(3):
        assert portal.build().codes() == ["B002"]
    portal.edit({"public/news/n8/index.html": None})
    assert portal.build().report.ok


def test_a_store_without_its_end_still_proves_whose_the_files_are(portal: Portal) -> None:
    """What tells that nothing is to be done stands first in the store, and is enough when the list is lost later."""
    store = portal.folder / ".portal/store"
    store.write_bytes(store.read_bytes()[:-1])
    portal.build().made_nothing()
    (portal.options.output / ".portal-owned").unlink()
    (portal.folder / "content/news/n1.md").unlink()
    report = portal.build().report
    assert report.ok, report.diagnostics
    assert report.removed


def test_other_code_looks_at_everything(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "tool", lambda: "the next version")
    with pytest.MonkeyPatch.context() as patch:
        looked = Looked(patch)
        portal.build()
        assert looked.whole == 1
        portal.build()
        assert looked.whole == 1


def test_two_outputs_by_turns(portal: Portal, tmp_path: Path) -> None:
    """A store knows one of them; the other is as it should be if it has the same files, and only then."""
    second = tmp_path / "second"
    portal.build(out=second)
    assert early(portal, tmp_path / "one")
    assert early(portal, tmp_path / "two", out=second)
    portal.replace("content/news/n1.md", "正文1", "另一个正文")
    portal.build()
    assert not early(portal, tmp_path / "three", out=second)
    (second / "index.html").unlink()
    assert early(portal, tmp_path / "four")
    assert not early(portal, tmp_path / "five", out=second)


def test_the_store_is_not_written_again_for_nothing(portal: Portal) -> None:
    path = portal.options.memory / "store"
    before = path.stat()
    portal.build().made_nothing()
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_marks_that_became_old_enough_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build with nothing to do saves the reading of all files in the next one, by writing the store once."""
    portal = Portal.of(tmp_path / "site", FILES)
    portal.build()
    monkeypatch.setattr(files, "SETTLED", -(10**9))
    store = portal.options.memory / "store"
    inodes = [(portal.build().made_nothing(), store.stat().st_ino)[1] for _ in range(3)]
    assert inodes[1] == inodes[2]
    monkeypatch.setattr(files, "look", None)
    portal.build().made_nothing()


CODE = """
import atexit, sys
atexit.register(lambda: print(*sys.modules))
from generator.cli import commands
commands(["build", "--site", sys.argv[1], "--today", "2026-11-22"], standalone_mode=False)
"""
HEAVY = {"jinja2", "markupsafe", "markdown_it", "mdit_py_plugins", "generator.steps", "generator.model"}


def test_a_build_with_nothing_to_do_imports_next_to_nothing(tmp_path: Path) -> None:
    """Neither templates nor Markdown nor YAML, nor the types of the content, which take most of its time."""
    portal = Portal.of(tmp_path / "site", FILES)
    seen = []
    for _ in range(3):
        command = [sys.executable, "-c", CODE, str(portal.folder)]
        run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        seen.append({*HEAVY, "yaml"} & {*run.stdout.splitlines()[-1].split()})
    assert seen[0] >= HEAVY
    assert seen[1] == seen[2] == set()
