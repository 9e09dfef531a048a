"""Sees that the sources of a site changed, whatever the way: saved, renamed, moved, checked out, deleted, a new day."""

from __future__ import annotations

import datetime
import os
import platform
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import watchfiles

from generator.engine.files import hidden, scan
from generator.sources import folders

STEP, LONGEST = 10, 1000  # milliseconds of quiet that end a burst of changes, and the longest burst
CALM = 1.5  # seconds without an edit, after which all is looked at again that quick builds took for granted
TICK = 200  # milliseconds between looks at what is not watched
POLL = 400  # milliseconds between looks at every file, where no watch is to be had

Mark = tuple[int, int, int, int] | None


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look at a few files tells, without reading any."""

    roots: tuple[tuple[Path, Mark], ...]
    """The watched folders. One that is moved away, removed or put back needs another watch."""
    settings: Mark
    """Of site.yaml."""
    output: bool
    """Whether there is an output; someone may have removed it."""
    day: datetime.date | None


@dataclass(frozen=True, slots=True)
class Sources:
    """What a site is made from, and when it was made."""

    site: Path
    output: Path
    ignored: tuple[Path, ...]
    """Folders that the build itself writes to."""
    today: Callable[[], datetime.date | None]
    """The day of a build made now, or None if it never changes."""
    unsure: Callable[[], bool] = bool
    """Whether to look at everything once nothing was edited for a while."""

    def sight(self) -> Sight:
        """A look at what is not watched."""
        found = dict.fromkeys([self.site / "content", self.site / "templates", folders.shipped()])
        roots = tuple((folder, mark) for folder in found if (mark := _identity(folder)))
        output = os.path.lexists(self.output / ".portal-owned")
        return Sight(roots, _mark(self.site / "site.yaml"), output, self.today())

    def matters(self, change: watchfiles.Change, path: str) -> bool:
        """Whether a change is one of a source: not of an editor's leftover, nor of what the build writes."""
        return not hidden(os.path.basename(path)) and not any(Path(path).is_relative_to(one) for one in self.ignored)


@dataclass(frozen=True, slots=True)
class Change:
    """A reason to build."""

    edited: bool
    """Whether something was edited; otherwise it is to make sure."""
    files: frozenset[str] = frozenset()
    """All that was edited, by full path, where that is known and there are no folders among it."""


def changes(sources: Sources, stop: threading.Event) -> Iterator[Change]:
    """Yield whenever the site may have to be built.

    Only content/ and templates/ are watched, not the site's folder with its output, its repository and its virtual
    environment: the system has a limited number of watches, and a folder is one of them. The rest, which is few, is
    looked at every TICK; so is whether the watched folders are still the same.
    """
    seen: Sight | None = None
    polling = _deaf()
    while not stop.is_set():
        try:
            seen = yield from _until_moved(sources, seen, polling, stop)
        except FileNotFoundError:
            # A folder vanished before it was watched; the next look finds out.
            stop.wait(TICK / 1000)
        except (OSError, RuntimeError):
            # No watch is to be had: too many of them, or a file system that has none. Looking at every file will do.
            polling = True
            stop.wait(TICK / 1000)


def _until_moved(
    sources: Sources, seen: Sight | None, polling: bool, stop: threading.Event
) -> Generator[Change, None, Sight]:
    """The same as `changes`, until a watched folder is another one; gives what was seen last."""
    now = sources.sight()
    roots = now.roots
    # What happened before the watch began is found by a build once it has.
    doubt = True
    watch = _polled if polling or not roots else _watched
    last = time.monotonic()
    for found in watch(sources, [folder for folder, _ in roots], stop):
        now = sources.sight()
        other = seen is None or now != seen
        edited = bool(found) or (seen is not None and other)
        if edited or doubt:
            folders = any(map(os.path.isdir, found))
            known = frozenset() if other or doubt or folders else frozenset(found)
            # A file may have appeared in a new folder before that was watched: look again when all is quiet.
            doubt = folders
            seen = now
            yield Change(edited, known)
            last = time.monotonic()
        elif sources.unsure() and time.monotonic() - last > CALM:
            yield Change(False)
            last = time.monotonic()
        if now.roots != roots:
            break
    return now


def _deaf() -> bool:
    """Whether the system is known not to tell of changes: Linux in Windows, or someone says so of a network drive."""
    return bool(os.environ.get("WATCHFILES_FORCE_POLLING")) or "microsoft" in platform.release().lower()


def _watched(sources: Sources, folders: Sequence[Path], stop: threading.Event) -> Iterator[set[str]]:
    """The paths of each burst of changes, and an empty set each TICK without any."""
    bursts = watchfiles.watch(
        *folders,
        watch_filter=sources.matters,
        debounce=LONGEST,
        step=STEP,
        stop_event=stop,
        rust_timeout=TICK,
        yield_on_timeout=True,
        raise_interrupt=False,
        # The library's own polling compares whole seconds, and misses the second of two edits within one.
        force_polling=False,
        ignore_permission_denied=True,
    )
    for burst in bursts:
        yield {path for _, path in burst}


def _polled(sources: Sources, folders: Sequence[Path], stop: threading.Event) -> Iterator[set[str]]:
    """The same, found by looking at every file each POLL."""
    before = _look(folders)
    yield set()
    while not stop.wait(POLL / 1000):
        now = _look(folders)
        yield {path for path, _ in before ^ now if sources.matters(watchfiles.Change.modified, path)}
        before = now


def _look(folders: Iterable[Path]) -> set[tuple[str, Mark]]:
    """How every file looks from outside."""
    return {(str(folder / name), _mark_of(status)) for folder in folders for name, status in scan(folder).files.items()}


def _mark(path: Path) -> Mark:
    """How a file looks from outside; None if it is absent."""
    try:
        return _mark_of(path.stat())
    except OSError:
        return None


def _mark_of(status: os.stat_result) -> Mark:
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _identity(folder: Path) -> Mark:
    """Which folder it is, whatever it holds; None if it is absent."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, 0, 0
