"""Sees that the sources of a site changed, whatever the way: saved, renamed, moved, checked out, deleted, a new day."""

from __future__ import annotations

import datetime
import os
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import watchfiles

from generator.engine.files import hidden
from generator.render import templates

STEP, LONGEST = 50, 1000  # milliseconds of quiet that end a burst of changes, and the longest burst
TICK = 200  # milliseconds between looks at what is not watched

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

    def sight(self) -> Sight:
        """A look at what is not watched."""
        folders = dict.fromkeys([self.site / "content", self.site / "templates", templates.shipped()])
        roots = tuple((folder, mark) for folder in folders if (mark := _identity(folder)))
        output = os.path.lexists(self.output / ".portal-owned")
        return Sight(roots, _mark(self.site / "site.yaml"), output, self.today())

    def matters(self, change: watchfiles.Change, path: str) -> bool:
        """Whether a change is one of a source: not of an editor's leftover, nor of what the build writes."""
        return not hidden(os.path.basename(path)) and not any(Path(path).is_relative_to(one) for one in self.ignored)


def changes(sources: Sources, stop: threading.Event) -> Iterator[bool]:
    """Yield whenever the site may have to be built: True after an edit, False to make sure.

    Only content/ and templates/ are watched, not the site's folder with its output, its repository and its virtual
    environment: the system has a limited number of watches, and a folder is one of them. The rest, which is few, is
    looked at every TICK; so is whether the watched folders are still the same.
    """
    seen: Sight | None = None
    polling: bool | None = None
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
    sources: Sources, seen: Sight | None, polling: bool | None, stop: threading.Event
) -> Generator[bool, None, Sight]:
    """The same as `changes`, until a watched folder is another one; gives what was seen last."""
    now = sources.sight()
    roots = now.roots
    # What happened before the watch began is found by a build once it has.
    doubt = True
    for found in _watched(sources, roots, polling, stop):
        now = sources.sight()
        edited = bool(found) or (seen is not None and now != seen)
        if edited or doubt:
            # A file may have appeared in a new folder before that was watched: look again when all is quiet.
            doubt = any(change == watchfiles.Change.added and os.path.isdir(path) for change, path in found)
            seen = now
            yield edited
        if now.roots != roots:
            break
    return now


def _watched(
    sources: Sources, roots: tuple[tuple[Path, Mark], ...], polling: bool | None, stop: threading.Event
) -> Iterator[set[tuple[watchfiles.Change, str]]]:
    """The changes of each burst, and an empty set each TICK without any."""
    if not roots:
        while not stop.wait(TICK / 1000):
            yield set()
        return
    yield from watchfiles.watch(
        *(folder for folder, _ in roots),
        watch_filter=sources.matters,
        debounce=LONGEST,
        step=STEP,
        stop_event=stop,
        rust_timeout=TICK,
        yield_on_timeout=True,
        raise_interrupt=False,
        force_polling=polling,
        ignore_permission_denied=True,
    )


def _mark(path: Path) -> Mark:
    """How a file looks from outside; None if it is absent."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _identity(folder: Path) -> Mark:
    """Which folder it is, whatever it holds; None if it is absent."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, 0, 0
