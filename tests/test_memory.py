"""What a build leaves for the next: parts that may each be lost, and then the next build is slower and as right."""

from __future__ import annotations

from itertools import chain, combinations
from pathlib import Path

import msgspec
import pytest

from generator.engine import files
from generator.engine.graph import Graph
from generator.engine.store import Store
from generator.memory import Memory, State, tool
from generator.model.library import Indexed
from tests.compiling import compile_once
from tests.edits import Editing
from tests.test_incremental import check

NAMES = ("state", "files", "graph")
SUBSETS = list(chain.from_iterable(combinations(NAMES, count) for count in range(1, 4)))


@pytest.fixture
def editing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editing:
    """A site that was built, and edited since."""
    monkeypatch.setattr(files, "SETTLED", 20_000_000)
    compile_once(monkeypatch)
    editing = Editing(tmp_path / "site", 5)
    editing.portal.build(today=editing.today)
    return editing


def store(editing: Editing) -> Store:
    return Store(editing.portal.options.memory, tool())


def left(editing: Editing) -> dict[str, bytes]:
    """The parts that the last build left."""
    parts = store(editing).load()
    found = {name: parts.get(name) for name in NAMES}
    assert None not in found.values()
    return {name: data for name, data in found.items() if data is not None}


def test_each_part_comes_back(editing: Editing) -> None:
    memory = Memory(store(editing).load(), editing.portal.options.memory)
    assert memory.state.complete
    assert memory.state.options == (None, False, editing.today)
    assert memory.state.outputs.keys() == editing.portal.outputs.keys() - {".portal-owned"}
    assert memory.graph.made.keys() == memory.state.outputs.keys()
    assert {f"content/{page.path.removeprefix('content/')}" for page in editing.pages.values()} < memory.files.keys()
    assert all(memory.blobs.read(one.ref) for one in memory.files.values())
    # What is not given stays as it is, to the byte.
    assert memory.parts(memory.state) == left(editing)


def test_without_parts_everything_is_empty() -> None:
    memory = Memory()
    assert memory.state == State()
    assert memory.files == {}
    assert memory.graph.queries == []
    assert memory.blobs.state == ("", 0)
    assert memory.parts(State()).keys() == {"state"}


@pytest.mark.parametrize(
    "data", [b"", b"\xc1", msgspec.msgpack.encode({"content/news/a.md": 1}), msgspec.msgpack.encode([1, 2, 3])]
)
def test_a_part_that_makes_no_sense_is_as_if_it_were_absent(data: bytes, tmp_path: Path) -> None:
    parts = Store(tmp_path, "tool").save(dict.fromkeys(NAMES, data))
    memory = Memory(parts, tmp_path)  # well kept, and none of our parts
    assert memory.state == State()
    assert memory.files == {}
    assert isinstance(memory.graph, Graph)
    assert memory.graph.queries == []


@pytest.mark.parametrize("lost", SUBSETS, ids="+".join)
def test_any_part_may_be_lost(lost: tuple[str, ...], editing: Editing, tmp_path: Path) -> None:
    """Before an edit and without one; gone, or well kept and senseless."""
    for number, data in enumerate((None, b"\xc1")):
        for step, edit in enumerate((editing.title, editing.body, lambda: None)):
            editing.tag()
            editing.portal.build(today=editing.today)
            parts: dict[str, bytes | None] = {**left(editing), **dict.fromkeys(lost, data)}
            store(editing).save({name: part for name, part in parts.items() if part is not None})
            edit()
            check(editing, tmp_path / f"clean {number} {step}", [*lost])


def test_a_part_that_is_damaged_is_found_out_by_its_checksum(editing: Editing, tmp_path: Path) -> None:
    path = editing.portal.options.memory / "store"
    for number, name in enumerate(NAMES):
        data = path.read_bytes()
        part = left(editing)[name]
        place = data.index(part) + len(part) // 2
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        parts = store(editing).load()
        assert {one for one in NAMES if parts.get(one) is None} == {name}
        editing.title()
        check(editing, tmp_path / f"clean {number}", [name])


def test_the_references_move_with_the_values(editing: Editing, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the file of values is renewed, what is saved names the places in the new one."""
    folder = editing.portal.options.memory
    memory = Memory(store(editing).load(), folder)
    before = {path: memory.blobs.read(one.ref) for path, one in memory.files.items()}
    memory.blobs._end += 10_000_000
    parts = Memory(store(editing).save(memory.parts(memory.state, files=memory.files)), folder)
    assert parts.state.values != memory.state.values
    assert parts.state.values[1] == sum(len(value or b"") for value in before.values())
    assert {path: parts.blobs.read(one.ref) for path, one in parts.files.items()} == before
    kept = {path: msgspec.structs.replace(one, ref=memory.files[path].ref) for path, one in parts.files.items()}
    assert kept == memory.files
    assert all(isinstance(one, Indexed) for one in kept.values())


def test_a_store_that_is_replaced_between_two_parts(editing: Editing, tmp_path: Path) -> None:
    """Whoever reads without the lock, as `portal explain` does, gets nothing rather than a part of another build."""
    memory = Memory(store(editing).load(), editing.portal.options.memory)
    assert memory.state.complete
    editing.add()
    editing.portal.build(today=editing.today)
    now = Memory(store(editing).load(), editing.portal.options.memory)
    assert memory.graph.made.keys() in (set(), now.graph.made.keys())
