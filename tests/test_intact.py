"""One look tells whether the output folder is as the last build left it: as much as is needed, and no more."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.engine.files import Files, Mark
from generator.engine.outputs import HEADER, OWNED, Outputs, check_path
from generator.engine.trace import digest_bytes

FILES = {"index.html": b"home", "a/index.html": b"one", "a/b/index.html": b"two", "a/b/x.txt": b"three"}


def built(out: Path, files: dict[str, bytes], seconds: float = 60) -> dict[str, Mark]:
    """A whole build that left these files; its marks, taken so many seconds after."""
    outputs = Outputs(out, {})
    outputs.claim(files)
    for path, data in files.items():
        outputs.write(path, data)
    outputs.prune(files)
    marks = Files({}, lambda: time.time_ns() + int(seconds * 1e9))
    for path in files:
        marks.digest(path, out / path)
    return marks.marks


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def marks(out: Path) -> dict[str, Mark]:
    return built(out, FILES)


def test_what_was_left_alone_is_intact(out: Path, marks: dict[str, Mark]) -> None:
    outputs = Outputs(out, marks)
    assert outputs.intact(1)
    assert outputs.marks == marks


def test_no_file_is_read_whose_mark_fits(out: Path, marks: dict[str, Mark], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.engine.files.look", None)
    assert Outputs(out, marks).intact(1)


def same_bytes(out: Path) -> None:
    (out / "a/index.html").write_bytes(b"one")


def touched(out: Path) -> None:
    os.utime(out / "a/index.html", (0, 0))


def copied(out: Path) -> None:
    """As a cache of CI brings it back: every file is another one with other times."""
    for path, data in FILES.items():
        (out / path).unlink()
        (out / path).write_bytes(data)


def foreign_file(out: Path) -> None:
    (out / "a/mine.html").touch()


def twin(out: Path) -> None:
    (out / "a/index.html.gz").write_bytes(b"packed")


def temporary_file(out: Path) -> None:
    (out / ".portal-0123456789abcdef.tmp").touch()


def whole_folder_moved_away_and_back(out: Path) -> None:
    out.rename(out.with_name("elsewhere"))
    out.with_name("elsewhere").rename(out)


@pytest.mark.parametrize(
    "change",
    [same_bytes, touched, copied, foreign_file, twin, temporary_file, whole_folder_moved_away_and_back],
    ids=lambda change: change.__name__,
)
def test_intact_after(change: Callable[[Path], None], out: Path, marks: dict[str, Mark]) -> None:
    change(out)
    outputs = Outputs(out, marks)
    assert outputs.intact(1)
    # What was looked at again need not be next time, as soon as it is old enough.
    assert {path: mark.digest for path, mark in outputs.marks.items()} == {
        path: mark.digest for path, mark in marks.items()
    }


def edited(out: Path) -> None:
    (out / "a/index.html").write_bytes(b"1ne")


def edited_with_its_times_set_back(out: Path) -> None:
    before = (out / "a/index.html").stat()
    while (out / "a/index.html").stat().st_ctime_ns == before.st_ctime_ns:
        (out / "a/index.html").write_bytes(b"1ne")
        os.utime(out / "a/index.html", ns=(before.st_atime_ns, before.st_mtime_ns))


def deleted(out: Path) -> None:
    (out / "a/b/index.html").unlink()


def folder_deleted(out: Path) -> None:
    (out / "a/b/index.html").unlink()
    (out / "a/b/x.txt").unlink()
    (out / "a/b").rmdir()


def file_for_a_folder(out: Path) -> None:
    folder_deleted(out)
    (out / "a/b").touch()


def folder_for_a_file(out: Path) -> None:
    (out / "index.html").unlink()
    (out / "index.html").mkdir()


def link_for_a_file(out: Path) -> None:
    (out / "elsewhere").write_bytes(b"home")
    (out / "index.html").unlink()
    (out / "index.html").symlink_to("elsewhere")


def exchanged(out: Path) -> None:
    (out / "index.html").rename(out / "x")
    (out / "a/index.html").rename(out / "index.html")
    (out / "x").rename(out / "a/index.html")


def list_lost(out: Path) -> None:
    (out / OWNED).unlink()


def list_longer(out: Path) -> None:
    with (out / OWNED).open("a") as file:
        file.write("withdrawn/index.html\n")


def list_shorter(out: Path) -> None:
    lines = (out / OWNED).read_text().splitlines(keepends=True)
    (out / OWNED).write_text("".join(lines[:-1]))


def gone(out: Path) -> None:
    out.rename(out.with_name("elsewhere"))


@pytest.mark.parametrize(
    "change",
    [
        edited, edited_with_its_times_set_back, deleted, folder_deleted, file_for_a_folder, folder_for_a_file,
        link_for_a_file, exchanged, list_lost, list_longer, list_shorter, gone,
    ],
    ids=lambda change: change.__name__,
)  # fmt: skip
def test_not_intact_after(change: Callable[[Path], None], out: Path, marks: dict[str, Mark]) -> None:
    change(out)
    assert not Outputs(out, marks).intact(1)


def test_other_files_than_those_of_the_last_build(out: Path, marks: dict[str, Mark]) -> None:
    assert not Outputs(out, {path: mark for path, mark in marks.items() if path != "index.html"}).intact(1)
    assert not Outputs(out, {**marks, "x": marks["index.html"]}).intact(1)
    assert not Outputs(out, {}).intact(1)
    # Nothing at all was built, and nothing is there.
    assert Outputs(out.with_name("nothing"), {}).intact(1)


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.forks)])
def test_many_files_that_must_be_read(jobs: int, out: Path) -> None:
    """By several processes, and the marks come back to this one."""
    files = {f"{number}/index.html": str(number).encode() for number in range(150)}
    young = {path: Mark(-1, 0, 0, 0, digest_bytes(data)) for path, data in files.items()}
    built(out, files)
    outputs = Outputs(out, young)
    assert outputs.intact(jobs)
    assert {path: mark.digest for path, mark in outputs.marks.items()} == {p: mark.digest for p, mark in young.items()}
    (out / "149/index.html").write_bytes(b"941")
    assert not Outputs(out, young).intact(jobs)


def test_a_look_sweeps_up_what_killed_builds_left(out: Path, marks: dict[str, Mark]) -> None:
    temporary_file(out)
    os.utime(out / ".portal-0123456789abcdef.tmp", (0, 0))
    assert Outputs(out, marks).intact(1)
    assert not (out / ".portal-0123456789abcdef.tmp").exists()


parts = st.text(st.sampled_from("ab./\\ \t\x00\x7f页-~"), max_size=8)
lines = st.one_of(parts, parts, st.sampled_from([OWNED, ".portal-0123456789abcdef.tmp", ".portal-mine", "a/b"]))


@given(st.lists(lines, max_size=6))
def test_a_list_holds_the_lines_that_are_paths(tmp_path_factory: pytest.TempPathFactory, written: list[str]) -> None:
    """It is looked at as a whole for the sake of speed: as if each line were."""

    def fit(line: str) -> bool:
        try:
            check_path(line)
        except ValueError:
            return False
        return True

    out = tmp_path_factory.mktemp("out")
    (out / OWNED).write_bytes("\n".join([HEADER, *written, ""]).encode())
    assert Outputs(out, {}).owned == {line for line in written if fit(line)}
