"""Finds the files of a folder, and turns each into the digest of its content while reading as few as is safe."""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from collections.abc import Callable, Iterator, KeysView, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from generator.engine import workers
from generator.engine.digests import digest_bytes

# A file may be changed again within the same tick of its file system's clock, without a trace in its times: two
# seconds is the coarsest tick in use (FAT). Git calls such entries of its index "racily clean".
SETTLED = 2_000_000_000

ProblemKind = Literal["link-outside", "link-broken", "link-loop", "link-folder", "unreadable", "special", "name"]


class Mark(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How a file looked from outside when its digest was taken; saves reading it again, and means nothing else."""

    size: int
    """In bytes; -1 for a file that may change again unseen."""
    mtime_ns: int
    ctime_ns: int
    inode: int
    digest: str

    def fits(self, status: os.stat_result) -> bool:
        """Whether a file that looks like this is the one that was marked."""
        return (
            self.mtime_ns == status.st_mtime_ns
            and self.ctime_ns == status.st_ctime_ns
            and self.size == status.st_size
            and self.inode == status.st_ino
        )


class Files:
    """Digests of the content of files; a mark may save the reading."""

    def __init__(self, marks: Mapping[str, Mark], clock: Callable[[], int] = time.time_ns) -> None:
        """Start with the marks of the last build; the clock gives nanoseconds of the epoch."""
        self._old = marks
        self._clock = clock
        self._marks: dict[str, Mark] = {}
        self._scans: dict[tuple[str, Callable[[str], bool]], Scan] = {}

    @property
    def marks(self) -> dict[str, Mark]:
        """The marks for the next build: of the files asked for in this one."""
        return dict(self._marks)

    def marked(self, key: str) -> str | None:
        """The digest that a file had when it was looked at in this build; None if it was not."""
        mark = self._marks.get(key)
        return mark.digest if mark else None

    def before(self) -> KeysView[str]:
        """The files that the last build asked for."""
        return self._old.keys()

    def expected(self, key: str) -> str | None:
        """The digest that a file had in the last build."""
        mark = self._old.get(key)
        return mark.digest if mark else None

    def scan(self, root: Path, skip: Callable[[str], bool] | None = None) -> Scan:
        """What a folder holds, listed once in a build."""
        key = (str(root), skip or hidden)
        if key not in self._scans:
            self._scans[key] = scan(root, skip=key[1])
        return self._scans[key]

    def digest(self, key: str, path: Path | str) -> str:
        """The digest of a file's content; FileNotFoundError when it has vanished, or another OSError."""
        return self.known(key, os.stat(path)) or self.read(key, path)[1]

    def known(self, key: str, status: os.stat_result) -> str | None:
        """The digest of a file that looks as it did when it was marked, or None."""
        mark = self._marks.get(key) or self._old.get(key)
        if mark is None or not mark.fits(status):
            return None
        self._marks[key] = mark
        return mark.digest

    def read(self, key: str, path: Path | str) -> tuple[bytes, str]:
        """A file's content and the digest of these very bytes; raises OSError."""
        self._marks.pop(key, None)
        data, mark = look(path, self._clock)
        self._marks[key] = mark
        return data, mark.digest

    def took(self, key: str, mark: Mark) -> None:
        """Keep the mark of a file that was read elsewhere."""
        self._marks[key] = mark

    def read_again(self, paths: Mapping[str, str], jobs: int) -> Iterator[tuple[str, str]]:
        """The digest of each file by its key, those that cannot be read left out; by so many processes."""
        items = list(paths.items())
        for (key, _), mark in zip(items, workers.each(_marked, items, jobs, lambda done, total: None), strict=True):
            if mark is not None:
                self._marks[key] = mark
                yield key, mark.digest


def _marked(item: tuple[str, str]) -> Mark | None:
    try:
        return look(item[1])[1]
    except OSError:
        return None


def look(path: Path | str, clock: Callable[[], int] = time.time_ns) -> tuple[bytes, Mark]:
    """A file's content and the mark with the digest of these very bytes; raises OSError."""
    file = os.open(path, READING)
    try:
        before = os.fstat(file)
        if not stat.S_ISREG(before.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        now = clock()
        data = _whole(file, before.st_size)
        after = os.fstat(file)
    finally:
        os.close(file)
    mark = Mark(before.st_size, before.st_mtime_ns, before.st_ctime_ns, before.st_ino, digest_bytes(data))
    settled = max(mark.mtime_ns, mark.ctime_ns) + SETTLED < now
    if mark.fits(after) and mark.size == len(data) and settled:
        return data, mark
    return data, Mark(-1, 0, 0, 0, mark.digest)


# Never wait for the other end of a pipe that took the file's place.
READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def _whole(file: int, size: int) -> bytes:
    """All that a descriptor gives; the size is a guess that saves copying."""
    parts: list[bytes] = []
    while part := os.read(file, size + 1 if not parts else 1 << 16):
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a folder that is not read, and why; the path is fit to be shown."""

    path: str
    kind: ProblemKind


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder holds, sorted by path (relative to it, with slashes)."""

    files: dict[str, os.stat_result]
    """The status of a link is that of the file to which it leads."""
    problems: list[Problem]
    links: bool = False
    """Whether a link is among the files."""


# `.x`, `x~`, `x.swp`, `#x#`, and Vim's probe `4913`.
_HIDDEN = re.compile(r"\..*|.*~|.*\.swp|#.*#|4913", re.DOTALL)
_UNFIT = re.compile(r"[\\\x00-\x1f\x7f\ud800-\udfff]")


def hidden(name: str) -> bool:
    """Whether a name is hidden or an editor's leftover."""
    return _HIDDEN.fullmatch(name) is not None


def unfit(name: str) -> bool:
    """Whether a name cannot be part of an address: not UTF-8, a backslash, a control character."""
    return _UNFIT.search(name) is not None


def scan(root: Path, *, skip: Callable[[str], bool] = hidden) -> Scan:
    """List every file below a folder, once; `skip` gets a name. A root that cannot be listed is the problem "."."""
    real = os.path.realpath(root)
    files: dict[str, os.stat_result] = {}
    problems: list[Problem] = []
    links = False
    folders = [""]
    while folders:
        folder = folders.pop()
        for name, found in _listed(os.path.join(root, folder), optional=bool(folder)):
            if name and skip(name):
                continue
            path = folder + name
            if unfit(name):
                problems.append(Problem(_shown(path), "name"))
                continue
            kind = found if isinstance(found, str) else _kind(found, real, skip)
            if isinstance(kind, os.stat_result):
                files[path] = kind
                links = links or (not isinstance(found, str) and found.is_symlink())
            elif kind == "folder":
                folders.append(path + "/")
            elif kind != "gone":
                problems.append(Problem(_shown(path.rstrip("/")) or ".", kind))
    return Scan(dict(sorted(files.items())), sorted(problems, key=lambda problem: problem.path), links)


def _listed(folder: str, *, optional: bool) -> list[tuple[str, os.DirEntry[str] | Literal["unreadable"]]]:
    """The entries of one folder by name; one that cannot be listed is itself the entry without a name."""
    try:
        with os.scandir(folder) as entries:
            return [(entry.name, entry) for entry in entries]
    except FileNotFoundError:
        return [("", "unreadable")] if not optional else []
    except OSError:
        return [("", "unreadable")]


def _kind(
    entry: os.DirEntry[str], real: str, skip: Callable[[str], bool]
) -> os.stat_result | ProblemKind | Literal["folder", "gone"]:
    """What an entry is: the status of a file to be read, a folder to be entered, or a problem."""
    try:
        if entry.is_file(follow_symlinks=False):
            return entry.stat(follow_symlinks=False)
        if entry.is_symlink():
            return _led_to(entry.path, real, skip)
        if entry.is_dir(follow_symlinks=False):
            return "folder"
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return "gone"
    except OSError:
        return "unreadable"
    return status if stat.S_ISREG(status.st_mode) else "special"


def _led_to(path: str, real: str, skip: Callable[[str], bool]) -> os.stat_result | ProblemKind:
    """The status of the file to which a symbolic link leads, if it is one that may be read."""
    try:
        goal = os.path.realpath(path, strict=True)
        status = os.stat(goal)
    except FileNotFoundError:
        return "link-broken"
    except OSError as error:
        return "link-loop" if error.errno == errno.ELOOP else "unreadable"
    prefix = real.rstrip(os.sep) + os.sep
    if not (goal + os.sep).startswith(prefix):
        return "link-outside"
    if stat.S_ISDIR(status.st_mode):
        return "link-folder"
    # What is skipped by name must not get in under another.
    if any(skip(part) for part in goal[len(prefix) :].split(os.sep)):
        return "link-outside"
    return status if stat.S_ISREG(status.st_mode) else "special"


def _shown(path: str) -> str:
    """A path with what cannot be printed escaped."""
    printable = path.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in printable)
