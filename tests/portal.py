"""A small site in a folder, for tests: `Portal.of(folder, {...}).edit(...).build().made(...)`."""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from generator import build, steps
from generator.diagnostics import Diagnostic

TODAY = datetime.date(2026, 11, 22)

SITE = """\
name: 测试门户（示例）
description: 测试用的网站
base_url: https://portal.example.org/
brand:
  name: 测试
footer:
  sponsor: 测试办（示例）
"""


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes, by relative path."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@dataclass(frozen=True)
class Built:
    """A report with short ways to assert on it."""

    report: build.Report

    def made(self, *paths: str) -> Built:
        """Exactly these outputs were made again."""
        assert sorted(self.report.made) == sorted(paths)
        return self

    def made_nothing(self) -> Built:
        """No output was made again, written or removed, and there was no error."""
        assert self.report.ok, self.report.diagnostics
        assert (self.report.made, self.report.written, self.report.removed) == ((), (), ())
        return self

    def codes(self) -> list[str]:
        """The codes of all problems, in order."""
        return [found.code for found in self.report.diagnostics]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All problems."""
        return self.report.diagnostics


class Portal:
    """A site on disk with its output and store."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.folder = folder
        given: dict[str, object] = {"site": folder, "today": TODAY, "jobs": 1, **options}
        self.options = build.Options(**given)  # type: ignore[arg-type]

    @classmethod
    def of(cls, folder: Path, files: Mapping[str, str | bytes], **options: object) -> Portal:
        """A site with these files, and a plain site.yaml unless one is given."""
        return cls(folder, **options).edit({"site.yaml": SITE, **files})

    @classmethod
    def copy(cls, source: Path, folder: Path, names: Iterable[str] = ("site.yaml", "content", "templates")) -> Portal:
        """A copy of the sources of a site."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            if (source / name).is_dir():
                shutil.copytree(source / name, folder / name, symlinks=True)
            elif (source / name).exists():
                shutil.copy(source / name, folder / name)
        return cls(folder)

    def edit(self, files: Mapping[str, str | bytes | None]) -> Portal:
        """Write files; None deletes one."""
        for name, text in files.items():
            path = self.folder / name
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return self

    def replace(self, name: str, old: str, new: str) -> Portal:
        """Replace a text that stands in a file exactly once."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        return self.edit({name: text.replace(old, new)})

    def build(self, **changes: object) -> Built:
        """Build with the store of earlier builds."""
        return Built(build.build(replace(self.options, **changes)))  # type: ignore[arg-type]

    def clean(self, folder: Path, **changes: object) -> dict[str, bytes]:
        """The outputs of a build from nothing into an empty folder."""
        options = replace(self.options, out=folder / "out", cache=folder / "cache", **changes)  # type: ignore[arg-type]
        report = build.build(options)
        assert report.ok, report.diagnostics
        return snapshot(folder / "out")

    def explained(self, url: str) -> steps.Explanation:
        """What a page was made from."""
        found = steps.explain(self.options, url)
        assert isinstance(found, steps.Explanation)
        return found

    def text(self, path: str) -> str:
        """An output file."""
        return (self.options.output / path).read_text(encoding="utf-8")

    @property
    def outputs(self) -> dict[str, bytes]:
        """Every output file."""
        return snapshot(self.options.output)


def write_by_rename(path: Path, text: str) -> None:
    """Replace a file as many editors do."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
