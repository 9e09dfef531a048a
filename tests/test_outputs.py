"""Output files are written whole, and nothing that is not ours is written over, removed, or reached through a link."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from generator.engine.files import Files, Mark
from generator.engine.outputs import OWNED, ForeignFile, Outputs, check_path
from generator.engine.trace import digest_bytes
from tests.toy import tree


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def built(out: Path, files: dict[str, bytes]) -> list[str]:
    """Put these files in place as one whole build; gives what was removed."""
    outputs = Outputs(out, {})
    assert outputs.claim(files) == []
    for path, data in files.items():
        outputs.write(path, data)
    return outputs.prune(files)


def names(out: Path) -> list[str]:
    return [name for name in tree(out) if name != OWNED]


def test_writing_and_leaving_alone(out: Path) -> None:
    outputs = Outputs(out, {})
    outputs.claim(["a/b/index.html"])
    assert outputs.write("a/b/index.html", b"one")
    before = (out / "a/b/index.html").stat()
    assert not outputs.write("a/b/index.html", b"one")
    assert (out / "a/b/index.html").stat().st_mtime_ns == before.st_mtime_ns
    assert outputs.write("a/b/index.html", b"two")
    assert outputs.write("a/b/index.html", b"three")
    assert tree(out)["a/b/index.html"] == b"three"
    outputs.prune(["a/b/index.html"])
    assert (out / OWNED).read_text().splitlines()[1:] == ["a/b/index.html"]
    assert names(out) == ["a/b/index.html"]


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../x", "a/../../x", "a/..", "./a", "a//b", "a/", "a\\b", "a\nb", "a\0b", "\udcff", OWNED],
)
def test_paths_that_lead_astray_are_refused(path: str, out: Path) -> None:
    outputs = Outputs(out, {})
    for refused in (
        lambda: check_path(path),
        lambda: outputs.claim([path]),
        lambda: outputs.write(path, b""),
        lambda: outputs.verify(path, ""),
    ):
        with pytest.raises(ValueError, match=r"folder|itself"):
            refused()
    assert not out.exists()


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/x", OWNED])
def test_nothing_astray_is_recovered(path: str, out: Path, tmp_path: Path) -> None:
    """Though its bytes are those that the store remembers."""
    built(out, {"a/x": b"", "x": b""})
    (tmp_path / "x").touch()
    outputs = Outputs(out, {})
    outputs.recover({path: digest_bytes((out / path).read_bytes() if path == OWNED else b"")})
    assert outputs.owned == {"a/x", "x"}


def test_verify(out: Path) -> None:
    built(out, {"a/x": b"one"})
    good = digest_bytes(b"one")
    outputs = Outputs(out, {})
    assert outputs.verify("a/x", good) is None
    assert outputs.verify("a/x", digest_bytes(b"two")) == "damaged"
    assert outputs.verify("a/y", good) == "missing"
    assert outputs.verify("a/x/y", good) == "missing"
    assert outputs.verify("a", good) == "damaged"
    (out / "link").symlink_to("a/x")
    assert outputs.verify("link", good) == "damaged"


def test_damages_are_told_of_all_at_once(out: Path) -> None:
    built(out, {"sound": b"1", "other": b"2", "gone": b"3", "folder": b"4", "link": b"1"})
    (out / "other").write_bytes(b"x")
    (out / "gone").unlink()
    (out / "folder").unlink()
    (out / "folder").mkdir()
    (out / "link").unlink()
    (out / "link").symlink_to("sound")
    results = {
        name: digest_bytes(data) for name, data in zip(("sound", "other", "gone"), (b"1", b"2", b"3"), strict=True)
    }
    results |= {"folder": digest_bytes(b"4"), "link": digest_bytes(b"1")}
    damaged = dict.fromkeys(("other", "folder", "link"), "damaged")
    assert Outputs(out, {}).damages(results) == {**damaged, "gone": "missing"}


def settled(out: Path, paths: Iterable[str]) -> dict[str, Mark]:
    """Marks of files that count as old."""
    files = Files({}, lambda: time.time_ns() + 60 * 10**9)
    for path in paths:
        files.digest(path, out / path)
    return files.marks


def test_verify_by_mark_and_no_trust_in_that_of_what_was_just_written(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(out, {"x": b"one"})
    outputs = Outputs(out, {})
    outputs.verify("x", digest_bytes(b"one"))
    assert Files(outputs.marks).known("x", (out / "x").stat()) is None
    marks = settled(out, ["x"])
    monkeypatch.setattr(Files, "read", None)
    marked = Outputs(out, marks)
    assert marked.verify("x", digest_bytes(b"one")) is None
    assert marked.marks == marks


def test_what_was_written_is_expected_without_another_look(out: Path) -> None:
    outputs = Outputs(out, {})
    outputs.claim(["x", "y"])
    for path in ("x", "y"):
        outputs.write(path, b"one")
        outputs.expect(path, digest_bytes(b"one"))
    outputs.prune(["x", "y"])
    assert {path: mark.digest for path, mark in outputs.marks.items()} == dict.fromkeys("xy", digest_bytes(b"one"))
    assert Outputs(out, outputs.marks).intact(1)
    (out / "y").write_bytes(b"two")
    assert not Outputs(out, outputs.marks).intact(1)
    # A mark that is there already stays, as it saves the next reading.
    marks = settled(out, ["x"])
    again = Outputs(out, marks)
    again.verify("x", digest_bytes(b"one"))
    again.expect("x", digest_bytes(b"one"))
    assert again.marks == marks
    again.expect("x", digest_bytes(b"other"))
    assert again.marks["x"].digest == digest_bytes(b"other")


def test_a_foreign_file_is_never_touched(out: Path) -> None:
    out.mkdir()
    (out / "mine.html").write_bytes(b"mine")
    (out / "mine.html.gz").write_bytes(b"packed")
    (out / "same.html").write_bytes(b"same")
    (out / "way").write_bytes(b"in the way")
    before = (out / "mine.html").stat()
    outputs = Outputs(out, {})
    plan = ["mine.html", "same.html", "new.html", "way/x.html"]
    assert outputs.claim(plan) == ["mine.html", "same.html"]
    with pytest.raises(ForeignFile) as caught:
        outputs.write("mine.html", b"ours")
    assert caught.value.path == "mine.html"
    with pytest.raises(ForeignFile):
        outputs.write("way/x.html", b"ours")
    assert not outputs.write("same.html", b"same")
    assert outputs.write("new.html", b"new")
    assert outputs.prune(plan) == []
    assert Outputs(out, {}).owned == {"same.html", "new.html"}
    again = Outputs(out, {})
    assert again.prune([]) == ["new.html", "same.html"]
    assert names(out) == ["mine.html", "mine.html.gz", "way"]
    assert (out / "mine.html").stat().st_mtime_ns == before.st_mtime_ns


def test_a_file_whose_bytes_are_those_of_the_last_build_is_adopted(out: Path) -> None:
    built(out, {"x": b"one", "y": b"one"})
    (out / OWNED).unlink()
    outputs = Outputs(out, {})
    assert outputs.verify("x", digest_bytes(b"one")) is None
    assert outputs.claim(["x", "y"]) == ["y"]
    assert outputs.verify("y", digest_bytes(b"one")) is None
    assert outputs.write("x", b"two")
    assert outputs.write("y", b"two")
    outputs.prune(["x", "y"])
    assert Outputs(out, {}).owned == {"x", "y"}


def test_the_list_is_there_before_anything_is_written(out: Path) -> None:
    """Also where it was lost, and all files in place were known again: the build may be killed at the first of them."""
    built(out, {"x": b"one"})
    (out / OWNED).unlink()
    killed = Outputs(out, {})
    killed.recover({"x": digest_bytes(b"one")})
    assert killed.claim(["x"]) == []
    killed.write("x", b"two")
    after = Outputs(out, {})
    after.recover({"x": digest_bytes(b"one")})
    assert after.claim(["x"]) == []
    assert after.write("x", b"three")


def test_what_a_killed_build_wrote_is_ours(out: Path) -> None:
    built(out, {"old": b"old"})
    killed = Outputs(out, {})
    killed.claim(["new", "never"])
    killed.write("new", b"new")
    after = Outputs(out, {})
    assert after.owned == {"old", "new", "never"}
    assert after.claim(["new"]) == []
    assert after.write("new", b"newer")
    assert after.prune(["new"]) == ["old"]
    assert Outputs(out, {}).owned == {"new"}


def test_killed_during_a_write_leaves_the_old_file(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(out, {"x": b"old"})

    def killed(source: object, goal: object) -> None:
        raise KeyboardInterrupt

    outputs = Outputs(out, {})
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            outputs.write("x", b"new")
    assert tree(out)["x"] == b"old"
    assert names(out) == ["x"]


def test_temporary_files_of_killed_builds_are_swept_up(out: Path) -> None:
    built(out, {"x": b"x"})
    old, young = out / ".portal-0123456789abcdef.tmp", out / ".portal-fedcba9876543210.tmp"
    for file in (old, young, out / ".portal-mine.tmp"):
        file.touch()
    os.utime(old, (0, 0))
    os.utime(out / ".portal-mine.tmp", (0, 0))
    built(out, {"x": b"x"})
    assert names(out) == [".portal-fedcba9876543210.tmp", ".portal-mine.tmp", "x"]


def test_prune_removes_what_is_not_kept_and_empty_folders(out: Path) -> None:
    built(out, {"a/b/c/x": b"", "a/b/y": b"", "d/e/z": b"", "keep": b""})
    (out / "a/b/foreign").touch()
    (out / "empty and foreign").mkdir()
    (out / "a/b/y").unlink()
    assert built(out, {"keep": b""}) == ["a/b/c/x", "d/e/z"]
    assert names(out) == ["a/b/foreign", "keep"]
    assert sorted(path.name for path in out.iterdir()) == [OWNED, "a", "empty and foreign", "keep"]
    assert not (out / "a/b/c").exists()


def test_twins_go_with_their_file(out: Path) -> None:
    built(out, {"x.html": b"one", "y.html": b"y", "same.html": b"same", "t.csv": b"1", "t.csv.gz": b"target"})
    for name in ("x.html", "y.html", "same.html"):
        for suffix in (".gz", ".br", ".zst"):
            (out / (name + suffix)).touch()
    built(out, {"x.html": b"two", "same.html": b"same", "t.csv": b"2", "t.csv.gz": b"target"})
    assert names(out) == ["same.html", "same.html.br", "same.html.gz", "same.html.zst", "t.csv", "t.csv.gz", "x.html"]


def test_a_foreign_target_that_looks_like_a_twin_is_never_touched(out: Path) -> None:
    built(out, {"t.csv": b"1"})
    (out / "t.csv.gz").write_bytes(b"mine")
    outputs = Outputs(out, {})
    assert outputs.claim(["t.csv", "t.csv.gz"]) == ["t.csv.gz"]
    outputs.write("t.csv", b"2")
    assert tree(out)["t.csv.gz"] == b"mine"


def test_leftovers_make_room_for_a_folder_or_a_file(out: Path) -> None:
    built(out, {"a": b"file", "b/c/x": b"", "b/y": b""})
    built(out, {"a/x": b"in a folder", "b": b"file"})
    assert {path: data for path, data in tree(out).items() if path != OWNED} == {"a/x": b"in a folder", "b": b"file"}
    (out / "a/foreign").touch()
    outputs = Outputs(out, {})
    assert outputs.claim(["a"]) == ["a"]
    with pytest.raises(ForeignFile):
        outputs.write("a", b"file")
    assert (out / "a/foreign").exists()


def test_a_plan_with_a_file_as_a_folder_is_refused(out: Path) -> None:
    with pytest.raises(ValueError, match="both as a file and as a folder"):
        Outputs(out, {}).claim(["a", "a/b"])


def test_an_owned_file_that_became_a_link_is_replaced(out: Path, tmp_path: Path) -> None:
    built(out, {"x": b"one", "gone": b"one"})
    outside = tmp_path / "outside"
    outside.write_bytes(b"one")
    for name in ("x", "gone"):
        (out / name).unlink()
        (out / name).symlink_to(outside)
    built(out, {"x": b"one"})
    assert not (out / "x").is_symlink()
    assert names(out) == ["x"]
    assert outside.read_bytes() == b"one"


def test_a_folder_that_became_a_link_is_refused(out: Path, tmp_path: Path) -> None:
    built(out, {"a/b/x": b"one", "a/b/y": b"one", "z": b""})
    (out / "a").rename(tmp_path / "outside")
    (out / "a").symlink_to(tmp_path / "outside")
    outputs = Outputs(out, {})
    with pytest.raises(OSError, match="symbolic link"):
        outputs.write("a/b/x", b"two")
    with pytest.raises(OSError, match="symbolic link"):
        outputs.verify("a/b/x", digest_bytes(b"one"))
    # To look is no harm; what is there may be right.
    assert outputs.damages({"a/b/x": digest_bytes(b"one"), "a/b/y": digest_bytes(b"two")}) == {"a/b/y": "damaged"}
    with pytest.raises(OSError, match="symbolic link"):
        outputs.claim(["a/b/new"])
    assert outputs.prune(["z"]) == []
    assert tree(tmp_path / "outside") == {"b/x": b"one", "b/y": b"one"}


def test_a_root_that_is_a_link_is_followed(out: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    out.symlink_to(tmp_path / "disk")
    built(out, {"a/x": b"one"})
    assert tree(tmp_path / "disk")["a/x"] == b"one"


def test_permissions_are_left_to_the_umask(out: Path) -> None:
    for mask, mode in ((0o022, 0o644), (0o027, 0o640)):
        old = os.umask(mask)
        try:
            built(out, {f"a/{mask}": b""})
        finally:
            os.umask(old)
        assert stat.S_IMODE((out / f"a/{mask}").stat().st_mode) == mode
    assert stat.S_IMODE((out / OWNED).stat().st_mode) == 0o640


@pytest.mark.parametrize("text", ["", "x\n", "not ours\nx\n", "\ufeff# The files\nx\n"])
def test_a_list_that_is_not_ours_means_nothing_is_owned(text: str, out: Path) -> None:
    out.mkdir()
    (out / OWNED).write_text(text)
    assert Outputs(out, {}).owned == frozenset()


def test_a_list_cannot_lead_out_of_the_folder(out: Path, tmp_path: Path) -> None:
    built(out, {"x": b""})
    (tmp_path / "outside").touch()
    with (out / OWNED).open("a") as file:
        file.write(f"../outside\n{tmp_path}/outside\n\n{OWNED}\n")
    assert Outputs(out, {}).owned == {"x"}
    assert Outputs(out, {}).prune([]) == ["x"]
    assert (tmp_path / "outside").exists()
    assert (out / OWNED).exists()
