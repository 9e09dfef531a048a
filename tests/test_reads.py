"""No file is read behind the engine's back: what a target opens is what it asked for by a recorded question."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from generator.engine.trace import Reader, Target
from generator.render.making import Maker
from generator.sources.folders import shipped
from tests.portal import Portal

ROOT = Path(__file__).parent.parent


class Watch:
    """Notes every file of the sources that is opened while a target is made."""

    def __init__(self, folders: list[Path]) -> None:
        self.folders = [str(folder.resolve()) for folder in folders]
        self.target: Target | None = None
        self.opened: list[tuple[Target, str]] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Called by the interpreter for every audited event; it can never be removed, so it must be cheap."""
        if self.target is not None and event == "open" and isinstance(arguments[0], str):
            path = str(Path(arguments[0]).resolve())
            if path.startswith(tuple(self.folders)):
                self.opened.append((self.target, path))


def test_targets_open_only_what_they_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = Portal.copy(ROOT, tmp_path / "site", ("site.yaml", "content"))
    watch = Watch([portal.folder / "content", shipped()])
    sys.addaudithook(watch)
    real = Maker.__call__
    asked: dict[str, set[tuple[str | int, ...]]] = {}

    def make(maker: Maker, target: Target, read: Reader) -> bytes:
        watch.target = target
        try:
            return real(maker, target, read)
        finally:
            watch.target = None
            asked[target.path] = {*read.reads}

    monkeypatch.setattr(Maker, "__call__", make)
    assert portal.build().report.ok
    assert len(asked) > 400
    assert any(target.maker.startswith("copy:") for target, _ in watch.opened)
    for target, path in watch.opened:
        if target.maker.startswith("copy:"):
            name = str(target.arguments[0])
            assert ("asset-digest", name) in asked[target.path] or path.endswith(name)
            assert any(query[-1] == name for query in asked[target.path])
        else:
            assert ("template", target.maker) in asked[target.path], (target, path)
            assert path.startswith(str(shipped().resolve())), (target, path)


def test_the_watch_sees_an_open(tmp_path: Path) -> None:
    """A reader that opens a source by itself would be noticed."""
    (tmp_path / "source.md").write_text("x", encoding="utf-8")
    watch = Watch([tmp_path])
    sys.addaudithook(watch)
    watch.target = Target("page", "maker")
    (tmp_path / "source.md").read_bytes()
    watch.target = None
    assert [path for _, path in watch.opened] == [str((tmp_path / "source.md").resolve())]
