"""Writes the files of the output folder, each whole or not at all, and keeps to those that are its own."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

from generator.engine.files import Files, Mark

OWNED = ".portal-owned"
HEADER = "# The files in this folder that belong to the portal; a build touches no other."
TWINS = (".gz", ".br", ".zst")
LEFTOVER = ".portal-0000000000000000.tmp"
TEMPORARY = re.compile(r"\.portal-[0-9a-f]{16}\.tmp")
ABANDONED = 600.0  # seconds; a younger temporary file may belong to a build that is running
# A part that is empty, "." or ".."; a character that is no part of an address or would break the line of a list.
UNFIT = re.compile(r"(?:^|/)\.{0,2}(?:/|\Z)|[\\\x00-\x1f\x7f\ud800-\udfff]")


# The same in a list of paths, where the line feed parts them; and whatever begins like a name that is kept.
DOUBTFUL = re.compile(r"(?:^|/)\.{0,2}(?:/|$)|[\\\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]|^\.portal-", re.MULTILINE)


WRITING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class ForeignFile(Exception):
    """A target would replace a file that the generator did not write."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def check_path(path: str) -> str:
    """The path itself; ValueError for one that leads out of the folder or cannot be a line of the list of owned."""
    if UNFIT.search(path):
        raise ValueError(f"not a path inside the output folder: {path!r}")
    if path == OWNED or TEMPORARY.fullmatch(path):
        raise ValueError(f"a name that the generator keeps for itself: {path!r}")
    return path


class Outputs:
    """The output folder.

    What it owns is listed in the folder itself and not in the store: a store serves several folders, and may be lost.
    """

    def __init__(self, root: Path, marks: Mapping[str, Mark]) -> None:
        """Start with the list in the folder, if there is one, and the marks of the last build."""
        self._root = str(root)
        self._files = Files(marks)
        self._marks = marks
        self._safe_folders = {self._root}
        self._known_folders: set[str] = set()
        self._listed = self._read_list()
        self._owned = set(self._listed)
        self._foreign: set[str] = set()
        self._recognised: set[str] = set()

    @property
    def owned(self) -> frozenset[str]:
        """The files that a build may replace or remove."""
        return frozenset(self._owned)

    @property
    def marks(self) -> dict[str, Mark]:
        """Marks of the verified files, for the next build."""
        return self._files.marks

    def expect(self, path: str, result: str) -> None:
        """See that there is a mark for a target: a file that was just written has not been looked at since."""
        if self._files.marked(path) != result:
            self._files.took(path, Mark(-1, 0, 0, 0, result))

    def intact(self, jobs: int) -> bool:
        """Whether the files of the last build, and no others, are owned and in place as they were made."""
        if self._listed != self._marks.keys():
            return False
        waiting: dict[str, str] = {}
        start, files = f"{self._root}/", self._files
        try:
            for path, mark in self._marks.items():
                place = start + path
                status = os.lstat(place)
                if not stat.S_ISREG(status.st_mode):
                    return False
                if not mark.fits(status):
                    waiting[path] = place
                else:
                    files.took(path, mark)
        except OSError:
            return False
        read = dict(files.read_again(waiting, jobs))
        if any(read.get(path) != self._marks[path].digest for path in waiting):
            return False
        self._sweep()
        return True

    def damages(self, results: Mapping[str, str]) -> dict[str, Literal["missing", "damaged"]]:
        """What is wrong with the files in place, which should have these digests; those that have them are adopted.

        The paths must have been claimed. Looks only: whoever writes finds out a folder that is a symbolic link.
        """
        found: dict[str, Literal["missing", "damaged"]] = {}
        sound: list[str] = []
        start, files = f"{self._root}/", self._files
        for path, result in results.items():
            place = start + path
            try:
                status = os.lstat(place)
            except (FileNotFoundError, NotADirectoryError):
                found[path] = "missing"
                continue
            try:
                regular = stat.S_ISREG(status.st_mode)
                if regular and (files.known(path, status) or files.read(path, place)[1]) == result:
                    sound.append(path)
                    continue
            except OSError:
                # Whoever took away the right to read it damaged it; a new file replaces it.
                pass
            found[path] = "damaged"
        self._recognised.update(sound)
        for path in self._foreign.intersection(sound):
            self.adopt(path)
        return found

    def verify(self, path: str, result: str) -> Literal["missing", "damaged"] | None:
        """What is wrong with one file in place, which should have the digest `result`; OSError behind a link."""
        self._place(path)
        return self.damages({path: result}).get(path)

    def recover(self, results: Mapping[str, str]) -> None:
        """Own again what the store knows to have been written here, if the bytes prove it.

        A list that was lost, as by a copy that leaves out hidden files, must not leave a withdrawn page on the site.
        """
        for path in results.keys() - self._owned:
            if _is_path(path) and self.verify(path, results[path]) is None:
                self._owned.add(path)

    def claim(self, paths: Iterable[str]) -> list[str]:
        """Take possession of what is about to be written and give back, sorted, what is in place but not owned.

        Comes before any writing, so that a build killed afterwards still finds its own files. A foreign file may yet be
        adopted if its bytes are those of the target. Leftovers that stand where a file or a folder must go make room.
        """
        plan = set(paths)
        if plan == self._owned == self._listed:
            return []
        for path in plan:
            check_path(path)
        folders = {folder for path in plan for folder in _folders(path)}
        if clash := sorted(plan & folders):
            raise ValueError(f"planned both as a file and as a folder: {clash}")
        for path in sorted(self._owned - plan):
            if path in folders or any(folder in plan for folder in _folders(path)):
                self._remove(path)
        fresh = plan - self._owned - self._recognised
        self._foreign = {path for path in fresh if os.path.lexists(self._place(path))}
        self._owned |= plan - self._foreign
        self._write_list(self._owned)
        return sorted(self._foreign)

    def adopt(self, path: str) -> None:
        """Own a file whose bytes proved to be those of its target: a lost list must not lock anyone out."""
        self._recognised.add(path)
        if path in self._foreign:
            self._foreign.discard(path)
            self._owned.add(path)

    def write(self, path: str, data: bytes) -> bool:
        """Put a file in place at once; False if it held these bytes already and was left alone.

        Raises ForeignFile when something that is not ours is in its place or in that of its folder, and OSError.
        Nothing is synchronised to the disk here: a file lost with the power fails its verification and is made again.
        """
        place = self._place(path)
        fresh = self._made_folder(os.path.dirname(place))
        if not fresh and self._holds(place, data):
            self.adopt(path)
            return False
        if path in self._foreign:
            raise ForeignFile(path)
        if fresh is None:
            try:
                os.makedirs(os.path.dirname(place), exist_ok=True)
            except (FileExistsError, NotADirectoryError) as error:
                raise ForeignFile(path) from error
        if not fresh:
            # Twins go first: without them the site is slower, with old ones it is wrong.
            self._remove_twins(path, place)
        try:
            self._replace(place, data)
        except FileNotFoundError:
            # Somebody removed the folder since, perhaps while a server went on that had made it.
            self._known_folders.clear()
            os.makedirs(os.path.dirname(place), exist_ok=True)
            self._replace(place, data)
        self.adopt(path)
        return True

    def _made_folder(self, folder: str) -> bool | None:
        """Make a folder: True if there was none, so that nothing is in it yet; None if it takes more than one."""
        if folder in self._known_folders:
            return False
        try:
            os.mkdir(folder)
        except FileExistsError:
            found: bool | None = False if os.path.isdir(folder) else None
        except (FileNotFoundError, NotADirectoryError):
            found = None
        else:
            found = True
        if found is not None:
            self._known_folders.add(folder)
        return found

    def prune(self, keep: Iterable[str]) -> list[str]:
        """Remove the owned files that are not kept, with their twins and folders that become empty; gives the removed.

        Also sweeps up the temporary files of killed builds. The list of owned files is then exact.
        """
        kept = set(keep)
        removed = [path for path in sorted(self._owned - kept) if self._remove(path)]
        # A target that was claimed and then failed has no file, and whoever puts one there owns it.
        owned = self._owned & kept
        self._owned = owned - {p for p in owned - self._recognised if not os.path.lexists(self._place(p))}
        self._write_list(self._owned)
        self._sweep()
        return removed

    def _place(self, path: str) -> str:
        """The full path, of which no folder is a symbolic link: through one, a write or a removal would go astray."""
        place = f"{self._root}/{check_path(path)}"
        folder = os.path.dirname(place)
        if folder not in self._safe_folders:
            for part in reversed([*_folders(path)]):
                self._check_folder(f"{self._root}/{part}")
            self._safe_folders.add(folder)
        return place

    def _check_folder(self, folder: str) -> None:
        """Raise OSError for a symbolic link."""
        if folder not in self._safe_folders and os.path.islink(folder):
            raise OSError(errno.ELOOP, "a folder of the output is a symbolic link", folder)

    def _holds(self, place: str, data: bytes) -> bool:
        """Whether a regular file in place has exactly these bytes."""
        try:
            status = os.lstat(place)
            if not stat.S_ISREG(status.st_mode) or status.st_size != len(data):
                return False
            with open(place, "rb", buffering=0) as file:
                return file.readall() == data
        except OSError:
            return False

    def _replace(self, place: str, data: bytes, *, lasting: bool = False) -> None:
        """Write a temporary file beside the place and rename it; `lasting` waits for the disk.

        Each folder has one name for such files, so that what a killed build left is in the way of the next one, and
        found. The mode leaves permissions to the umask: those of `tempfile` would hide the page from the web server.
        """
        temporary = f"{os.path.dirname(place)}/{LEFTOVER}"
        try:
            file = os.open(temporary, WRITING, 0o666)
        except FileExistsError:
            # Of another build that is running, as a rule; or of one that is not.
            _remove_if_abandoned(temporary)
            temporary = f"{self._root}/.portal-{secrets.token_hex(8)}.tmp"
            file = os.open(temporary, WRITING, 0o666)
        try:
            try:
                rest = memoryview(data)
                while rest:
                    rest = rest[os.write(file, rest) :]
                if lasting:
                    os.fsync(file)
            finally:
                os.close(file)
            os.replace(temporary, place)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise

    def _remove(self, path: str) -> bool:
        """Remove an owned file, its twins, and the folders that become empty; False if there was none."""
        try:
            place = self._place(path)
        except OSError:
            # What lies behind a symbolic link is not in this folder any more.
            return False
        self._remove_twins(path, place)
        found = _unlink(place)
        _remove_if_abandoned(f"{os.path.dirname(place)}/{LEFTOVER}")
        for folder in _folders(path):
            if not _remove_if_empty(f"{self._root}/{folder}"):
                break
        return found

    def _remove_twins(self, path: str, place: str) -> None:
        """Remove the compressed copies of a file, unless one of them is a target itself."""
        for suffix in TWINS:
            if path + suffix not in self._owned and path + suffix not in self._foreign:
                _unlink(place + suffix)

    def _sweep(self) -> None:
        """Remove the temporary files of builds that were killed long ago."""
        with suppress(FileNotFoundError), os.scandir(self._root) as entries:
            for path in [entry.path for entry in entries if TEMPORARY.fullmatch(entry.name)]:
                _remove_if_abandoned(path)

    def _read_list(self) -> frozenset[str]:
        """The owned files; a list that is absent or not ours means none, and a line that is no path is passed over."""
        try:
            text = Path(self._root, OWNED).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return frozenset()
        header, _, rest = text.partition("\n")
        rest = rest.removesuffix("\n")
        lines = rest.split("\n")
        if header != HEADER:
            return frozenset()
        # One look at the whole saves most of the time that a look at each line takes, which few lists need.
        return frozenset(lines if not DOUBTFUL.search(rest) else filter(_is_path, lines))

    def _write_list(self, owned: set[str]) -> None:
        """Write the list, and wait for the disk: of all files here, this one cannot be made again."""
        if owned != self._listed:
            os.makedirs(self._root, exist_ok=True)
            text = "".join(f"{line}\n" for line in (HEADER, *sorted(owned)))
            self._replace(f"{self._root}/{OWNED}", text.encode(), lasting=True)
            self._listed = frozenset(owned)


def _folders(path: str) -> Iterator[str]:
    """The folders of a path, the innermost first: `a/b`, `a` for `a/b/c`."""
    while (cut := path.rfind("/")) > 0:
        path = path[:cut]
        yield path


def _is_path(line: str) -> bool:
    """Whether a line of the list is a path that may be touched."""
    try:
        check_path(line)
    except ValueError:
        return False
    return True


def _remove_if_abandoned(temporary: str) -> None:
    """Remove a temporary file unless it may belong to a build that is running."""
    with suppress(OSError):
        if os.lstat(temporary).st_mtime + ABANDONED < time.time():
            os.unlink(temporary)


def _unlink(place: str) -> bool:
    """Remove a file or a link; False for what is absent or a folder."""
    try:
        if stat.S_ISDIR(os.lstat(place).st_mode):
            return False
        os.unlink(place)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _remove_if_empty(folder: str) -> bool:
    """Remove a folder; False if it stays, True also if a build that was killed had removed it."""
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
