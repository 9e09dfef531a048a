"""The promise: after any edits a warm build equals a clean one byte for byte, and a second build makes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.diagnostics import errors
from generator.engine import files
from tests.compiling import compile_once
from tests.edits import Editing

EDITS = int(os.environ.get("PORTAL_EDITS", "300"))
PER_RUN = 25


def check(editing: Editing, scratch: Path, done: list[str]) -> None:
    """Warm equals clean, and a second build makes nothing."""
    warm = editing.portal.build(today=editing.today)
    assert warm.report.ok, (done, errors(warm.diagnostics))
    clean = editing.portal.clean(scratch, today=editing.today)
    outputs = editing.portal.outputs
    assert sorted(outputs) == sorted(clean), done
    assert [path for path in clean if clean[path] != outputs[path]] == [], done
    editing.portal.build(today=editing.today).made_nothing()


@pytest.mark.parametrize("seed", range(max(1, EDITS // PER_RUN)))
def test_warm_equals_clean(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # With the margin of real life no mark would be trusted within a test; edits here are further apart than a tick.
    monkeypatch.setattr(files, "SETTLED", 20_000_000)
    compile_once(monkeypatch)
    editing = Editing(tmp_path / "site", seed)
    done: list[str] = ["first"]
    check(editing, tmp_path / "clean-0", done)
    for number in range(1, PER_RUN + 1):
        done.append(editing.step())
        if number % 10 == 0:
            # A real restart, with nothing left in memory.
            arguments = ["build", "--site", str(editing.folder), "--today", str(editing.today)]
            subprocess.run([sys.executable, "-m", "generator", *arguments], check=True, capture_output=True)
        check(editing, tmp_path / f"clean-{number}", done)


@pytest.mark.parametrize("seed", [101, 102])
def test_the_shipped_templates(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with the templates that members see, which ask far more questions."""
    monkeypatch.setattr(files, "SETTLED", 20_000_000)
    compile_once(monkeypatch)
    editing = Editing(tmp_path / "site", seed, own_templates=False)
    kinds = {
        name: edit for name, edit in editing.kinds().items() if name not in ("template", "nested macro", "include")
    }
    check(editing, tmp_path / "clean", ["first"])
    for number in range(15):
        name, edit = editing.random.choice(list(kinds.items()))
        edit()
        check(editing, tmp_path / f"clean-{number}", [name])


def test_every_kind_of_edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here each build from nothing compiles its templates itself."""
    monkeypatch.setattr(files, "SETTLED", 20_000_000)
    editing = Editing(tmp_path / "site", 1)
    check(editing, tmp_path / "clean", ["first"])
    for name, edit in editing.kinds().items():
        edit()
        check(editing, tmp_path / f"clean-{name}", [name])


def test_broken_edits_leave_the_last_good_site(tmp_path: Path) -> None:
    editing = Editing(tmp_path / "site", 2)
    editing.portal.build()
    good = editing.portal.outputs
    page = editing.any("news")
    editing.portal.edit({page.path: page.source().replace("title:", "titel:")})
    assert [found.code for found in errors(editing.portal.build().diagnostics)] == ["F002", "F001"]
    assert editing.portal.outputs == good
    editing.body()
    editing.write(page)
    check(editing, tmp_path / "clean", ["mended"])
