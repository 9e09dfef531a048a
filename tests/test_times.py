"""The sources, the output and the store each of another time, as caches of CI and git bring them: all is put right."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import partialmethod
from pathlib import Path

import pytest

from generator import build
from generator.engine import files
from generator.engine.store import Store
from tests.compiling import compile_once
from tests.edits import Editing
from tests.portal import TODAY, Portal, snapshot
from tests.scenario import agree

ROOT = Path(__file__).parent.parent
SOURCES = ("content", "templates", "site.yaml")


class Times:
    """Copies of a site after each of its builds."""

    def __init__(self, editing: Editing, folder: Path) -> None:
        self.editing = editing
        self.folder = folder
        self.count = 0

    def keep(self) -> None:
        """Put the site of now aside."""
        shutil.copytree(self.editing.folder, self.folder / str(self.count), symlinks=True)
        self.count += 1

    def bring(self, number: int, *names: str) -> None:
        """Some of what there was then takes the place of what there is."""
        for name in names:
            old, new = self.folder / str(number) / name, self.editing.folder / name
            if new.is_dir():
                shutil.rmtree(new)
            if old.is_dir():
                # The times of the copies are those of the originals, as a cache or a careless copy has them.
                shutil.copytree(old, new, symlinks=True)
            elif old.exists():
                shutil.copy2(old, new)


@pytest.fixture
def times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Times:
    """Five times of one site."""
    monkeypatch.setattr(files, "SETTLED", 20_000_000)
    compile_once(monkeypatch)
    editing = Editing(tmp_path / "site", 31)
    found = Times(editing, tmp_path / "times")
    for _ in range(5):
        for _ in range(3):
            editing.step()
        # The same day at all times, so that the day is not what tells.
        editing.today = TODAY
        assert editing.portal.build(today=editing.today).report.ok
        found.keep()
    return found


@pytest.mark.parametrize("seed", range(4))
def test_any_mixture_is_put_right(seed: int, times: Times, tmp_path: Path) -> None:
    chance = times.editing.random
    chance.seed(seed)
    for step in range(8):
        for names in ((".portal",), ("public",), SOURCES):
            if chance.random() < 0.6:
                times.bring(chance.randrange(times.count), *names)
        if chance.random() < 0.3:
            times.bring(chance.randrange(times.count), ".portal")
            (times.editing.folder / ".portal/store").unlink(missing_ok=True)
        agree(times.editing, tmp_path / f"clean {step}", [str(step)])


def test_the_store_of_one_time_with_the_values_of_another(times: Times, tmp_path: Path) -> None:
    """A cache that was saved while a build went on, say."""
    for number in range(4):
        times.bring(number, ".portal")
        for path in (times.editing.folder / ".portal").glob("values-*"):
            other = next((times.folder / str(number + 1) / ".portal").glob("values-*"))
            path.write_bytes(other.read_bytes()[: path.stat().st_size])
        times.editing.template()
        agree(times.editing, tmp_path / f"clean {number}", [str(number)])


def test_sources_that_go_back_by_one_edit(times: Times, tmp_path: Path) -> None:
    """As git does with a branch: the store knows of what came after."""
    editing = times.editing
    for number in range(6):
        page = editing.shown()
        before = (editing.folder / page.path).read_bytes()
        (editing.body if number % 2 else editing.title)()
        agree(editing, tmp_path / f"there {number}", ["there"])
        editing.portal.edit({page.path: before})
        agree(editing, tmp_path / f"back {number}", ["back"])


# Two builds at once


def test_a_build_beside_another_does_without_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editing = Editing(tmp_path / "site", 32)
    editing.portal.build()
    editing.title()
    monkeypatch.setattr(Store, "lock", partialmethod(Store.lock, 0.1))
    before = snapshot(editing.portal.options.memory)
    with Store(editing.portal.options.memory, "another tool").lock() as held:
        assert held
        beside = editing.portal.build().report
        assert beside.ok
        assert not beside.alone
        assert snapshot(editing.portal.options.memory) == before
    assert editing.portal.outputs == editing.portal.clean(tmp_path / "clean")
    after = editing.portal.build().report
    assert after.alone
    # What the other wrote is known by its bytes.
    assert after.written == ()
    agree(editing, tmp_path / "again", ["again"])


def test_builds_of_several_processes_at_once(tmp_path: Path) -> None:
    """One after the other by the lock, each with what the one before left."""
    editing = Editing(tmp_path / "site", 33)
    editing.portal.build()
    expected = None
    for number in range(3):
        editing.title()
        editing.nested_macro()
        command = [sys.executable, "-m", "generator", "build", "--site", str(editing.folder), "--today", str(TODAY)]
        running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) for _ in range(3)]
        assert [process.wait() for process in running] == [0, 0, 0]
        expected = editing.portal.clean(tmp_path / f"clean {number}")
        assert editing.portal.outputs == expected
        assert editing.portal.build().report.made == ()
    assert expected


def test_two_outputs_at_once(tmp_path: Path) -> None:
    """Of one store: the second waits, or does without."""
    editing = Editing(tmp_path / "site", 34)
    command = [sys.executable, "-m", "generator", "build", "--site", str(editing.folder), "--today", str(TODAY)]
    outs = [tmp_path / "one", tmp_path / "two"]
    for _ in range(2):
        editing.title()
        running = [subprocess.Popen([*command, "--out", out], cwd=ROOT, stdout=subprocess.DEVNULL) for out in outs]
        assert [process.wait() for process in running] == [0, 0]
        assert snapshot(outs[0]) == snapshot(outs[1])
        assert build.build(Portal(editing.folder, out=outs[0]).options).ok
