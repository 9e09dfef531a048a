"""A file's digest is that of its content now, whatever its times say; and nothing outside the folder is read."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.engine import files as module
from generator.engine.files import SETTLED, Files, Mark, Problem, hidden, scan
from generator.engine.trace import digest_bytes

Reads = list[str]


def later(seconds: float = 60) -> Callable[[], int]:
    """A clock that is ahead, so that files just written count as old."""
    return lambda: time.time_ns() + int(seconds * 1e9)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """The names of files that were really read."""
    log: Reads = []
    real = module.look

    def look(path: Path | str, clock: Callable[[], int] = time.time_ns) -> tuple[bytes, Mark]:
        log.append(os.path.basename(path))
        return real(path, clock)

    monkeypatch.setattr(module, "look", look)
    return log


def trusted(files: Files, key: str, path: Path) -> bool:
    """Whether the next build would take the file's digest from its mark. It has the mark in any case."""
    return Files(files.marks).known(key, path.stat()) is not None


def test_a_mark_saves_the_reading(tmp_path: Path, reads: Reads) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    first = Files({}, later())
    assert first.digest("key", file) == digest_bytes(b"one")
    assert list(first.marks) == ["key"]
    second = Files(first.marks)
    assert second.digest("key", file) == digest_bytes(b"one")
    assert reads == ["a"]
    assert second.marks == first.marks


def test_marks_of_files_not_asked_for_are_dropped(tmp_path: Path) -> None:
    assert Files({"gone": Mark(1, 2, 3, 4, "d")}).marks == {}


def test_a_change_of_same_size_with_its_time_set_back_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    before = file.stat()
    files = Files({}, later())
    files.digest("a", file)
    assert files.marks
    # Until the clock of the file system has moved on.
    while os.stat(file).st_ctime_ns == before.st_ctime_ns:
        file.write_bytes(b"two")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert Files(files.marks).digest("a", file) == digest_bytes(b"two")


def test_another_file_of_same_size_and_times_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    status = file.stat()
    wrong = Mark(3, status.st_mtime_ns, status.st_ctime_ns, status.st_ino + 1, "wrong")
    assert Files({"a": wrong}).digest("a", file) == digest_bytes(b"one")


def test_the_mark_of_a_file_just_changed_is_not_trusted(tmp_path: Path, reads: Reads) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    young = Files({})
    young.digest("a", file)
    assert not trusted(young, "a", file)
    assert Files(young.marks).expected("a") == young.marked("a") == digest_bytes(b"one")
    changed = file.stat().st_ctime_ns
    for age, marked in ((0, False), (SETTLED, False), (SETTLED + 1, True), (-(10**12), False)):
        files = Files({}, lambda age=age: changed + age)
        files.digest("a", file)
        assert trusted(files, "a", file) == marked, age
    # Only the time of the change counts as young: an old mtime is easily had.
    os.utime(file, ns=(0, 0))
    files = Files({})
    files.digest("a", file)
    assert not trusted(files, "a", file)
    assert len(reads) == 6


def test_the_mark_of_a_file_that_changes_while_it_is_read_is_not_trusted(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")

    before = file.stat().st_ctime_ns

    def clock() -> int:
        # Comes between the first look and the reading; again until the clock of the file system has moved on.
        while file.stat().st_ctime_ns == before:
            file.write_bytes(b"two")
        return later()()

    files = Files({}, clock)
    assert files.read("a", file) == (b"two", digest_bytes(b"two"))
    assert not trusted(files, "a", file)


def test_a_vanished_file_and_one_that_is_none(tmp_path: Path) -> None:
    files = Files({})
    with pytest.raises(FileNotFoundError):
        files.digest("a", tmp_path / "a")
    with pytest.raises(OSError, match="not a regular file"):
        files.digest("folder", tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        files.digest("pipe", tmp_path / "pipe")
    assert files.marks == {}


def test_a_mark_that_fits_gives_the_digest_without_reading(tmp_path: Path, reads: Reads) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    first = Files({}, later())
    first.digest("a", file)
    second = Files(first.marks)
    assert list(second.before()) == ["a"]
    assert second.expected("a") == digest_bytes(b"one")
    assert second.marked("a") is None
    assert second.known("a", file.stat()) == digest_bytes(b"one")
    assert second.marked("a") == digest_bytes(b"one")
    assert second.known("b", file.stat()) is None
    os.utime(file, ns=(0, 0))
    assert second.known("a", file.stat()) is None
    assert second.expected("b") is None
    assert reads == ["a"]


@pytest.mark.parametrize("count", [3, pytest.param(200, marks=pytest.mark.forks)])
def test_many_files_are_read_again_and_what_is_gone_is_left_out(count: int, tmp_path: Path) -> None:
    """By several processes where they are many; the marks come back to this one."""
    paths = {f"key {number}": str(tmp_path / str(number)) for number in range(count)}
    for number, path in enumerate(paths.values()):
        Path(path).write_bytes(str(number).encode())
    (tmp_path / "folder").mkdir()
    files = Files({})
    found = dict(files.read_again({**paths, "gone": str(tmp_path / "x"), "no file": str(tmp_path / "folder")}, 2))
    assert found == {f"key {number}": digest_bytes(str(number).encode()) for number in range(count)}
    assert files.marks.keys() == found.keys()


def test_a_mark_that_was_taken_elsewhere_counts(tmp_path: Path) -> None:
    files = Files({})
    files.took("a", Mark(1, 2, 3, 4, "digest"))
    assert files.marked("a") == "digest"
    assert files.marks == {"a": Mark(1, 2, 3, 4, "digest")}


# Scanning


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for name in ("b.md", "a/z.md", "a-b/中文.md", "a/deep/er/x.yaml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    (tmp_path / "secret").write_text("secret")
    return root


def test_scan_lists_files_sorted(folder: Path) -> None:
    found = scan(folder)
    assert list(found.files) == ["a-b/中文.md", "a/deep/er/x.yaml", "a/z.md", "b.md"]
    assert found.problems == []
    assert found.files["b.md"].st_size == 4


def test_hidden_names_and_leftovers_are_skipped(folder: Path) -> None:
    names = [".git", "b.md~", ".b.md.swp", "c.swp", "#b.md#", "4913"]
    assert all(hidden(name) for name in names)
    assert not any(hidden(name) for name in ("b.md", "#b", "49130", "a.b"))
    for name in names:
        (folder / name).touch()
    (folder / ".drafts").mkdir()
    (folder / ".drafts/x.md").touch()
    assert len(scan(folder).files) == 4
    assert ".drafts/x.md" in scan(folder, skip=lambda name: False).files


def test_links_are_read_only_if_they_lead_to_a_file_inside(folder: Path) -> None:
    (folder / ".hidden").write_text("hidden")
    links = {
        "fine.md": "a/z.md",
        "fine-absolute.md": folder / "b.md",
        "fine-twice.md": "fine.md",
        "outside.md": "../secret",
        "outside-folder": "..",
        "outside-hidden.md": ".hidden",
        "broken.md": "nowhere",
        "loop.md": "loop.md",
        "folder": "a",
        "self": ".",
    }
    for name, goal in links.items():
        (folder / name).symlink_to(goal)
    found = scan(folder)
    assert [name for name in found.files if name in links] == ["fine-absolute.md", "fine-twice.md", "fine.md"]
    assert found.files["fine.md"].st_ino == (folder / "a/z.md").stat().st_ino
    assert found.problems == [
        Problem("broken.md", "link-broken"),
        Problem("folder", "link-folder"),
        Problem("loop.md", "link-loop"),
        Problem("outside-folder", "link-outside"),
        Problem("outside-hidden.md", "link-outside"),
        Problem("outside.md", "link-outside"),
        Problem("self", "link-folder"),
    ]


def test_a_sibling_with_the_same_beginning_is_outside(folder: Path) -> None:
    sibling = folder.with_name("root-2")
    sibling.mkdir()
    (sibling / "x.md").touch()
    (folder / "x.md").symlink_to(sibling / "x.md")
    assert scan(folder).problems == [Problem("x.md", "link-outside")]


def test_a_root_that_is_a_link_is_followed(folder: Path) -> None:
    link = folder.with_name("link")
    link.symlink_to(folder)
    (folder / "fine.md").symlink_to("b.md")
    assert list(scan(link).files) == list(scan(folder).files)
    assert len(scan(link).files) == 5


def test_what_is_no_file_and_names_that_are_no_address(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "a\\b.md").touch()
    (folder / "line\nbreak.md").touch()
    with open(os.fsencode(folder) + b"/\xff.md", "wb"):
        pass
    found = scan(folder)
    assert len(found.files) == 4
    assert found.problems == [
        Problem("\\udcff.md", "name"),
        Problem("a\\b.md", "name"),
        Problem("line\\nbreak.md", "name"),
        Problem("pipe", "special"),
    ]
    for problem in found.problems:
        problem.path.encode()


def test_a_folder_that_cannot_be_listed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def refused(path: str) -> object:
        if path.rstrip("/").endswith("deep"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refused)
    found = scan(folder)
    assert found.problems == [Problem("a/deep", "unreadable")]
    assert list(found.files) == ["a-b/中文.md", "a/z.md", "b.md"]


def test_a_folder_is_listed_once_in_a_build(folder: Path) -> None:
    files = Files({})
    first = files.scan(folder)
    (folder / "new.md").touch()
    (folder / ".hidden").touch()
    assert files.scan(folder) is first
    assert "new.md" in Files({}).scan(folder).files
    # With other names left out it is another list.
    assert files.scan(folder, lambda name: name == "b.md").files.keys() == {*first.files, ".hidden", "new.md"} - {
        "b.md"
    }


def test_an_absent_root(tmp_path: Path) -> None:
    assert scan(tmp_path / "nowhere").problems == [Problem(".", "unreadable")]
