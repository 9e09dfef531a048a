"""Keeps what one build knows for the next, in one file that is either whole and ours or not used at all."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec

from generator.engine.files import Mark
from generator.engine.trace import Dependency, Reason, Trace, digest_bytes

__all__ = ["Mark", "Memory", "Store"]

MAGIC = b"branch-portal store\n"
VERSION = 1
DIGEST_SIZE = 32  # hexadecimal digits


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered between builds; a build replaces it as a whole."""

    marks: Mapping[str, Mark] = field(default_factory=dict)
    """Of source files, by the key that the caller gave."""
    decoded: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    """Values computed from one input alone: name -> (digest of the input, encoded value)."""
    traces: Mapping[str, Trace] = field(default_factory=dict)
    """By path of the target."""
    outputs: Mapping[str, Mark] = field(default_factory=dict)
    """Of files in the output folder, by path of the target."""
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    """Why each target was last made, by its path."""


class _Packed(msgspec.Struct, array_like=True, gc=False):
    """A trace whose dependencies are places in a table: most pages read the same header, templates and settings."""

    target: str
    result: str
    dependencies: list[Annotated[int, msgspec.Meta(ge=0)]]


class _Payload(msgspec.Struct, array_like=True):
    """A memory as it is written."""

    dependencies: list[Dependency]
    traces: dict[str, _Packed]
    marks: dict[str, Mark]
    decoded: dict[str, tuple[str, bytes]]
    outputs: dict[str, Mark]
    reasons: dict[str, Reason]


class Store:
    """One file in a folder, bound to the tool that wrote it.

    Its layout is magic, version, digest of the tool, digest of the payload, payload (MessagePack). A reader that finds
    anything else starts from nothing, which costs time and never a wrong page; so nothing is ever migrated or repaired.
    """

    def __init__(self, folder: Path, tool: str) -> None:
        """The tool is a text that changes whenever the same sources might give other outputs."""
        self._folder = folder
        self._file = folder / "store"
        self._head = MAGIC + bytes([VERSION]) + digest_bytes(tool.encode()).encode()

    def load(self) -> Memory:
        """What was saved by the same tool, or an empty memory for any reason whatever."""
        try:
            data = self._file.read_bytes()
        except OSError:
            return Memory()
        start = len(self._head) + DIGEST_SIZE
        payload = memoryview(data)[start:]
        if data[:start] != self._head + _checksum(payload):
            return Memory()
        try:
            return _unpack(msgspec.msgpack.decode(payload, type=_Payload))
        except (msgspec.MsgspecError, IndexError, ValueError):
            return Memory()

    def save(self, memory: Memory) -> None:
        """Replace the file by one that holds the memory, unless it already does; OSError when it cannot be written.

        The name of the temporary file is fixed, so that a killed build leaves at most one: the caller holds the lock.
        """
        payload = msgspec.msgpack.encode(_pack(memory), order="deterministic")
        data = self._head + _checksum(payload) + payload
        with suppress(OSError):
            if self._file.read_bytes() == data:
                return
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = self._folder / "store.tmp"
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._file)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise

    @contextmanager
    def lock(self, seconds: float = 10.0) -> Iterator[bool]:
        """Keep other builds off this folder; yields False if that was not to be had in time.

        The lock belongs to the operating system, which frees it when a build is killed.
        """
        file = self._acquire(time.monotonic() + seconds)
        try:
            yield file is not None
        finally:
            if file is not None:
                os.close(file)

    def _acquire(self, deadline: float) -> int | None:
        """The descriptor of the locked file, or None."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:
            return None
        held = False
        try:
            while not (held := _try_lock(file)) and time.monotonic() < deadline:
                time.sleep(0.05)
        except OSError:
            # A file system without locks: then nobody can be kept off.
            held = False
        finally:
            if not held:
                os.close(file)
        return file if held else None


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int) -> bool:
        """Take the lock if it is free; OSError never, since Windows gives one error for every cause."""
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: int) -> bool:
        """Take the lock if it is free; OSError if there are no locks here."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _checksum(payload: bytes | memoryview) -> bytes:
    """What guards against damage on the disk, not against malice: who can write the store can write the outputs."""
    return digest_bytes(payload).encode()


def _pack(memory: Memory) -> _Payload:
    """The same with each distinct dependency once; the order is fixed, so that equal memories give equal bytes."""
    places: dict[Dependency, int] = {}
    traces = {
        path: _Packed(
            trace.target,
            trace.result,
            [places.setdefault(dependency, len(places)) for dependency in trace.dependencies],
        )
        for path, trace in sorted(memory.traces.items())
    }
    return _Payload(
        list(places),
        traces,
        dict(memory.marks),
        dict(memory.decoded),
        dict(memory.outputs),
        dict(memory.reasons),
    )


def _unpack(payload: _Payload) -> Memory:
    """The memory; traces share their dependencies, on which `decide` relies for speed."""
    table = payload.dependencies.__getitem__
    traces = {
        path: Trace(packed.target, tuple(map(table, packed.dependencies)), packed.result)
        for path, packed in payload.traces.items()
    }
    return Memory(payload.marks, payload.decoded, traces, payload.outputs, payload.reasons)
