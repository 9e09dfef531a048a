"""Reads content/: every file decoded once for each of its contents, and remembered."""

from __future__ import annotations

import os
import posixpath
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import msgspec

from generator.diagnostics import Diagnostic, Span, nearest, problem
from generator.engine import workers
from generator.engine.files import Files, Mark, Problem, Scan, look
from generator.engine.timing import WAIT, Times
from generator.model.collections import COLLECTIONS
from generator.model.decoding import Decoded, Record, decode
from generator.model.entry import Entry
from generator.model.head import Head, differences
from generator.model.records import Indexed, Known, Records
from generator.sources import document, privacy
from generator.sources.body import Body
from generator.sources.folders import STATIC, litter

__all__ = ["Indexed", "Known", "Library", "read"]

PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp")
MOST_PICTURE = 1_000_000  # bytes; a slow telephone loads them in some ten seconds
SOURCES = (".md", ".yaml", ".yml")
LINKS = {
    "link-outside": "S017",
    "link-broken": "S018",
    "link-loop": "S018",
    "link-folder": "S019",
    "special": "S020",
    "name": "S022",
}


@dataclass(frozen=True)
class Library:
    """Everything under content/, published or not."""

    heads: Mapping[str, Head]
    """By id, in order of id."""
    homes: Mapping[str, tuple[str, int]]
    """The file of each entry, relative to the site, and its place in it."""
    files: Mapping[str, str]
    """Pictures and attachments by path relative to content/, with the digest of their bytes."""
    static: Mapping[str, str]
    """Files that are copied to the root of the site, by their path there, with the digest of their bytes."""
    diagnostics: tuple[Diagnostic, ...]
    records: Records
    lost: frozenset[str] = frozenset()
    """Ids, and paths of files, of entries that are there but could not be read."""
    changed: frozenset[str] | None = None
    """The entries that are not as they are known, where nothing else is other than known; None where something is."""
    retitled: bool = True
    """Whether a title or a day of change may be among what is other."""

    @property
    def known(self) -> Known:
        """For the next build."""
        return self.records.known

    def record(self, id_: str) -> Record:
        """One entry in full; KeyError if there is none."""
        return self.records.record(id_, *self.homes[id_])

    def entry(self, id_: str) -> Entry:
        """The fields of one entry; KeyError if there is none."""
        return self.records.entry(*self.homes[id_])

    def body(self, id_: str) -> Body | None:
        """The text of one entry; KeyError if there is no entry."""
        return self.records.body(*self.homes[id_])

    def with_texts(self, paths: Iterable[str]) -> Library | None:
        """The same after some files were edited, if nothing is wrong with them and only texts of entries are other."""
        indexed, heads, blobs = dict(self.known.files), dict(self.heads), self.known.blobs.aside()
        root = self.records.root
        changed: set[str] = set()
        retitled = False
        for path in paths:
            old = indexed.get(path)
            found = _looked_at(root, {}, path) if old and not (root / path).is_symlink() else None
            if old is None or found is None or isinstance(found, str) or (decoded := found[1]) is None:
                return None
            differing = differences(old.heads, decoded.heads)
            if differing is None or decoded.diagnostics or old.diagnostics:
                return None
            indexed[path] = Indexed(found[0].digest, decoded.heads, (), (), blobs.append(decoded.records))
            name = path.split("/", 2)[1]
            more = {f"{name}/{head.slug}": head for head in decoded.heads if head.slug in differing[0]}
            heads.update(more)
            changed.update(more)
            retitled = retitled or differing[1]
        records = Records(Known(indexed, self.known.copied, blobs), root)
        return replace(self, heads=heads, records=records, changed=frozenset(changed), retitled=retitled)


def read(root: Path, files: Files, known: Known | None = None, jobs: int = 1, times: Times | None = None) -> Library:
    """The library below `root`/content, read by so many processes."""
    times = times or Times()
    with times.stage("scan"):
        found = files.scan(root / "content")
    reading = _Reading(root, files, known or Known())
    reading.problems([one for one in found.problems if not one.path.startswith(STATIC)])
    for path, status in found.files.items():
        if not path.startswith(STATIC) and not reading.known(path, status):
            reading.file(path, found)
    reading.sources(jobs, times)
    reading.copies(root / "content" / STATIC)
    return reading.library()


class _Reading:
    """The work of one reading."""

    def __init__(self, root: Path, files: Files, known: Known) -> None:
        self._root = root
        self._files = files
        self._known = known
        self._indexed: dict[str, Indexed] = {}
        self._waiting: list[str] = []
        self._media: dict[str, str] = {}
        self._static: dict[str, str] = {}
        self._diagnostics: list[Diagnostic] = []
        self._copies: dict[str, tuple[str, bytes]] = {}
        self._decoded: list[str] = []
        self._unlike = False
        """Whether a file that is published as it is has another content."""

    def library(self) -> Library:
        """What was read."""
        heads: dict[str, Head] = {}
        homes: dict[str, tuple[str, int]] = {}
        lost: set[str] = set()
        twice: list[tuple[str, str, int]] = []
        for path in sorted(self._indexed):
            found = self._indexed[path]
            name = path.split("/", 2)[1]
            self._diagnostics.extend(found.diagnostics)
            if found.lost:
                lost |= {path, *(f"{name}/{slug}" for slug in found.lost)}
            for place, head in enumerate(found.heads):
                id_ = f"{name}/{head.slug}"
                if id_ in heads:
                    twice.append((id_, path, place))
                else:
                    heads[id_] = head
                    homes[id_] = path, place
        library = Library(
            dict(sorted(heads.items())),
            homes,
            self._media,
            self._static,
            (),
            Records(Known(self._indexed, self._copies, self._known.blobs), self._root),
            frozenset(lost),
            *self._changed(),
        )
        for id_, path, place in twice:
            other = library.record(id_)
            where = Span(other.path, *other.slug_place)
            places = library.records.places(path, place)
            span = Span(path, *places.slug) if places else Span(path)
            self._diagnostics.append(problem("C001", span, id=id_, other=where))
        return replace(library, diagnostics=tuple(self._diagnostics))

    def _changed(self) -> tuple[frozenset[str] | None, bool]:
        known, now = self._known.files, self._indexed
        copied = {f"content/{path}" for path in self._media} | {f"content/{STATIC}{path}" for path in self._static}
        before = {key for key in self._files.before() if key.startswith("content/")}
        if self._unlike or known.keys() != now.keys() or before != known.keys() | copied:
            return None, True
        found: set[str] = set()
        retitled = False
        for path in self._decoded:
            differing = None if known[path].lost or now[path].lost else differences(known[path].heads, now[path].heads)
            if differing is None:
                return None, True
            found.update(f"{path.split('/', 2)[1]}/{slug}" for slug in differing[0])
            retitled = retitled or differing[1]
        return frozenset(found), retitled

    def sources(self, jobs: int, times: Times) -> None:
        """Read and decode the files that are not as they were."""
        work = partial(_looked_at_packed, self._root, {path: known.digest for path, known in self._known.files.items()})
        paths, self._waiting = self._waiting, []
        batches = workers.in_batches(work, paths, jobs, lambda done, total: None)
        while True:
            # Taken in while the other processes go on: to wait for all of them first costs a tenth of a first build.
            with times.stage(WAIT):
                batch = next(batches, None)
            if batch is None:
                break
            for path, found in zip(
                batch[0], msgspec.msgpack.decode(batch[1], type=list[_Found | str | None]), strict=True
            ):
                if isinstance(found, str):
                    self._diagnostics.append(problem("S014", Span(path), why=found))
                elif found is not None:
                    self._take(path, found, times)

    def _take(self, path: str, found: _Found, times: Times) -> None:
        mark, decoded, seconds = found
        times.add("read", seconds[0])
        times.add("decode", seconds[1])
        self._files.took(path, mark)
        if decoded is None:
            self._indexed[path] = self._known.files[path]
        else:
            ref = self._known.blobs.append(decoded.records)
            self._indexed[path] = Indexed(mark.digest, decoded.heads, decoded.diagnostics, decoded.lost, ref)
            self._decoded.append(path)

    def problems(self, problems: list[Problem]) -> None:
        """Report what the scan could not read."""
        for found in problems:
            span = Span(posixpath.normpath(f"content/{found.path}"))
            if found.kind == "unreadable" and found.path == "." and not (self._root / "content").exists():
                self._diagnostics.append(problem("S023", Span("content")))
            elif found.kind == "unreadable":
                self._diagnostics.append(problem("S014", span, why="cannot be opened"))
            else:
                self._diagnostics.append(problem(LINKS[found.kind], span))

    def copies(self, folder: Path) -> None:
        """Take in what is copied as it is, hidden names such as `.well-known` too; no link leads out of the folder."""
        if not folder.is_dir():
            return
        found = self._files.scan(folder, litter)
        self.problems([Problem(STATIC + one.path, one.kind) for one in found.problems])
        for path in found.files:
            self.file(STATIC + path, found)

    def known(self, path: str, status: os.stat_result) -> bool:
        """Take in a source that is as it was, by far the most frequent case; False for any other file."""
        shown = f"content/{path}"
        known = self._known.files.get(shown)
        if known is None or self._files.known(shown, status) != known.digest:
            return False
        self._indexed[shown] = known
        return True

    def file(self, path: str, found: Scan) -> None:
        """Take in one file, whose path is relative to content/."""
        shown = f"content/{path}"
        folder, _, rest = path.partition("/")
        try:
            if path.startswith(STATIC):
                self._static[path.removeprefix(STATIC)] = self._copied(shown)
            elif not rest:
                self._diagnostics.append(problem("S016", Span(shown)))
            elif folder not in COLLECTIONS:
                guess = nearest(folder, COLLECTIONS) or "pages"
                self._diagnostics.append(
                    problem("S015", Span(shown), folder=folder, guess=guess, known=" ".join(COLLECTIONS))
                )
            elif not path.endswith(SOURCES) and self._leads_to_source(shown):
                self._diagnostics.append(problem("S017", Span(shown)))
            elif not path.endswith(SOURCES):
                self._weigh(shown, found.files[path].st_size)
                self._media[path] = self._copied(shown)
            else:
                self._waiting.append(shown)
        except FileNotFoundError:
            # Deleted between the listing and the reading: as if it had never been listed.
            return
        except OSError as error:
            self._diagnostics.append(problem("S014", Span(shown), why=error.strerror))

    def _weigh(self, shown: str, size: int) -> None:
        """Report a picture that an old telephone waits for."""
        if size > MOST_PICTURE and shown.lower().endswith(PICTURES):
            self._diagnostics.append(
                problem("S024", Span(shown), size=f"{size / 1e6:.1f}", most=f"{MOST_PICTURE / 1e6:.0f}")
            )

    def _leads_to_source(self, shown: str) -> bool:
        """Whether a picture is a link to the source of an entry, which may be internal."""
        path = self._root / shown
        return path.is_symlink() and os.path.realpath(path).endswith(SOURCES)

    def _copied(self, path: str) -> str:
        """The digest of a file that is published as it is; one that can be looked through is, once for each content."""
        if not privacy.looked_through(path):
            digest = self._files.digest(path, self._root / path)
        else:
            digest = self._looked_through(path)
        self._unlike |= digest != self._files.expected(path)
        self._diagnostics.extend(privacy.named(path))
        return digest

    def _looked_through(self, path: str) -> str:
        name = f"copied:{path}"
        known = self._known.copied.get(name)
        digest = self._files.known(path, os.stat(self._root / path))
        if known is None or known[0] != digest:
            data, digest = self._files.read(path, self._root / path)
            if known is None or known[0] != digest:
                known = (digest, msgspec.msgpack.encode(tuple(privacy.copied(path, data)), order="deterministic"))
        self._copies[name] = known
        self._diagnostics.extend(msgspec.msgpack.decode(known[1], type=tuple[Diagnostic, ...]))
        return known[0]


def _looked_at_packed(root: Path, digests: Mapping[str, str], paths: Sequence[str]) -> bytes:
    """Some files, as they come from another process: to pickle the records took three times as long."""
    return msgspec.msgpack.encode([_looked_at(root, digests, path) for path in paths])


def _looked_at(root: Path, digests: Mapping[str, str], path: str) -> _Found | str | None:
    """A file's mark, and what it says unless that is known; why it cannot be read; None if it is gone."""
    start = time.perf_counter()
    # To join paths took a third of the time of reading a file.
    full = f"{root}/{path}"
    try:
        if (size := os.stat(full).st_size) > document.MOST_BYTES:
            return (
                Mark(-1, 0, 0, 0, ""),
                Decoded((), (document.too_large(path, size),), (), msgspec.msgpack.encode([])),
                (0.0, 0.0),
            )
        data, mark = look(full)
    except FileNotFoundError:
        # Deleted between the listing and the reading: as if it had never been listed.
        return None
    except OSError as error:
        return error.strerror or str(error)
    middle = time.perf_counter()
    known = digests.get(path) == mark.digest
    decoded = None if known else decode(path, data, COLLECTIONS[path.split("/", 2)[1]])
    return mark, decoded, (middle - start, time.perf_counter() - middle)


_Found = tuple[Mark, Decoded | None, tuple[float, float]]
"""The mark, what was decoded, and the seconds to read and to decode."""
