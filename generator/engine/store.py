"""Keeps what one build knows for the next: named parts in one file, each of which is whole and ours or not used."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from generator.engine.digests import digest_bytes

__all__ = ["Parts", "Store"]

MAGIC = b"branch-portal store\n"
VERSION = 2
DIGEST_SIZE = 32  # hexadecimal digits
LENGTH_SIZE = 8  # bytes of a length, little-endian


class _Part(msgspec.Struct, array_like=True):
    """Where one part stands, counted from the end of the table."""

    offset: int
    length: int
    checksum: str


class Parts:
    """The parts of a store, each read when it is asked for: a build with nothing to do needs few of them."""

    def __init__(self, file: Path | None = None, start: int = 0, table: Mapping[str, _Part] | None = None) -> None:
        """No parts at all, or those of a file, the table of which ends at `start`."""
        self._file = file
        self._start = start
        self._table = table or {}

    def __bool__(self) -> bool:
        return bool(self._table)

    def get(self, name: str) -> bytes | None:
        """A part as it was saved; None for one that is absent or damaged."""
        part = self._table.get(name)
        if part is None or self._file is None:
            return None
        try:
            with self._file.open("rb", buffering=0) as file:
                file.seek(self._start + part.offset)
                data = file.read(part.length)
        except OSError:
            return None
        return data if len(data) == part.length and digest_bytes(data) == part.checksum else None


class Store:
    """One file in a folder, bound to the tool that wrote it.

    Its layout is magic, version, digest of the tool, length and digest of the table, the table of the parts
    (MessagePack), the parts. A reader that finds anything else starts from nothing, which costs time and never a wrong
    page; so nothing is ever migrated or repaired, and nothing waits for the disk: a file that a power cut tore is found
    out by its checksums.
    """

    def __init__(self, folder: Path, tool: str) -> None:
        """The tool is a text that changes whenever the same sources might give other outputs."""
        self.folder = folder
        self._file = folder / "store"
        self._head = MAGIC + bytes([VERSION]) + digest_bytes(tool.encode()).encode()

    def load(self) -> Parts:
        """What was saved by the same tool, or nothing for any reason whatever."""
        try:
            with self._file.open("rb", buffering=0) as file:
                if file.read(len(self._head)) != self._head:
                    return Parts()
                length = int.from_bytes(file.read(LENGTH_SIZE), "little")
                if length > os.fstat(file.fileno()).st_size:
                    return Parts()
                checksum, table = file.read(DIGEST_SIZE), file.read(length)
                if len(table) != length or _checksum(table) != checksum:
                    return Parts()
                found = msgspec.msgpack.decode(table, type=dict[str, _Part])
                return Parts(self._file, file.tell(), found)
        except (OSError, msgspec.MsgspecError, ValueError):
            return Parts()

    def save(self, parts: Mapping[str, bytes]) -> Parts:
        """Replace the file by one that holds these parts; OSError when it cannot be written.

        The name of the temporary file is fixed, so that a killed build leaves at most one: the caller holds the lock.
        """
        offset = 0
        found: dict[str, _Part] = {}
        for name, data in parts.items():
            found[name] = _Part(offset, len(data), digest_bytes(data))
            offset += len(data)
        table = msgspec.msgpack.encode(found)
        start = self._head + len(table).to_bytes(LENGTH_SIZE, "little") + _checksum(table) + table
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / "store.tmp"
        try:
            with temporary.open("wb", buffering=0) as file:
                for data in (start, *parts.values()):
                    rest = memoryview(data)
                    while rest:
                        rest = rest[file.write(rest) :]
            os.replace(temporary, self._file)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        return Parts(self._file, len(start), found)

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
            self.folder.mkdir(parents=True, exist_ok=True)
            file = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o666)
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
