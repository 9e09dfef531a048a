"""Finds the files of a folder, and turns each into the digest of its content while reading as few as is safe."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from generator.engine.trace import digest_bytes

# A file may be changed again within the same tick of its file system's clock, without a trace in its times: two
# seconds is the coarsest tick in use (FAT). Git calls such entries of its index "racily clean".
SETTLED = 2_000_000_000

ProblemKind = Literal["link-outside", "link-broken", "link-loop", "link-folder", "unreadable", "special", "name"]


class Mark(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How a file looked from outside when its digest was taken; saves reading it again, and means nothing else."""

    size: int
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

    @property
    def marks(self) -> dict[str, Mark]:
        """The marks for the next build: of the files asked for in this one that had not just been changed."""
        return dict(self._marks)

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
        with open(path, "rb", buffering=0, opener=_open_at_once) as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise OSError(errno.EINVAL, "not a regular file", str(path))
            now = self._clock()
            data = file.readall()
            after = os.fstat(file.fileno())
        found = digest_bytes(data)
        mark = Mark(before.st_size, before.st_mtime_ns, before.st_ctime_ns, before.st_ino, found)
        changed = max(mark.mtime_ns, mark.ctime_ns)
        if mark.fits(after) and mark.size == len(data) and changed + SETTLED < now:
            self._marks[key] = mark
        return data, found


def _open_at_once(path: str, flags: int) -> int:
    """Open a file, but never wait for the other end of a pipe that took its place."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


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


def hidden(name: str) -> bool:
    """Whether a name is hidden or an editor's leftover: `.x`, `x~`, `x.swp`, `#x#`, and Vim's probe `4913`."""
    return (
        name.startswith(".")
        or name.endswith(("~", ".swp"))
        or (name.startswith("#") and name.endswith("#"))
        or name == "4913"
    )


def unfit(name: str) -> bool:
    """Whether a name cannot be part of an address: not UTF-8, a backslash, a control character."""
    return "\\" in name or any(char < " " or char == "\x7f" or "\ud800" <= char <= "\udfff" for char in name)


def scan(root: Path, *, skip: Callable[[str], bool] = hidden) -> Scan:
    """List every file below a folder, once; `skip` gets a name. A root that cannot be listed is the problem "."."""
    real = os.path.realpath(root)
    files: dict[str, os.stat_result] = {}
    problems: list[Problem] = []
    folders = [""]
    while folders:
        folder = folders.pop()
        for name, found in _listed(os.path.join(root, folder), optional=bool(folder)):
            if name and skip(name):
                continue
            path = folder + name
            kind = "name" if unfit(name) else found if isinstance(found, str) else _kind(found, real, skip)
            if kind == "folder":
                folders.append(path + "/")
            elif isinstance(kind, os.stat_result):
                files[path] = kind
            elif kind != "gone":
                problems.append(Problem(_shown(path.rstrip("/")) or ".", kind))
    return Scan(dict(sorted(files.items())), sorted(problems, key=lambda problem: problem.path))


def _listed(folder: str, *, optional: bool) -> Iterator[tuple[str, os.DirEntry[str] | Literal["unreadable"]]]:
    """The entries of one folder by name; one that cannot be listed is itself the entry without a name."""
    try:
        with os.scandir(folder) as entries:
            yield from ((entry.name, entry) for entry in list(entries))
    except FileNotFoundError:
        if not optional:
            yield "", "unreadable"
    except OSError:
        yield "", "unreadable"


def _kind(
    entry: os.DirEntry[str], real: str, skip: Callable[[str], bool]
) -> os.stat_result | ProblemKind | Literal["folder", "gone"]:
    """What an entry is: the status of a file to be read, a folder to be entered, or a problem."""
    try:
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
