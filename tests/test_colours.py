"""The colours that are made of a brand's: read by those with weak eyes too, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model import colours
from tests.portal import SITE, Portal

ABOUT = "---\ntitle: 关于\ndate: 2026-11-01\n---\n\n正文\n"
any_colour = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#777777", "#ffffff", 4.48), ("#a61b1f", "#ffffff", 7.51)],
)
def test_contrast_is_that_of_the_standard(one: str, other: str, ratio: float) -> None:
    assert colours.contrast(one, other) == colours.contrast(other, one) == pytest.approx(ratio, abs=0.01)


@given(any_colour)
def test_every_colour_has_a_readable_one_of_its_tone(colour: str) -> None:
    found = colours.darkened(colour)
    assert colours.readable(found)
    assert found == colour or not colours.readable(colour)


@given(any_colour)
def test_what_is_made_of_a_colour_is_read_by_night_too(colour: str) -> None:
    light, dark = colours.palette(colours.darkened(colour))
    for edition, ground in ((light, colours.WHITE), (dark, colours.NIGHT)):
        for text in ("accent", "deep"):
            assert colours.contrast(edition[text], edition["soft"]) >= colours.READABLE
            assert colours.contrast(edition[text], ground) >= colours.READABLE
        for fill in ("fill", "fill-deep"):
            assert colours.contrast(edition[fill], colours.WHITE) >= colours.READABLE


def test_the_ground_of_the_night_is_that_of_the_stylesheet() -> None:
    text = (Path(__file__).parent.parent / "templates/assets/portal.css").read_text(encoding="utf-8")
    assert f"--card:{colours.NIGHT};" in text


def test_another_colour_is_another_stylesheet(tmp_path: Path) -> None:
    portal = Portal.of(tmp_path, {"content/pages/about.md": ABOUT})
    portal.build()
    assert "--accent:#a61b1f;" in portal.text("assets/brand-a61b1f.css")
    portal.edit({"site.yaml": SITE.replace("name: 测试\n", 'name: 测试\n  colour: "#7A1F5C"\n')})
    report = portal.build().report
    assert report.ok
    assert "assets/brand-a61b1f.css" in report.removed
    assert "--accent:#7A1F5C;" in portal.text("assets/brand-7a1f5c.css")
    assert "assets/brand-7a1f5c.css" in portal.text("index.html")
