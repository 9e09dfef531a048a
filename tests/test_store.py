"""The store is whole and ours, or it is not used: no damage to it makes an error or a wrong answer."""

from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from generator.engine import store as module
from generator.engine.store import Mark, Memory, Store
from generator.engine.trace import Dependency, Reason, Trace

ROOT = Path(__file__).parent.parent
SHARED = Dependency(("template", "页.html"), "d1")
MEMORY = Memory(
    marks={"content/a.md": Mark(3, 10**18, 2**62, 7, "m")},
    decoded={"content/a.md": ("m", b"\x00\xffvalue")},
    traces={
        "b/index.html": Trace("t2", (Dependency(("list", "lessons", 2), "d2"), SHARED), "r2"),
        "a/index.html": Trace("t1", (SHARED,), "r1"),
        "empty": Trace("t3", (), "r3"),
    },
    outputs={"a/index.html": Mark(1, 2, 3, 4, "r1")},
    reasons={"a/index.html": Reason("query", ("template", "页.html")), "empty": Reason("new")},
)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    Store(tmp_path, "tool").save(MEMORY)
    assert Store(tmp_path, "tool").load() == MEMORY
    return tmp_path / "store"


def test_traces_come_back_sharing_their_dependencies(saved: Path) -> None:
    traces = Store(saved.parent, "tool").load().traces
    assert traces["a/index.html"].dependencies[0] is traces["b/index.html"].dependencies[1]


def test_absent_or_unreadable_is_empty(tmp_path: Path) -> None:
    assert Store(tmp_path / "nowhere", "tool").load() == Memory()
    (tmp_path / "store").mkdir()
    assert Store(tmp_path, "tool").load() == Memory()


def test_every_truncation_is_empty(saved: Path) -> None:
    data = saved.read_bytes()
    assert len(data) > 200
    for length in range(len(data)):
        saved.write_bytes(data[:length])
        assert Store(saved.parent, "tool").load() == Memory(), length
    saved.write_bytes(data + b"\0")
    assert Store(saved.parent, "tool").load() == Memory()
    saved.write_bytes(data)
    assert Store(saved.parent, "tool").load() == MEMORY


def test_every_changed_byte_is_empty(saved: Path) -> None:
    data = saved.read_bytes()
    chance = random.Random(1)
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= chance.randrange(1, 256)
        saved.write_bytes(changed)
        assert Store(saved.parent, "tool").load() == Memory(), place


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xc1",
        b"\x90",
        b"\x96\x90\x81\xa1a\x93\xa1t\xa1r\x91\x05\x80\x80\x80\x80",  # a place beyond the table
        b"\x96\x91\x92\x91\xa1q\xa1d\x81\xa1a\x93\xa1t\xa1r\x91\xff\x80\x80\x80\x80",  # a negative place
    ],
)
def test_a_payload_that_makes_no_sense_is_empty_though_its_checksum_fits(payload: bytes, tmp_path: Path) -> None:
    store = Store(tmp_path, "tool")

    def load(payload: bytes) -> Memory:
        (tmp_path / "store").write_bytes(store._head + module._checksum(payload) + payload)
        return store.load()

    # Next to the senseless ones there is one that makes sense, or they might all be refused for a wrong head.
    sound = b"\x96\x91\x92\x91\xa1q\xa1d\x81\xa1a\x93\xa1t\xa1r\x91\x00\x80\x80\x80\x80"
    assert load(sound).traces == {"a": Trace("t", (Dependency(("q",), "d"),), "r")}
    assert load(payload) == Memory()


def test_another_tool_or_version_is_empty(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Store(saved.parent, "tool 2").load() == Memory()
    with monkeypatch.context() as patch:
        patch.setattr(module, "VERSION", module.VERSION + 1)
        assert Store(saved.parent, "tool").load() == Memory()
    assert Store(saved.parent, "tool").load() == MEMORY


def test_equal_memories_are_not_written_again(saved: Path) -> None:
    before = saved.stat()
    same = Memory(
        dict(MEMORY.marks),
        dict(MEMORY.decoded),
        dict(reversed(MEMORY.traces.items())),
        dict(MEMORY.outputs),
        dict(reversed(MEMORY.reasons.items())),
    )
    Store(saved.parent, "tool").save(same)
    assert (saved.stat().st_ino, saved.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    Store(saved.parent, "tool").save(Memory())
    assert Store(saved.parent, "tool").load() == Memory()
    assert saved.stat().st_size < before.st_size


def test_killed_before_the_rename_leaves_the_old_store(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(source: object, goal: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            Store(saved.parent, "tool").save(Memory())
    assert [path.name for path in saved.parent.iterdir()] == ["store"]
    assert Store(saved.parent, "tool").load() == MEMORY


def test_a_full_disk_is_told_and_leaves_the_old_store(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            Store(saved.parent, "tool").save(Memory())
    assert [path.name for path in saved.parent.iterdir()] == ["store"]
    assert Store(saved.parent, "tool").load() == MEMORY


def test_a_kill_during_a_save_is_survived(tmp_path: Path) -> None:
    """A real one, at many moments: the store is then the old or the new one, never nothing."""
    store = Store(tmp_path, "tool")
    store.save(MEMORY)
    code = (
        "import sys, itertools; from pathlib import Path\n"
        "from generator.engine.store import Memory, Store\n"
        "store = Store(Path(sys.argv[1]), 'tool')\n"
        "for n in itertools.count():\n"
        "    store.save(Memory(decoded={'x': (str(n), bytes(100_000))}))\n"
        "    if not n: print('saved once', flush=True)\n"
    )
    for moment in range(5):
        with subprocess.Popen([sys.executable, "-c", code, tmp_path], cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.01 + 0.007 * moment)
            process.kill()
        assert "x" in store.load().decoded
        assert {path.name for path in tmp_path.iterdir()} <= {"store", "store.tmp"}
    store.save(MEMORY)
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
