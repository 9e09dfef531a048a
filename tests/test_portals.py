"""The two portals as their members get them: whole, valid, without a dead link, and the same everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import html5lib
import pytest

from generator import build
from generator.checks import links
from generator.model.collections import COLLECTIONS
from tests.portal import TODAY, Portal, snapshot

ROOT = Path(__file__).parent.parent
PORTALS = {"爵溪": ROOT, "土默特右旗": ROOT / "tests/portals/tumd"}


@dataclass(frozen=True)
class Finished:
    """A portal after its first build."""

    portal: Portal
    report: build.Report

    @property
    def folder(self) -> Path:
        """The output."""
        return self.portal.options.output


@pytest.fixture(scope="module", params=PORTALS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Each portal, built into a folder of its own."""
    folder = tmp_path_factory.mktemp("portal")
    portal = Portal(PORTALS[request.param], out=folder / "out", cache=folder / "cache")
    report = portal.build().report
    assert [found for found in report.diagnostics if found.level != "note"] == []
    return Finished(portal, report)


def pages(folder: Path) -> dict[str, str]:
    """Every page by its path."""
    return {name: data.decode() for name, data in snapshot(folder).items() if name.endswith(".html")}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as an editor runs it."""
    return subprocess.run(
        [sys.executable, "-m", "generator", *arguments],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_valid_html(built: Finished) -> None:
    for name, text in pages(built.folder).items():
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(text)
        assert not parser.errors, (name, parser.errors[:3])


def test_no_dead_link_or_anchor(built: Finished) -> None:
    assert links.check(built.folder, built.report.path) == []


def test_second_build_makes_nothing(built: Finished) -> None:
    built.portal.build().made_nothing()


def test_over_400_pages(tmp_path: Path) -> None:
    where = ("--out", str(tmp_path / "out"), "--cache", str(tmp_path / "cache"))
    done = run("build", "--today", str(TODAY), "--format", "json", *where)
    report = json.loads(done.stdout)
    assert report["ok"]
    assert [found for found in report["diagnostics"] if found["level"] != "note"] == []
    assert len(pages(tmp_path / "out")) > 400


def test_base_path(tmp_path: Path) -> None:
    portal = Portal(ROOT, out=tmp_path / "out", cache=tmp_path / "cache", base_url="https://example.org/some/path/")
    assert portal.build().report.ok
    assert links.check(tmp_path / "out", "/some/path/") == []
    assert 'href="/some/path/' in portal.text("index.html")
    assert 'rel="canonical" href="https://example.org/some/path/"' in portal.text("index.html")


def test_same_bytes_everywhere(tmp_path: Path) -> None:
    """Another folder, time zone, locale, hash seed and number of processes change no byte."""
    portal = Portal.copy(ROOT, tmp_path / "one")
    expected = portal.clean(tmp_path / "expected")
    other = Portal.copy(ROOT, tmp_path / "another folder" / "网站")
    settings = [
        {"TZ": "America/New_York", "LC_ALL": "C", "PYTHONHASHSEED": "1", "jobs": "1"},
        {"TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "4242", "jobs": "2"},
    ]
    for number, environment in enumerate(settings):
        jobs = environment.pop("jobs")
        out = tmp_path / f"out-{number}"
        done = run(
            *("build", "--site", str(other.folder), "--out", str(out), "--cache", str(tmp_path / f"cache-{number}")),
            *("--clean", "--jobs", jobs, "--today", str(TODAY)),
            **environment,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert snapshot(out) == expected


def test_every_collection_is_used() -> None:
    for name in COLLECTIONS:
        assert any((ROOT / "content" / name).rglob("*.*")), name


def test_generator_and_templates_know_no_place() -> None:
    """Both portals come from the same program; the names of places stand in content only."""
    names = ("爵溪", "土默特", "鄱阳", "万年县", "包头", "象山")
    for folder in ("generator", "templates"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".html", ".css", ".js", ".toml"):
                text = path.read_text(encoding="utf-8")
                assert not [name for name in names if name in text], path


def test_a_typo_makes_the_page_that_shows_it_and_no_other(tmp_path: Path) -> None:
    portal = Portal.copy(ROOT, tmp_path / "site")
    portal.build()
    path = tmp_path / "site/content/lessons/micro-1.md"
    path.write_text(path.read_text(encoding="utf-8") + "\n多了一个字。\n", encoding="utf-8")
    before = portal.explained("/lessons/micro-1/")
    assert before.now is not None
    assert before.now.query == ("body", "lessons/micro-1")
    portal.build().made("lessons/micro-1/index.html")
    after = portal.explained("lessons/micro-1/")
    assert after.last is not None
    assert after.last.query == ("body", "lessons/micro-1")
    assert after.now is None
    assert (("body", "lessons/micro-1"), False) in after.dependencies


def test_a_title_makes_all_pages_that_show_it_and_no_other(tmp_path: Path) -> None:
    portal = Portal.copy(ROOT, tmp_path / "site")
    path = "content/branches/branch-lianhu.md"
    text = (portal.folder / path).read_text(encoding="utf-8")
    line = next(line for line in text.split("\n") if line.startswith("名称:"))
    # A name that stands nowhere else, so that what shows it shows it because of this entry.
    portal.replace(path, line, "名称: 独一无二流动党员党支部（示例）")
    assert portal.build().report.ok
    # Lines of a calendar are folded within words.
    showing = sorted(
        name for name, data in portal.outputs.items() if "独一无二".encode() in data.replace(b"\r\n ", b"")
    )
    assert len(showing) > 10
    portal.replace(path, "独一无二", "绝无仅有")
    report = portal.build().report
    assert sorted(report.made) == showing
    assert sorted(report.written) == showing
