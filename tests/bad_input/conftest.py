"""The site that every test here begins with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.sources import folders
from tests.bad_input.site import ABOUT, CONTACT, ENTRY, LIST, NEWS, put, run
from tests.broken import PAGE, complete


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A good site that was built; it is the current folder."""
    folder = tmp_path / "site"
    files = {
        ABOUT: ENTRY,
        "content/pages/contact.md": CONTACT,
        "content/pages/door.jpg": "jpg",
        "content/pages/list.yaml": LIST,
        "content/news/notice.md": NEWS,
        "content/static/robots-extra.txt": "一\n",
        "templates/parts/part.html": "<p>部分</p>\n",
        "templates/home.html": PAGE + '{% include "parts/part.html" %}\n',
    }
    for name, text in files.items():
        put(folder, name, text)
    complete(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(folders, "shipped", lambda: Path("absent"))
    monkeypatch.setenv("PORTAL_LANG", "zh")
    first = run()
    assert (first.exit_code, "错误" in first.output) == (0, False), first.output
    yield folder
    monkeypatch.undo()
