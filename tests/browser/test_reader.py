"""What a member sees: every kind of page readable, at every width, light and dark, and in the edition for elders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from generator import build
from tests.browser.published import kinds, served
from tests.portal import TODAY
from tests.test_portals import PORTALS

pytestmark = pytest.mark.browser

COLOURS = ["color-contrast", "link-in-text-block", "target-size"]
"""The rules that see a difference in another edition of the same page."""
VIEWS = [(360, "light"), (768, "light"), (1280, "light"), (360, "elder"), (360, "dark"), (1280, "dark")]
NARROWEST = 320
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
ALL = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PIXELS_OF_18_POINTS = 24
TARGET = 60
TARGETS = "button, .button, .menu-open, .doors a, .chips a, .pages a, summary"
HEIGHTS = """which => [...document.querySelectorAll(which)].filter(one => one.checkVisibility())
  .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect().height])"""


@dataclass(frozen=True)
class Published:
    """A finished portal: where it is served, and its kinds of pages."""

    address: str
    kinds: Mapping[str, str]


@pytest.fixture(scope="module", params=PORTALS)
def portal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """Each portal."""
    folder = tmp_path_factory.mktemp("published")
    out, cache = folder / "out", folder / "cache"
    address = "https://portal.example.org/"
    options = build.Options(site=PORTALS[request.param], out=out, cache=cache, today=TODAY, base_url=address)
    assert build.build(options).ok
    with served(options.output) as address:
        yield Published(address, kinds(options))


def opened(browser: Browser, width: int, scheme: str, elder: str = "") -> BrowserContext:
    """A profile in which a reader has chosen an edition before."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    if elder:
        context.add_init_script(f"localStorage.setItem('portal-elder', '{elder}')")
    return context


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_axe_finds_nothing(browser: Browser, portal: Published, width: int, scheme: str) -> None:
    context = opened(browser, width, scheme, "1" if scheme == "elder" else "")
    # From outside: the policy of the pages keeps out the script of the checker as well.
    context.add_init_script(AXE.read_text(encoding="utf-8"))
    page = context.new_page()
    rules = {"type": "rule", "values": COLOURS} if scheme == "dark" else ALL
    found = []
    for kind, url in portal.kinds.items():
        page.goto(portal.address + url)
        result = page.evaluate("only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", rules)
        assert result["testEngine"]["name"] == "axe-core"
        for one in result["violations"]:
            found.append((kind, url, one["id"], [node["html"][:120] for node in one["nodes"][:3]]))
    context.close()
    assert found == []


def test_axe_can_find_something(browser: Browser, portal: Published) -> None:
    context = opened(browser, 360, "light")
    context.add_init_script(AXE.read_text(encoding="utf-8"))
    page = context.new_page()
    page.goto(portal.address + "/")
    page.evaluate("document.querySelector('h1').style.color = '#ddd'")
    found = page.evaluate("only => axe.run(document, {runOnly: only})", {"type": "rule", "values": COLOURS})
    context.close()
    assert [one["id"] for one in found["violations"]] == ["color-contrast"]


@pytest.mark.parametrize("elder", ["", "1", "2", "3"])
def test_nothing_scrolls_sideways(browser: Browser, portal: Published, elder: str) -> None:
    """At 320 px, which is also 1280 px at 400 %."""
    context = opened(browser, NARROWEST, "light", elder)
    page = context.new_page()
    wide = []
    for kind, url in portal.kinds.items():
        page.goto(portal.address + url)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append((kind, url))
    context.close()
    assert wide == []


def test_nothing_is_asked_of_anyone_else_and_no_policy_is_broken(browser: Browser, portal: Published) -> None:
    context = opened(browser, 360, "light")
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for url in portal.kinds.values():
        page.goto(portal.address + url)
    context.close()
    assert [url for url in asked if not url.startswith(portal.address)] == []
    assert [text for text in said if "favicon" not in text and "404" not in text] == []


def sizes(page: Page) -> set[float]:
    """The sizes, in pixels, of all texts that are seen."""
    return set(
        page.evaluate(
            """() => {
              const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
              while (walker.nextNode()) {
                const parent = walker.currentNode.parentElement;
                if (walker.currentNode.data.trim() && parent.checkVisibility() && !parent.closest(".vh, svg, sup"))
                  found.push(parseFloat(getComputedStyle(parent).fontSize));
              }
              return found;
            }"""
        )
    )


def test_the_edition_for_elders_is_chosen_by_keyboard_and_kept(browser: Browser, portal: Published) -> None:
    context = opened(browser, 360, "light")
    page = context.new_page()
    page.goto(portal.address + "/")
    switch = page.get_by_role("button", name="长辈版", exact=True)
    switch.focus()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-elder", "1")
    # The focus goes where the choice goes on.
    expect(page.get_by_role("button", name="大", exact=True)).to_be_focused()
    expect(page.get_by_role("button", name="大", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-elder", "2")
    page.get_by_role("button", name="高对比").press("Space")
    expect(page.locator("html")).to_have_attribute("data-contrast", "high")
    # Another page has it before anything is painted: the script stands before the stylesheet.
    page.route("**/reader.*.js", lambda route: route.abort())
    page.goto(portal.address + "/branches/")
    assert page.evaluate("[document.documentElement.dataset.elder, document.documentElement.dataset.contrast]") == [
        "2",
        "high",
    ]
    page.unroute("**/reader.*.js")
    page.reload()
    page.get_by_role("button", name="退出长辈版").press("Enter")
    expect(page.locator("html")).not_to_have_attribute("data-elder", "2")
    expect(page.get_by_role("button", name="长辈版", exact=True)).to_be_focused()
    page.goto(portal.address + "/")
    assert page.evaluate("'elder' in document.documentElement.dataset") is False
    context.close()


def test_everything_is_large_in_the_edition_for_elders(browser: Browser, portal: Published) -> None:
    context = opened(browser, 360, "light", "1")
    page = context.new_page()
    small = []
    for kind, url in portal.kinds.items():
        page.goto(portal.address + url)
        if (least := min(sizes(page))) < PIXELS_OF_18_POINTS:
            small.append((kind, url, least))
        low = page.evaluate(f"({HEIGHTS})('{TARGETS}')")
        small += [(kind, url, one) for one in low if one[1] < TARGET]
    context.close()
    assert small == []


def test_without_storage_or_script_every_page_is_there(browser: Browser, portal: Published) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(portal.address + "/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("长辈版", exact=True)).to_be_hidden()
    context.close()


VOICE = """
window.said = [];
class Utterance { constructor(text) { this.text = text } }
Object.defineProperty(window, "SpeechSynthesisUtterance", {value: Utterance});
Object.defineProperty(window, "speechSynthesis", {value: {
  getVoices: () => [{lang: "zh-CN"}], cancel() {}, addEventListener() {},
  speak(one) { window.said.push(one.text); window.last = one },
}});
"""


def test_an_article_is_read_aloud_paragraph_by_paragraph(browser: Browser, portal: Published) -> None:
    context = opened(browser, 360, "light")
    page = context.new_page()
    page.add_init_script(VOICE)
    page.goto(portal.address + portal.kinds["entries/lessons.html"])
    button = page.get_by_role("button", name="朗读本页")
    button.press("Enter")
    assert page.evaluate("said") == [page.locator("h1").inner_text()]
    page.evaluate("last.onend()")
    assert len(page.evaluate("said")) == 2
    page.get_by_role("button", name="停止朗读").click()
    page.evaluate("last.onend()")
    assert len(page.evaluate("said")) == 2
    expect(page.get_by_role("button", name="朗读本页")).to_have_attribute("aria-pressed", "false")
    context.close()


def test_no_voice_no_button(browser: Browser, portal: Published) -> None:
    context = opened(browser, 360, "light")
    page = context.new_page()
    page.add_init_script(VOICE.replace('[{lang: "zh-CN"}]', '[{lang: "en-GB"}]'))
    page.goto(portal.address + portal.kinds["entries/lessons.html"])
    expect(page.get_by_text("朗读本页")).to_be_hidden()
    context.close()


def test_what_is_ready_is_ticked_and_kept_on_the_device(browser: Browser, portal: Published) -> None:
    context = opened(browser, 360, "light")
    page = context.new_page()
    url = portal.address + portal.kinds["entries/items.html"]
    page.goto(url)
    boxes = page.get_by_role("checkbox")
    count = boxes.count()
    assert count
    name = boxes.first.get_attribute("aria-label")
    assert name is not None
    boxes.first.press("Space")
    page.goto(portal.address + "/")
    page.goto(url)
    expect(page.get_by_role("checkbox", name=name)).to_be_checked()
    said = page.get_by_role("status")
    expect(said).to_contain_text(f"1 / {count}" if count > 1 else "都备好了")
    page.get_by_role("button", name="全部重来").press("Enter")
    expect(boxes.first).to_be_focused()
    page.reload()
    expect(page.get_by_role("checkbox", name=name)).not_to_be_checked()
    assert page.evaluate("localStorage.length") == 0
    context.close()


@pytest.mark.parametrize("kept", ["null", "{", '"text"', "[1]"])
def test_a_strange_note_of_what_is_ready_is_forgotten(browser: Browser, portal: Published, kept: str) -> None:
    context = opened(browser, 360, "light")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    url = portal.kinds["entries/items.html"]
    page.add_init_script(f"localStorage.setItem('portal-ready:{url}', '{kept}')")
    page.goto(portal.address + url)
    expect(page.get_by_role("checkbox").first).not_to_be_checked()
    assert errors == []
    context.close()
