"""Values in one long file: each comes back as it was kept or not at all, and then the source is read again."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from generator import build as conductor
from generator.engine import rebuild
from generator.engine.blobs import Blobs, Ref
from generator.engine.files import Files
from generator.model import library, records
from tests.plain_templates import TEMPLATES
from tests.portal import Portal, snapshot

VALUES = [b"one", bytes(range(256)), "页".encode() * 100, b"one"]


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Blobs, list[Ref]]:
    blobs = Blobs(tmp_path)
    return blobs, [blobs.append(value) for value in VALUES]


def read(blobs: Blobs, refs: Sequence[Ref]) -> list[bytes | None]:
    return [blobs.read(ref) for ref in refs]


def file_of(blobs: Blobs, folder: Path) -> Path:
    return folder / blobs.state[0]


def test_what_was_kept_is_read_now_and_by_the_next_build(kept: tuple[Blobs, list[Ref]], tmp_path: Path) -> None:
    blobs, refs = kept
    assert read(blobs, refs) == VALUES
    assert blobs.state[1] == file_of(blobs, tmp_path).stat().st_size == sum(map(len, VALUES))
    blobs.close()
    again = Blobs(tmp_path, *blobs.state)
    more = again.append(b"more")
    assert read(again, [*refs, more]) == [*VALUES, b"more"]
    again.close()
    again.close()
    assert again.read(more) == b"more"


def test_damage_of_any_byte_is_found_out(kept: tuple[Blobs, list[Ref]], tmp_path: Path) -> None:
    blobs, refs = kept
    data = file_of(blobs, tmp_path).read_bytes()
    chance = random.Random(1)
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= chance.randrange(1, 256)
        file_of(blobs, tmp_path).write_bytes(changed)
        expected = [
            None if ref.offset <= place < ref.offset + ref.length else value
            for ref, value in zip(refs, VALUES, strict=True)
        ]
        assert read(Blobs(tmp_path, *blobs.state), refs) == expected, place


def test_every_truncation_loses_what_it_cuts(kept: tuple[Blobs, list[Ref]], tmp_path: Path) -> None:
    blobs, refs = kept
    data = file_of(blobs, tmp_path).read_bytes()
    for length in range(0, len(data), 7):
        file_of(blobs, tmp_path).write_bytes(data[:length])
        expected = [
            value if ref.offset + ref.length <= length else None for ref, value in zip(refs, VALUES, strict=True)
        ]
        cut = Blobs(tmp_path, *blobs.state)
        assert read(cut, refs) == expected, length
        # What is added stands where it would have stood, so that no two references ever overlap.
        assert cut.read(cut.append(b"more")) == b"more"
        assert read(cut, refs) == expected, length


def test_a_file_that_vanished(kept: tuple[Blobs, list[Ref]], tmp_path: Path) -> None:
    blobs, refs = kept
    file_of(blobs, tmp_path).unlink()
    again = Blobs(tmp_path, *blobs.state)
    assert read(again, refs) == [None] * len(VALUES)
    more = again.append(b"more")
    again.close()
    assert Blobs(tmp_path, *again.state).read(more) == b"more"


def test_the_tail_of_a_killed_build_is_written_over(kept: tuple[Blobs, list[Ref]], tmp_path: Path) -> None:
    blobs, refs = kept
    saved = blobs.state
    killed = Blobs(tmp_path, *saved)
    lost = killed.append(b"of a build that was killed before it saved")
    after = Blobs(tmp_path, *saved)
    more = after.append(b"of the next")
    assert read(after, [*refs, more, lost]) == [*VALUES, b"of the next", None]


def test_without_a_folder_or_where_none_can_be_values_stay_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (None, tmp_path / "file/below"):
        blobs = Blobs(folder)
        refs = [blobs.append(value) for value in VALUES]
        assert read(blobs, refs) == VALUES
        assert blobs.renew(refs) is None
        blobs.sweep()
        blobs.close()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_is_added_aside_reaches_no_file(kept: tuple[Blobs, list[Ref]], tmp_path: Path) -> None:
    blobs, refs = kept
    before = file_of(blobs, tmp_path).read_bytes()
    aside = blobs.aside()
    more = aside.append(b"aside")
    further = aside.aside()
    assert read(further, [*refs, more, further.append(b"further")]) == [*VALUES, b"aside", b"further"]
    assert blobs.read(more) is None
    assert file_of(blobs, tmp_path).read_bytes() == before
    assert blobs.read(blobs.append(b"own")) == b"own"
    assert aside.read(more) == b"aside"


# Renewal

LARGE = os.urandom(300_000)


def test_a_file_of_which_most_is_garbage_is_renewed(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    refs = [blobs.append(LARGE[number:]) for number in range(9)]
    assert blobs.renew(refs) is None
    used = [refs[4], refs[1]]
    old = blobs.state
    moved = blobs.renew(used)
    assert moved is not None
    assert moved.keys() == {*used}
    assert read(blobs, [moved[ref] for ref in used]) == [LARGE[4:], LARGE[1:]]
    assert blobs.state[1] == 2 * len(LARGE) - 5
    # The old file serves the old store, until the new one is saved.
    assert read(Blobs(tmp_path, *old), refs) == [LARGE[number:] for number in range(9)]
    (tmp_path / "store").touch()
    blobs.sweep()
    assert {path.name for path in tmp_path.iterdir()} == {"store", blobs.state[0]}
    assert Blobs(tmp_path, *blobs.state).read(moved[refs[4]]) == LARGE[4:]


def test_nothing_is_renewed_that_cannot_be_read(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    refs = [blobs.append(LARGE[number:]) for number in range(9)]
    with file_of(blobs, tmp_path).open("r+b") as file:
        file.write(b"damage")
    state = blobs.state
    assert blobs.renew(refs[:1]) is None
    assert blobs.state == state
    assert blobs.read(refs[2]) == LARGE[2:]
    blobs.sweep()
    assert [path.name for path in tmp_path.iterdir()] == [state[0]]


# In a build

NEWS = "---\ntitle: 标题{0}\ndate: 2026-11-0{0} 08:00\ncolumn: 通知公告\nsource: 测试\n---\n正文{0}\n"


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    files = {f"templates/{name}": text for name, text in TEMPLATES.items()}
    portal = Portal.of(tmp_path / "site", files | {f"content/news/n{n}.md": NEWS.format(n) for n in range(1, 6)})
    assert portal.build().report.ok
    return portal


def values(portal: Portal) -> list[Path]:
    return sorted(portal.options.memory.glob("values-*"))


def right(portal: Portal, folder: Path) -> None:
    """After a change for which every page is made again, each is as a build from nothing makes it."""
    portal.edit({"templates/inner.html": f"{{% macro mark(text) %}}<b>{folder.name}</b>{{{{ text }}}}{{% endmacro %}}"})
    assert len(portal.build().report.made) > 10
    assert portal.outputs == portal.clean(folder)
    portal.build().made_nothing()


def damaged(file: Path) -> None:
    file.write_bytes(bytes(255 - byte for byte in file.read_bytes()))


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def vanished(file: Path) -> None:
    file.unlink()


def made_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def of_another_site(file: Path) -> None:
    file.write_bytes(os.urandom(len(file.read_bytes())))


@pytest.mark.parametrize(
    "harm", [damaged, emptied, vanished, made_a_folder, of_another_site], ids=lambda harm: harm.__name__
)
def test_damage_costs_time_and_nothing_else(harm: Callable[[Path], None], portal: Portal, tmp_path: Path) -> None:
    (file,) = values(portal)
    harm(file)
    portal.build().made_nothing()
    right(portal, tmp_path / "one")
    # An entry that was edited is kept beside what is damaged.
    portal.replace("content/news/n3.md", "正文3", "另一个正文")
    assert portal.build().report.made == ("news/n3/index.html",)
    right(portal, tmp_path / "two")


def test_any_byte_of_the_values(portal: Portal, tmp_path: Path) -> None:
    (file,) = values(portal)
    data = file.read_bytes()
    chance = random.Random(1)
    for number, place in enumerate(chance.sample(range(len(data)), 8)):
        changed = bytearray(file.read_bytes())
        changed[place] ^= 1
        file.write_bytes(changed)
        right(portal, tmp_path / str(number))


def test_a_record_is_decoded_anew_only_if_it_is_damaged(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[str] = []
    real = records.decode

    def decode(path: str, *given: object) -> object:
        decoded.append(path)
        return real(path, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(records, "decode", decode)
    portal.edit({"templates/entries/news.html": TEMPLATES["entries/news.html"] + "!"})
    portal.build()
    assert decoded == []
    damaged(values(portal)[0])
    portal.edit({"templates/entries/news.html": TEMPLATES["entries/news.html"] + "?"})
    portal.build()
    assert {*decoded} == {f"content/news/n{number}.md" for number in range(1, 6)}


def test_a_source_that_changes_after_its_record_was_lost(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between planning and making: its page fails with a message, and the next build is right."""
    damaged(values(portal)[0])
    real = rebuild.decide

    def decide(*given: object) -> object:
        portal.edit({"content/news/n3.md": NEWS.format(4)})
        return real(*given)  # type: ignore[arg-type]

    portal.edit({"templates/entries/news.html": TEMPLATES["entries/news.html"] + "!"})
    with monkeypatch.context() as patch:
        patch.setattr(rebuild, "decide", decide)
        assert "B003" in portal.build().codes()
    assert portal.build().report.ok
    assert "标题4" in portal.text("news/n3/index.html")


def test_a_place_is_known_as_long_as_the_source_is_the_same(portal: Portal) -> None:
    """Another source has other places: then a message names the file alone."""
    books = library.read(portal.folder, Files({}))
    record = books.record("news/n3")
    assert str(record.place("title")) == "content/news/n3.md:2:8"
    portal.edit({"content/news/n4.md": "\n" + NEWS.format(4)})
    (portal.folder / "content/news/n5.md").unlink()
    assert [str(books.record(f"news/n{number}").place("title")) for number in (4, 5)] == [
        "content/news/n4.md",
        "content/news/n5.md",
    ]


def test_a_build_killed_before_it_saves(portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*given: object) -> None:
        raise KeyboardInterrupt

    portal.edit({"content/news/n1.md": NEWS.format(1) + "很长" * 500})
    with monkeypatch.context() as patch:
        patch.setattr(conductor, "_remember", killed)
        with pytest.raises(KeyboardInterrupt):
            portal.build()
    portal.edit({"content/news/n1.md": NEWS.format(1), "content/news/n2.md": NEWS.format(2) + "另外" * 300})
    portal.build()
    assert portal.outputs == portal.clean(tmp_path / "clean")
    right(portal, tmp_path / "whole")


def test_a_site_that_is_edited_often_keeps_one_file_of_moderate_size(portal: Portal, tmp_path: Path) -> None:
    names = set()
    for number in range(20):
        portal.edit({"content/news/n1.md": NEWS.format(1) + f"{number} 很长" * 10_000})
        assert portal.build().report.ok
        (file,) = values(portal)
        names.add(file.name)
        assert file.stat().st_size < 2_000_000
    assert len(names) > 1
    assert portal.outputs == portal.clean(tmp_path / "clean")
    right(portal, tmp_path / "whole")


def test_a_renewal_that_is_not_saved_leaves_the_old_store_whole(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    real = Blobs.renew
    monkeypatch.setattr(Blobs, "renew", lambda blobs, refs: real(_much(blobs), refs))
    with monkeypatch.context() as patch:
        patch.setattr("generator.engine.store.Store.save", full)
        portal.replace("content/news/n3.md", "正文3", "另一个正文")
        assert portal.build().codes() == ["B004"]
    assert len(values(portal)) == 2
    right(portal, tmp_path / "one")
    assert len(values(portal)) == 1
    right(portal, tmp_path / "two")


def _much(blobs: Blobs) -> Blobs:
    """The same values, as if most of the file were garbage."""
    blobs._end += 10_000_000
    return blobs


def test_one_store_for_several_outputs(portal: Portal, tmp_path: Path) -> None:
    """Each is as it should be, in whatever order they are built, and the records are kept once."""
    second = tmp_path / "second"
    for number in range(3):
        portal.replace("content/news/n1.md", f"正文{number or 1}", f"正文{number + 1}")
        assert portal.build(out=second).report.ok
        assert portal.build(out=second).report.made == ()
        portal.build()
        expected = portal.clean(tmp_path / f"clean {number}")
        assert portal.outputs == expected
        assert snapshot(second) == expected
        assert len(values(portal)) == 1
