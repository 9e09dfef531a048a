"""Builds that go on from one another in one process: what a quick one leaves is what a build from nothing makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import build
from generator.engine import files
from generator.engine.store import Store
from generator.session import Session
from tests.compiling import compile_once
from tests.edits import Editing
from tests.portal import Portal, snapshot
from tests.scenario import page


class Going:
    """A site that is edited while its builds go on."""

    def __init__(self, editing: Editing, scratch: Path) -> None:
        self.editing = editing
        self.scratch = scratch
        self.number = 0
        self.quick = 0
        self.session = Session(self.options)
        self.sources = self.seen()

    @property
    def options(self) -> build.Options:
        options = self.editing.portal.options
        assert options.today == self.editing.today
        return options

    def seen(self) -> dict[str, bytes]:
        folder = self.editing.folder
        names = ("content", "templates", "site.yaml")
        return {name: data for name, data in snapshot(folder).items() if name.startswith(names)}

    def edited(self) -> list[Path]:
        """The files that are not as they were, as the watcher names them."""
        before, self.sources = self.sources, self.seen()
        names = {name for name, _ in before.items() ^ self.sources.items()}
        return [self.editing.folder.resolve() / name for name in sorted(names)]

    def clean(self) -> dict[str, bytes]:
        self.number += 1
        return self.editing.portal.clean(self.scratch / str(self.number))

    def thorough(self, done: str) -> None:
        report = self.session.build()
        assert report.ok, report.diagnostics
        assert self.editing.portal.outputs == self.clean(), done

    def step(self, done: str) -> None:
        """A quick build where one is possible, and the site is as it should be; else a thorough one."""
        report = self.session.edited(self.edited())
        if report is None:
            self.thorough(done)
            return
        self.quick += 1
        outputs, clean = self.editing.portal.outputs, self.clean()
        assert outputs.keys() == clean.keys(), done
        assert [name for name in clean if clean[name] != outputs[name]] == [], done


@pytest.fixture
def going(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Going:
    monkeypatch.setattr(files, "SETTLED", 20_000_000)
    compile_once(monkeypatch)
    editing = Editing(tmp_path / "site", 21)
    # Nothing was wrong, or there is nothing to go on from.
    for item in [item for item in editing.pages.values() if item.collection == "items"]:
        editing.portal.edit({item.path: None})
        del editing.pages[item.id]
    found = Going(editing, tmp_path / "clean")
    found.thorough("first")
    return found


TEXTS = ("body", "title", "body", "same size, old time", "touch")


@pytest.mark.parametrize("seed", range(4))
def test_any_edits_of_texts(seed: int, going: Going) -> None:
    editing = going.editing
    editing.random.seed(seed)
    kinds = editing.kinds()
    for number in range(15):
        name = editing.random.choice(TEXTS)
        kinds[name]()
        going.step(name)
        if number % 6 == 5:
            going.thorough("after quick ones")
    assert going.quick > 5


OTHERS = ("date", "tag", "reference", "link", "add", "remove", "rename", "move", "draft", "internal", "list file",
          "nested macro", "site.yaml", "static", "picture", "template")  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_texts_and_other_edits_by_turns(seed: int, going: Going) -> None:
    editing = going.editing
    editing.random.seed(seed)
    kinds = editing.kinds()
    for number in range(14):
        name = editing.random.choice(TEXTS if number % 2 else OTHERS)
        kinds[name]()
        if name == "add" and any(one.collection == "items" for one in editing.pages.values()):
            break
        going.step(name)


def test_a_title_that_every_page_shows(going: Going) -> None:
    """Also in the pieces that pages share."""
    edit = going.editing.portal.edit
    piece = "{% macro bar(q) %}{% for item in q.menu %}{{ item.label }}{% endfor %}{% endmacro %}"
    notice = '{% from "shared.html" import bar %}{{ q.shared(bar) -}}'
    edit({"templates/shared.html": piece, "templates/notice.html": notice})
    edit({"content/pages/f.md": page("menu: 5\n")})
    going.step("page in the menu")
    for number, title in enumerate(("标题", "另一个标题", "页")):
        edit({"content/pages/f.md": page("menu: 5\n").replace("页", title)})
        going.step(title)
        assert going.quick == number + 1


def test_a_quick_build_makes_what_shows_the_text_and_nothing_else(going: Going) -> None:
    going.editing.portal.edit({"content/pages/f.md": page("")})
    going.step("page")
    going.editing.portal.edit({"content/pages/f.md": page("", "另一个正文")})
    report = going.session.edited(going.edited())
    assert report is not None
    assert report.made == report.written == ("f/index.html",)
    assert report.targets == len(going.editing.portal.outputs) - 1
    assert going.session.ahead
    # The store knows nothing of it; the next thorough build finds the same by itself.
    thorough = going.session.build()
    assert thorough.made == ("f/index.html",)
    assert thorough.written == ()
    assert not going.session.ahead


def test_a_mistake_takes_a_thorough_build_and_leaves_the_good_site(going: Going) -> None:
    going.editing.portal.edit({"content/pages/f.md": page("")})
    going.step("page")
    good = going.editing.portal.outputs
    for wrong in (page("").replace("title", "titel"), page("", "[看](ref:pages/nothing)"), "\x00"):
        going.editing.portal.edit({"content/pages/f.md": wrong})
        assert going.session.edited(going.edited()) is None
        assert not going.session.build().ok
        assert going.editing.portal.outputs == good
    going.editing.portal.edit({"content/pages/f.md": page("", "好了")})
    going.step("mended")


def test_a_place_in_a_text_that_another_names(going: Going) -> None:
    edit = going.editing.portal.edit
    goal = page("", "## 部分")
    edit({"content/pages/f.md": goal, "content/pages/g.md": page("", "[看](f.md#部分)")})
    going.step("named")
    edit({"content/pages/f.md": goal + "更多\n"})
    going.step("more")
    assert going.quick == 1
    edit({"content/pages/f.md": page("", "## 另一部分")})
    assert going.session.edited(going.edited()) is None
    assert [one.code for one in going.session.build().diagnostics] == ["C011"]


def test_another_build_in_between_is_noticed(going: Going) -> None:
    """By its store: it may have left another output."""
    editing = going.editing
    editing.portal.edit({"content/pages/f.md": page("")})
    going.step("page")
    editing.portal.edit({"content/pages/f.md": page("", "一")})
    other = Portal(editing.folder, base_url="https://portal.example.org/else/")
    assert other.build().report.ok
    assert going.session.edited(going.edited()) is None
    going.thorough("after another")
    editing.portal.edit({"content/pages/f.md": page("", "二")})
    going.step("again")
    assert going.quick == 1


def test_a_quick_build_does_not_wait_for_another(going: Going) -> None:
    editing = going.editing
    editing.portal.edit({"content/pages/f.md": page("")})
    going.step("page")
    editing.portal.edit({"content/pages/f.md": page("", "一")})
    edited = going.edited()

    with Store(going.options.memory, "another tool").lock() as held:
        assert held
        assert going.session.edited(edited) is None
    going.thorough("after the other")


def test_output_that_somebody_removes_is_put_back(going: Going) -> None:
    """A quick build may not see it, and does not fail; a thorough one puts it right."""
    editing = going.editing
    editing.portal.edit({"content/pages/f.md": page("")})
    going.step("page")
    for path in (going.options.output / "f").iterdir():
        path.unlink()
    (going.options.output / "f").rmdir()
    editing.portal.edit({"content/pages/f.md": page("", "一")})
    going.session.edited(going.edited())
    going.thorough("after the loss")


def test_what_a_browser_shows_is_made_first(going: Going) -> None:
    editing = going.editing
    told: list[tuple[str, ...]] = []
    urgent = ["f/index.html"]
    session = Session(going.options, lambda: urgent, lambda paths: told.append(tuple(paths)))
    editing.portal.edit({"content/pages/f.md": page("menu: 5\n")})
    assert session.build().ok
    assert told == [("f/index.html",)]
    editing.portal.edit({"content/pages/f.md": page("menu: 5\n").replace("页", "另一页")})
    report = session.edited([editing.folder.resolve() / "content/pages/f.md"])
    assert report is not None
    assert told[1:] == [("f/index.html",)]
    assert report.made[0] == "f/index.html"
    assert len(report.made) > 5
    assert editing.portal.outputs == going.clean()


def test_nothing_to_go_on_from(tmp_path: Path) -> None:
    editing = Editing(tmp_path / "site", 1)
    session = Session(editing.portal.options)
    path = editing.folder.resolve() / editing.any().path
    assert session.edited([path]) is None
    assert session.build().ok
    assert session.edited([]) is None
    assert session.edited([tmp_path / "elsewhere.md"]) is None
    assert session.edited([editing.folder.resolve() / "site.yaml"]) is None
