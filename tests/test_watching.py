"""What the dev server takes for a change of the site, and what not."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from generator.serve import watching
from tests.browser.serving import FILES, site, until


@contextmanager
def watch(folder: Path, today: list[datetime.date]) -> Iterator[list[bool]]:
    """What `changes` yields for a site in a thread, as long as the block lasts."""
    seen: list[bool] = []
    stop = threading.Event()
    sources = watching.Sources(folder, folder / "public", (folder / "content/cache",), lambda: today[0])

    def follow() -> None:
        seen.extend(change.edited for change in watching.changes(sources, stop))

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        until(lambda: seen, "the first look")
        yield seen
    finally:
        stop.set()
        thread.join()


def test_a_new_day_is_a_change(tmp_path: Path) -> None:
    today = [datetime.date(2026, 1, 1)]
    with watch(site(tmp_path).folder, today) as seen:
        assert seen == [False]
        today[0] = datetime.date(2026, 1, 2)
        until(lambda: seen == [False, True], "the new day")


def test_what_is_no_source_is_no_change(tmp_path: Path) -> None:
    portal = site(tmp_path)
    with watch(tmp_path, [datetime.date(2026, 1, 1)]) as seen:
        leftovers = (
            "content/pages/.one.md.swp",
            "content/pages/one.md~",
            "content/pages/#one.md#",
            "content/pages/4913",
        )
        written = ("public/one/index.html", "content/cache/store", ".git/index", ".venv/a.py", "node_modules/a.js")
        portal.edit(dict.fromkeys((*leftovers, *written), "x"))
        time.sleep(1)
        assert seen == [False]
        portal.edit({"content/pages/one.md": "x"})
        until(lambda: True in seen, "the change")


@pytest.mark.parametrize("error", [OSError(28, "no space left on device"), RuntimeError("no watch")])
def test_without_watches_it_looks_at_every_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def limited(*folders: Path, **given: object) -> None:
        raise error

    monkeypatch.setattr(watching.watchfiles, "watch", limited)
    portal = site(tmp_path)
    with watch(tmp_path, [datetime.date(2026, 1, 1)]) as seen:
        # Again within a second, and with the same length.
        for number, text in enumerate("xyz", 1):
            portal.edit({"content/pages/one.md": text})
            until(lambda wanted=number: seen.count(True) == wanted, "the change")


def test_a_site_without_folders_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching.folders, "shipped", lambda: tmp_path / "absent")
    with watch(tmp_path, [datetime.date(2026, 1, 1)]) as seen:
        (tmp_path / "content").mkdir()
        until(lambda: True in seen, "the folder")
        count = len(seen)
        (tmp_path / "content/a.md").write_text(FILES["content/pages/one.md"])
        until(lambda: len(seen) > count, "the file")
