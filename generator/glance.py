"""Sees at a glance whether the sources of a site are what they were, so that most builds can end there."""

from __future__ import annotations

from collections.abc import Iterator
from os import stat_result
from pathlib import Path

from generator.engine.files import Files
from generator.sources import folders


def unchanged(site: Path, files: Files, jobs: int) -> bool:
    """Whether the same files have the same content as in the last build; those that may have changed are read."""
    waiting: dict[str, str] = {}
    keys: set[str] = set()
    for key, path, status in _sources(site, files):
        if status is None:
            return False
        keys.add(key)
        known = files.known(key, status)
        if known is None:
            waiting[key] = path
        elif known != files.expected(key):
            return False
    return files.before() == keys and all(
        digest == files.expected(key) for key, digest in _complete(waiting, files, jobs)
    )


def _complete(waiting: dict[str, str], files: Files, jobs: int) -> Iterator[tuple[str, str]]:
    """The digest of each file that had to be read, and no digest at all for those that could not be."""
    read = dict(files.read_again(waiting, jobs))
    for key in waiting:
        yield key, read.get(key, "")


def _sources(site: Path, files: Files) -> Iterator[tuple[str, str, stat_result | None]]:
    """Every file that a build looks at: key, path, and how it looks; no look where something is out of order."""
    try:
        yield folders.SETTINGS, str(site / folders.SETTINGS), (site / folders.SETTINGS).stat()
    except OSError:
        yield folders.SETTINGS, "", None
    content = site / "content"
    copied = content / folders.STATIC
    scans = [("content/", content, files.scan(content), folders.STATIC)]
    if copied.is_dir():
        scans.append((f"content/{folders.STATIC}", copied, files.scan(copied, folders.litter), ""))
    scans += [
        (f"{mark}templates/", folder, files.scan(folder), "")
        for mark, folder in folders.of_templates(site, folders.shipped())
    ]
    for prefix, folder, found, left_out in scans:
        # What a link leads to may look as before while the link is new; few sites have any.
        if found.links or found.problems:
            yield prefix, "", None
        start = str(folder)
        for path, status in found.files.items():
            if not left_out or not path.startswith(left_out):
                yield prefix + path, f"{start}/{path}", status
