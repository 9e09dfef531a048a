"""The store is whole and ours, or it is not used: no damage to it makes an error or a wrong answer."""

from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from generator.engine import store as module
from generator.engine.store import Parts, Store

ROOT = Path(__file__).parent.parent
PARTS = {"state": b"of the files", "files": b"f", "graph": bytes(range(256)), "values": "页".encode() * 40}


def got(parts: Parts) -> dict[str, bytes]:
    """The parts that are there and sound."""
    found = {name: parts.get(name) for name in PARTS}
    return {name: data for name, data in found.items() if data is not None}


def loaded(folder: Path) -> dict[str, bytes]:
    return got(Store(folder, "tool").load())


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    parts = Store(tmp_path, "tool").save(PARTS)
    assert got(parts) == loaded(tmp_path) == PARTS
    return tmp_path / "store"


def start_of_parts(file: Path) -> int:
    """Where the table ends and the parts begin."""
    return file.stat().st_size - sum(map(len, PARTS.values()))


def test_a_part_that_was_never_saved_is_absent(saved: Path) -> None:
    parts = Store(saved.parent, "tool").load()
    assert parts
    assert parts.get("nothing") is None
    assert not Parts()
    assert Parts().get("state") is None


def test_absent_or_unreadable_is_empty(tmp_path: Path) -> None:
    assert not Store(tmp_path / "nowhere", "tool").load()
    (tmp_path / "store").mkdir()
    assert not Store(tmp_path, "tool").load()


def test_every_truncation_loses_what_it_cuts_and_nothing_else(saved: Path) -> None:
    data = saved.read_bytes()
    start = start_of_parts(saved)
    assert start > 100
    for length in range(len(data)):
        saved.write_bytes(data[:length])
        end = start
        whole = {}
        for name, part in PARTS.items():
            end += len(part)
            if end <= length:
                whole[name] = part
        assert loaded(saved.parent) == (whole if length >= start else {}), length
    saved.write_bytes(data + b"\0")
    assert loaded(saved.parent) == PARTS
    saved.write_bytes(data)
    assert loaded(saved.parent) == PARTS


def test_every_changed_byte_loses_the_part_in_which_it_is(saved: Path) -> None:
    data = saved.read_bytes()
    start = start_of_parts(saved)
    chance = random.Random(1)
    owners = [name for name, part in PARTS.items() for _ in part]
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= chance.randrange(1, 256)
        saved.write_bytes(changed)
        expected = {} if place < start else {n: part for n, part in PARTS.items() if n != owners[place - start]}
        assert loaded(saved.parent) == expected, place


def test_parts_that_changed_places_are_absent(saved: Path) -> None:
    """As if the file were put together from two: each part is whole, and neither is what it should be."""
    data = saved.read_bytes()
    start = start_of_parts(saved)
    Store(saved.parent, "tool").save({**PARTS, "state": b"of other ones"[:12], "graph": bytes(reversed(range(256)))})
    other = saved.read_bytes()
    saved.write_bytes(data[:start] + other[start : start + 40] + data[start + 40 :])
    assert loaded(saved.parent).keys() == {"files", "values"}


SENSELESS: Mapping[str, object] = {
    "no table": [],
    "a part without a place": {"state": []},
    "a text for a number": {"state": ["0", 12, "x"]},
    "before the file": {"state": [-10_000, 12, "x"]},
    "beyond the file": {"state": [10_000, 12, "x"]},
    "no length": {"state": [0, -1, "x"]},
    "another digest": {"state": [0, 12, "x"]},
}


@pytest.mark.parametrize("name", SENSELESS)
def test_a_table_that_makes_no_sense_is_empty_though_its_checksum_fits(name: str, tmp_path: Path) -> None:
    store = Store(tmp_path, "tool")

    def load(table: object) -> dict[str, bytes]:
        packed = msgspec.msgpack.encode(table)
        length = len(packed).to_bytes(module.LENGTH_SIZE, "little")
        (tmp_path / "store").write_bytes(store._head + length + module._checksum(packed) + packed + b"of the files")
        return got(store.load())

    # Next to the senseless ones there is one that makes sense, or they might all be refused for a wrong head.
    sound = {"state": [0, 12, module.digest_bytes(b"of the files")]}
    assert load(sound) == {"state": b"of the files"}
    assert load(SENSELESS[name]) == {}


def test_another_tool_or_version_is_empty(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Store(saved.parent, "tool 2").load()
    with monkeypatch.context() as patch:
        patch.setattr(module, "VERSION", module.VERSION + 1)
        assert not Store(saved.parent, "tool").load()
    assert loaded(saved.parent) == PARTS


def test_a_store_that_is_replaced_while_it_is_read_gives_its_own_parts_or_none(saved: Path) -> None:
    """Parts are read when they are asked for: another build may have saved in between."""
    before = Store(saved.parent, "tool").load()
    Store(saved.parent, "tool").save({**PARTS, "state": b"longer than it was before", "graph": b"other"})
    assert before.get("state") is None
    assert before.get("graph") is None
    assert got(before).items() <= PARTS.items()
    saved.unlink()
    assert got(before) == {}


def test_a_smaller_store_leaves_nothing_of_the_larger(saved: Path) -> None:
    before = saved.stat().st_size
    Store(saved.parent, "tool").save({"state": b"s"})
    assert loaded(saved.parent) == {"state": b"s"}
    assert saved.stat().st_size < before
    Store(saved.parent, "tool").save({})
    assert not Store(saved.parent, "tool").load()


def test_killed_before_the_rename_leaves_the_old_store(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(source: object, goal: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            Store(saved.parent, "tool").save({})
    assert [path.name for path in saved.parent.iterdir()] == ["store"]
    assert loaded(saved.parent) == PARTS


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told_and_leaves_the_old_store(saved: Path) -> None:
    (saved.parent / "store.tmp").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as caught:
        Store(saved.parent, "tool").save({"state": b"new"})
    assert caught.value.errno == errno.ENOSPC
    assert [path.name for path in saved.parent.iterdir()] == ["store"]
    assert loaded(saved.parent) == PARTS


def test_a_kill_during_a_save_is_survived(tmp_path: Path) -> None:
    """A real one, at many moments: the store is then the old or the new one, never nothing."""
    store = Store(tmp_path, "tool")
    store.save(PARTS)
    code = (
        "import sys, itertools; from pathlib import Path\n"
        "from generator.engine.store import Store\n"
        "store = Store(Path(sys.argv[1]), 'tool')\n"
        "for n in itertools.count():\n"
        "    store.save({'state': str(n).encode(), 'graph': bytes([n % 256]) * 100_000})\n"
        "    if not n: print('saved once', flush=True)\n"
    )
    for moment in range(5):
        with subprocess.Popen([sys.executable, "-c", code, tmp_path], cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.01 + 0.007 * moment)
            process.kill()
        parts = store.load()
        assert parts.get("graph") == bytes([int(parts.get("state") or b"-1") % 256]) * 100_000
        assert {path.name for path in tmp_path.iterdir()} <= {"store", "store.tmp"}
    store.save(PARTS)
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


# Locking

HOLD = """
import sys
from pathlib import Path
from generator.engine.store import Store
with Store(Path(sys.argv[1]), "another tool").lock() as held:
    print(held, flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, folder], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    return process


def test_the_second_process_waits_or_goes_without(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        start = time.monotonic()
        with Store(tmp_path, "tool").lock(0.2) as held:
            assert not held
        assert 0.2 <= time.monotonic() - start < 5
        process.communicate()
        with Store(tmp_path, "tool").lock(5) as held:
            assert held
            with Store(tmp_path, "tool").lock(0) as again:
                assert not again
    with Store(tmp_path, "tool").lock(0) as held:
        assert held


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        process.kill()
        process.wait()
        with Store(tmp_path, "tool").lock(5) as held:
            assert held


def test_no_lock_where_there_can_be_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with Store(tmp_path / "file/cache", "tool").lock(0) as held:
        assert not held


def test_the_lock_is_given_back_after_an_error_which_passes(tmp_path: Path) -> None:
    def failing() -> None:
        with Store(tmp_path, "tool").lock() as held:
            assert held
            raise OSError("inside")

    with pytest.raises(OSError, match="inside"):
        failing()
    with Store(tmp_path, "tool").lock(0) as held:
        assert held
