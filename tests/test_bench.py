"""The bench measures two generators on one site: the corpus has no fault for the portal, and both publish the same."""

from __future__ import annotations

import statistics
import subprocess
from pathlib import Path

import pytest

from generator import build
from tests.bench import hugo_site, portal_site, same
from tests.bench.cases import NoHugo, hugo_program
from tests.bench.corpus import OTHERS, SHARES, corpus
from tests.portal import TODAY

ENTRIES = 200


def built(folder: Path) -> Path:
    """The output of a portal, which must have no problem at all."""
    report = build.build(build.Options(site=folder, out=folder / "public", strict=True, today=TODAY))
    assert report.diagnostics == ()
    return folder / "public"


def by_hugo(folder: Path) -> Path:
    """The output of Hugo, which need not be installed."""
    try:
        program = hugo_program()
    except NoHugo as error:
        pytest.skip(str(error))
    out = folder / "public"
    command = [program, "--source", str(folder), "--destination", str(out), "--clock", f"{TODAY}T12:00:00+08:00"]
    subprocess.run([*command, "--quiet"], check=True, capture_output=True, timeout=120)
    return out


def test_a_seed_decides_everything() -> None:
    assert list(corpus(ENTRIES)) == list(corpus(ENTRIES))
    assert all(one != two for one, two in zip(corpus(ENTRIES), corpus(ENTRIES, seed=2), strict=True))


def test_an_entry_needs_no_other() -> None:
    entries = list(corpus(ENTRIES))
    assert corpus(ENTRIES).entry("lessons", 7) in entries
    assert len({entry.fields["date"] for entry in entries}) == ENTRIES
    assert len({entry.id for entry in entries}) == len({entry.fields["title"] for entry in entries}) == ENTRIES


@pytest.mark.parametrize("count", [1_500, 10_000, 100_000])
def test_the_shares_are_those_declared(count: int) -> None:
    sizes = corpus(count).sizes
    assert sum(sizes.values()) == count
    for name, share in SHARES.items():
        assert sizes[name] == pytest.approx(count * share / 100, rel=0.05)
    assert all(sizes[name] >= 2 for name in OTHERS)


def test_lessons_are_as_long_as_in_life() -> None:
    site = corpus(1_000)
    sizes = [len(site.entry("lessons", index).body.encode()) for index in range(100)]
    assert 3_000 < statistics.mean(sizes) < 3_800


def test_both_write_the_same_entries(tmp_path: Path) -> None:
    for name, site in (("portal", portal_site), ("hugo", hugo_site)):
        (tmp_path / name).mkdir()
        site.write(tmp_path / name, corpus(ENTRIES))
    pages = [
        {path.relative_to(folder) for path in folder.glob("*/*-*.md")}
        for folder in (tmp_path / "portal" / "content", tmp_path / "hugo" / "content")
    ]
    assert len(pages[0]) == ENTRIES
    assert pages[0] == pages[1]


@pytest.mark.parametrize("tiny", [pytest.param(False, marks=pytest.mark.forks), True])
def test_both_publish_the_same_site(tiny: bool, tmp_path: Path) -> None:
    for name, site in (("portal", portal_site), ("hugo", hugo_site)):
        (tmp_path / name).mkdir()
        if tiny:
            site.write_tiny(tmp_path / name, 30)
        else:
            site.write(tmp_path / name, corpus(ENTRIES))
    ours = built(tmp_path / "portal")
    found = same.compare(ours, by_hugo(tmp_path / "hugo"))
    assert found.same, "\n".join(same.report(found))


PAGE = '<!doctype html>\n<h1 class="a" id="b">Tea &amp; milk</h1> <a href="/x/%E8%8C%B6/">go</a>\n'


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        (PAGE.replace(" ", "  ").replace("\n", ""), []),
        (PAGE.replace("&amp;", "&#38;").replace("%E8%8C%B6", "茶"), []),
        (PAGE.replace('class="a" id="b"', 'id="b" class="a"'), []),
        (PAGE.replace("milk", "lemon"), ["text"]),
        (PAGE.replace("/x/", "/y/"), ["links", "tags"]),
        (PAGE.replace('class="a"', 'class="c"'), ["tags"]),
    ],
)
def test_only_what_shows_counts(other: str, differs: list[str], tmp_path: Path) -> None:
    for name, text in (("one", PAGE), ("two", other)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(text, encoding="utf-8")
    found = same.compare(tmp_path / "one", tmp_path / "two")
    assert [difference.what for difference in found.differences] == differs
    assert found.same is not bool(differs)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "feed.xml").write_text("<feed/>", encoding="utf-8")
    found = same.compare(tmp_path / "one", tmp_path / "two")
    assert list(same.report(found))[:2] == ["1 files are missing in the second:", "  feed.xml"]
    assert same.main([str(tmp_path / "one"), str(tmp_path / "two")]) == 1
