"""Values worked out from one file each, in one long file that grows at its end: read one by one, when asked for."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import msgspec

from generator.engine.digests import digest_bytes

PREFIX = "values-"


class Ref(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where a value stands, in bytes, and the digest by which damage is found out."""

    offset: int
    length: int
    digest: str


class Blobs:
    """The values of one store, or of one build without a store.

    A build that was killed leaves a tail to which no reference leads; the next one writes over it.
    """

    def __init__(self, folder: Path | None, name: str = "", used: int = 0) -> None:
        """Go on with that file of the folder, so many bytes of which are in use; without a name, start anew."""
        self._folder = folder
        self._name = name
        self._end = used if name else 0
        self._aside = False
        self._file: int | None = None
        self._kept: dict[int, bytes] = {}

    @property
    def state(self) -> tuple[str, int]:
        """The name of the file and how much of it is in use, for the next build."""
        return self._name, self._end

    def aside(self) -> Blobs:
        """The same values, to which more can be added that stay in memory."""
        other = Blobs(self._folder, self._name, self._end)
        other._kept, other._aside = dict(self._kept), True
        return other

    def append(self, data: bytes) -> Ref:
        """Keep a value. Where no file can be written, it is kept in memory."""
        ref = Ref(self._end, len(data), digest_bytes(data))
        if self._folder is None or self._aside or not self._written(data):
            self._kept[ref.offset] = data
        self._end += len(data)
        return ref

    def read(self, ref: Ref) -> bytes | None:
        """A value, or None if it was damaged."""
        if (kept := self._kept.get(ref.offset)) is not None:
            return kept
        try:
            data = os.pread(self._opened(), ref.length, ref.offset)
        except OSError:
            return None
        return data if digest_bytes(data) == ref.digest else None

    def renew(self, refs: Collection[Ref]) -> dict[Ref, Ref] | None:
        """Once most of the file is not referred to any more: copy the rest to a new one. Gives the new references."""
        used = sum(ref.length for ref in refs)
        if self._folder is None or self._kept or self._end <= 2 * used + 1_000_000:
            return None
        fresh = Blobs(self._folder)
        moved: dict[Ref, Ref] = {}
        for ref in refs:
            data = self.read(ref)
            if data is None:
                return None
            moved[ref] = fresh.append(data)
        self.close()
        self._name, self._end, self._file, self._kept = fresh._name, fresh._end, fresh._file, fresh._kept
        fresh._file = None
        return moved

    def sweep(self) -> None:
        """Remove the files of earlier builds."""
        if self._folder is not None:
            with suppress(OSError):
                for path in self._folder.glob(f"{PREFIX}*"):
                    if path.name != self._name:
                        path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __del__(self) -> None:
        # Each quick build of a server has one of its own.
        self.close()

    def _written(self, data: bytes) -> bool:
        try:
            rest, at = memoryview(data), self._end
            while rest:
                count = os.pwrite(self._opened(), rest, at)
                rest, at = rest[count:], at + count
        except OSError:
            return False
        return True

    def _opened(self) -> int:
        """The descriptor of the file; OSError where there is none."""
        if self._file is None:
            if self._folder is None:
                raise OSError("no file")
            if not self._name:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._name = PREFIX + secrets.token_hex(8)
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
            self._file = os.open(self._folder / self._name, flags, 0o666)
        return self._file
