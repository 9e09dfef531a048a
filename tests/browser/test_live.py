"""Edits seen in an open page, without a hand on the browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import DOT, FILES, PATIENCE, Server, entry, plain, site, until
from tests.portal import SITE, Portal, write_by_rename

pytestmark = pytest.mark.browser

BROKEN = "---\ntitle: 第一页\ndate: 后天\n---\n\n正文一\n"
OVERLAY = "portal-problems section"

expect.set_options(timeout=PATIENCE * 1000)


@dataclass(frozen=True)
class Live:
    """A site, its server, and a page of it in the browser."""

    portal: Portal
    server: Server
    page: Page

    def open(self, path: str) -> Live:
        """Go there, wait until the page follows the builds, and leave a mark that a reload wipes out."""
        with self.page.expect_request("**/-/portal/events*"):
            self.page.goto(self.server.address + path)
        self.page.evaluate("window.mark = document.body.firstElementChild.mark = 1")
        return self

    def sees(self, text: str) -> Live:
        """The text comes into view."""
        expect(self.page.locator("body")).to_contain_text(text)
        return self

    def broken(self, *texts: str) -> Live:
        """The overlay comes up with these texts."""
        for text in texts:
            expect(self.page.locator(OVERLAY)).to_contain_text(text)
        return self

    def mended(self) -> Live:
        """The overlay goes."""
        expect(self.page.locator(OVERLAY)).to_have_count(0)
        return self

    @property
    def reloaded(self) -> bool:
        """Whether the page was loaded again, or exchanged for a fresh one, since it was opened."""
        return self.page.evaluate("window.mark === undefined || document.body.firstElementChild.mark === undefined")

    def built(self, path: str, text: str) -> Live:
        """The server has another page ready, and had the time to tell."""
        until(lambda: text in self.server.page(path), f"{text!r} at {path}")
        self.page.wait_for_timeout(600)
        return self


@pytest.fixture
def live(tmp_path: Path, page: Page) -> Iterator[Live]:
    portal = site(tmp_path / "site")
    with Server(portal) as server:
        yield Live(portal, server, page)


def test_edit_break_mend(live: Live) -> None:
    live.open("one/").sees("正文一")
    live.portal.edit({"content/pages/one.md": entry("第一页", "改过的正文")})
    live.sees("改过的正文")
    live.portal.edit({"content/pages/one.md": BROKEN})
    live.broken("content/pages/one.md:3:7", "错误", "date: 后天", "1 个错误").sees("改过的正文")
    live.portal.edit({"content/pages/one.md": entry("第一页", "又好了")})
    live.mended().sees("又好了")


def test_overlay_marks_the_place_and_can_be_dismissed(live: Live) -> None:
    live.open("one/")
    live.portal.edit({"content/pages/one.md": BROKEN, "content/pages/two.md": "---\ntitle: <b>二</b>\n---\n"})
    live.broken("content/pages/one.md:3", "content/pages/two.md:")
    expect(live.page.locator("portal-problems mark").first).to_have_text("后天")
    assert live.page.locator(OVERLAY).get_attribute("role") == "alert"
    live.page.keyboard.press("Escape")
    live.mended()
    live.portal.edit({"content/pages/two.md": "---\ntitle: 坏\n---\n"})
    live.broken("title: 坏")
    live.page.get_by_role("button", name="关闭").click()
    live.mended()
    assert not live.reloaded


def test_another_page_does_not_reload_this_one(live: Live) -> None:
    live.open("one/")
    asked: list[str] = []
    live.page.on("request", lambda request: asked.append(request.url))
    live.portal.edit({"content/pages/two.md": entry("第二页", "与你无关")})
    live.built("/two/", "与你无关")
    assert asked == []
    assert not live.reloaded
    live.open("")
    live.portal.edit({"content/pages/two.md": entry("改了题目", "与你无关")})
    live.sees("改了题目")
    assert live.reloaded


def test_style_is_swapped_without_a_reload(live: Live) -> None:
    live.open("one/")
    heading = live.page.locator("h1")
    expect(heading).to_have_css("color", "rgb(1, 2, 3)")
    for number in (40, 50, 40):
        live.portal.edit({"templates/assets/mini.css": f"h1 {{ color: rgb({number}, 0, 0) }}\n"})
        expect(heading).to_have_css("color", f"rgb({number}, 0, 0)")
        expect(live.page.locator("link[rel=stylesheet]")).to_have_count(1)
    assert not live.reloaded


LASTING = """\
window.begun = (window.begun || 0) + 1;
document.addEventListener("portal-fresh", () => { window.begun += 1 });
"""


@pytest.mark.parametrize("lasts", [True, False])
def test_a_page_with_scripts_gets_another_body_if_all_of_them_last(tmp_path: Path, page: Page, lasts: bool) -> None:
    line = '<script src="{{ q.asset("mini.js") }}" defer' + (" data-lasting" if lasts else "") + "></script></head>"
    files = {
        "templates/assets/mini.js": LASTING,
        "templates/mini.html": FILES["templates/mini.html"].replace("</head>", line),
    }
    portal = site(tmp_path / "site", files)
    with Server(portal) as server:
        live = Live(portal, server, page).open("one/").sees("正文一")
        portal.edit({"content/pages/one.md": entry("第一页", "改过的正文")})
        live.sees("改过的正文")
        if lasts:
            assert page.evaluate("[window.mark, begun]") == [1, 2]
            # Another script under the same name is loaded, and with it the page.
            portal.edit({"templates/assets/mini.js": LASTING + "// more\n"})
        page.wait_for_function("window.mark === undefined && window.begun === 1")


def test_picture_reloads_the_pages_that_show_it(live: Live) -> None:
    live.open("")
    live.portal.edit({"content/static/dot.svg": DOT.format(size=20)})
    live.built("/dot.svg", 'width="20"')
    assert not live.reloaded
    live.open("one/")
    live.portal.edit({"content/static/dot.svg": DOT.format(size=33)})
    expect(live.page.locator("img")).to_have_js_property("naturalWidth", 33)
    assert live.reloaded


def test_template_reloads(live: Live) -> None:
    live.open("one/")
    live.portal.replace("templates/entries/pages.html", "<h1>", "<p>新模板</p><h1>")
    live.sees("新模板")
    live.portal.replace("templates/entries/pages.html", "{% endblock %}", "")
    live.broken("templates/entries/pages.html:").sees("新模板")
    live.portal.edit({"templates/entries/pages.html": FILES["templates/entries/pages.html"]})
    live.mended()
    expect(live.page.locator("body")).not_to_contain_text("新模板")


def test_source_deleted_and_restored(live: Live) -> None:
    live.open("one/")
    live.portal.edit({"content/pages/one.md": None})
    live.sees("没有这一页")
    live.portal.edit({"templates/404.html": plain("找不到")})
    live.sees("找不到")
    live.portal.edit({"content/pages/one.md": entry("第一页", "回来了")})
    live.sees("回来了")


def test_write_by_rename(live: Live) -> None:
    live.open("one/")
    for text in ("第一次", "第二次"):
        write_by_rename(live.portal.folder / "content/pages/one.md", entry("第一页", text))
        live.sees(text)
    write_by_rename(live.portal.folder / "site.yaml", SITE.replace("测试门户", "别的门户"))
    write_by_rename(live.portal.folder / "templates/entries/pages.html", plain("换了"))
    live.sees("换了")


def test_many_files_at_once(live: Live) -> None:
    live.open("one/")
    more = {f"content/pages/more-{number}.md": entry(f"多{number}", "多") for number in range(300)}
    live.portal.edit({**more, "content/pages/one.md": entry("第一页", "新分支")})
    live.sees("新分支").built("/more-299/", "多299").built("/", "多299")
    live.portal.edit({**dict.fromkeys(more), "content/pages/one.md": entry("第一页", "旧分支")})
    live.sees("旧分支")
    until(lambda: live.server.get("/more-299/")[0] == 404, "the other files are gone")


def test_folder_moved(live: Live) -> None:
    pages = live.portal.folder / "content/pages"
    live.open("one/")
    # Into a folder that is not watched yet, from one that will not be any more; the address stays.
    (pages / "deep/er").mkdir(parents=True)
    os.rename(pages / "one.md", pages / "deep/er/one.md")
    os.rename(pages / "deep", pages / "other")
    live.portal.edit({"content/pages/other/er/one.md": entry("第一页", "搬走以后")})
    live.sees("搬走以后")
    os.rename(pages.parent, live.portal.folder / "elsewhere")
    live.broken("content")
    os.rename(live.portal.folder / "elsewhere", pages.parent)
    live.mended()
    live.portal.edit({"content/pages/other/er/one.md": entry("第一页", "搬回来了")})
    live.sees("搬回来了")
    shutil.rmtree(pages.parent)
    live.broken("content")
    live.portal.edit({name: text for name, text in FILES.items() if name.startswith("content/")})
    live.mended().sees("正文一")
    # The new folder is watched as the old one was.
    live.portal.edit({"content/pages/one.md": entry("第一页", "在新文件夹里")})
    live.sees("在新文件夹里")


def test_settings_broken_and_mended(live: Live) -> None:
    live.open("one/")
    live.portal.edit({"site.yaml": SITE.replace("base_url: https", "base_url: 在 https")})
    live.broken("site.yaml:3:11").sees("正文一")
    live.portal.edit({"site.yaml": None})
    live.broken("P001", "site.yaml").sees("正文一")
    live.portal.edit({"site.yaml": SITE})
    live.mended()
    assert not live.reloaded


def test_first_build_broken(tmp_path: Path, page: Page) -> None:
    portal = site(tmp_path / "site", {"content/pages/one.md": BROKEN})
    with Server(portal) as server:
        live = Live(portal, server, page).open("one/")
        live.sees("网站还没有生成").broken("content/pages/one.md:3:7", "date: 后天")
        portal.edit({"content/pages/one.md": entry("第一页", "终于好了")})
        live.mended().sees("终于好了")


def test_hidden_tab_catches_up(live: Live) -> None:
    live.open("one/")
    hide = "value => { Object.defineProperty(document, 'hidden', {value, configurable: true});"
    live.page.evaluate(hide + " document.dispatchEvent(new Event('visibilitychange')) }", True)
    live.portal.edit({"content/pages/one.md": entry("第一页", "没看见时改的")})
    live.built("/one/", "没看见时改的")
    assert not live.reloaded
    live.page.evaluate(hide + " document.dispatchEvent(new Event('visibilitychange')) }", False)
    live.sees("没看见时改的")


def test_address_of_the_site_changes(live: Live) -> None:
    live.open("one/")
    live.portal.edit({"site.yaml": SITE.replace("portal.example.org/", "portal.example.org/a/b/")})
    live.sees("没有这一页")
    live.open("a/b/one/").sees("正文一")
    live.portal.edit({"content/pages/one.md": entry("第一页", "在新地址上")})
    live.sees("在新地址上")


def test_server_restarted(tmp_path: Path, page: Page) -> None:
    portal = site(tmp_path / "site")
    with Server(portal) as server:
        Live(portal, server, page).open("one/").sees("正文一")
        server.stop()
    portal.edit({"content/pages/one.md": entry("第一页", "没有服务器时改的")})
    with Server(portal, port=server.port):
        expect(page.locator("body")).to_contain_text("没有服务器时改的")
