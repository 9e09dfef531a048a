"""The test of the test: the engine is broken on purpose, in the ways in which others were, and must be caught."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from generator import build, steps
from generator.engine import files
from generator.engine.store import Store
from generator.model.head import Outline
from tests import breaks_of_engine as engine
from tests import breaks_of_site as site
from tests import scenario
from tests.breaks_of_engine import Break, unrecorded
from tests.compiling import compile_once
from tests.edits import Editing
from tests.scenario import FIELDS, Course, agree, kinds, run, toggled

BREAKS: dict[str, tuple[Break, Course]] = {
    # What is read
    "lists not recorded": (unrecorded("stretch", "divisions"), kinds),
    "cards elsewhere not recorded": (unrecorded("brief", "beside", "title", "feed", "coming"), kinds),
    "body not recorded": (unrecorded("body"), kinds),
    "addresses of links not recorded": (unrecorded("hrefs", "url"), kinds),
    "settings not recorded": (unrecorded("setting", "base", "menu"), kinds),
    "assets not recorded": (unrecorded("asset", "asset-digest", "integrity"), kinds),
    "static files not recorded": (unrecorded("static", "file"), kinds),
    "feeds and site map lag behind": (unrecorded("changes", "feed"), kinds),
    "figures not recorded": (unrecorded("figures"), kinds),
    "templates not recorded": (unrecorded("template"), kinds),
    "absence not recorded": (engine.absence_unrecorded, kinds),
    "reads of cards not recorded": (engine.reads_of_an_answer_unrecorded("card"), kinds),
    "reads of lists not recorded": (engine.reads_of_an_answer_unrecorded("stretch", "divisions"), kinds),
    "reads of links not recorded": (engine.reads_of_an_answer_unrecorded("hrefs"), kinds),
    "shared pieces not recorded": (engine.shared_pieces_unrecorded, scenario.pieces_that_pages_share),
    # What is decided
    "only the first read of a target": (engine.only_the_first_read_of_a_target, kinds),
    "only the first read of an answer": (engine.only_the_first_read_of_an_answer, kinds),
    "suspects trusted": (engine.suspects_trusted, kinds),
    "only direct readers are suspects": (engine.only_direct_readers_are_suspects, kinds),
    "suspects not forgotten": (engine.suspects_not_forgotten, scenario.a_question_that_is_not_asked_for_a_while),
    "answers not taken down": (engine.answers_not_taken_down, kinds),
    "target unchecked": (engine.target_unchecked, kinds),
    "one key for two targets": (engine.shared_key, kinds),
    "coarse digest": (engine.coarse_digest, kinds),
    "parts of two stores": (engine.parts_of_two_stores, scenario.a_read_that_changes_nothing_at_first),
    # Files
    "times instead of contents": (engine.times_instead_of_contents, kinds),
    "unreadable is unchanged": (engine.unreadable_is_unchanged, kinds),
    "decoded by path": (engine.decoded_by_path, kinds),
    "values trusted": (engine.values_trusted, scenario.damaged_records),
    "outputs trusted": (engine.outputs_trusted, kinds),
    "outputs trusted at a glance": (engine.outputs_trusted_at_a_glance, kinds),
    "nothing pruned": (engine.nothing_pruned, kinds),
    "glance at sizes and times": (engine.glance_at(), kinds),
    "glance at content alone": (engine.glance_at("content/", "site.yaml"), kinds),
    "glance at all but hidden files": (engine.glance_at("content/n", "content/p", "te", "si"), scenario.hidden_files),
    # Templates
    "template without closure": (site.template_without_closure, kinds),
    "imports of imports forgotten": (site.closure_without_imports_of_imports, kinds),
    "absent templates forgotten": (site.closure_without_absent_names, kinds),
    # The day, and the state of the content
    "clock ignored": (site.clock_ignored, kinds),
    "status cached": (site.status_cached, kinds),
    "lists without the day": (site.lists_without_the_day, scenario.the_day_after),
    "naming without goals": (site.naming_without_goals, kinds),
    "entries by title": (site.entries_by_title, kinds),
    "texts by length": (site.texts_by_presence, kinds),
    # What need not be done again after an edit of a text
    "everything else is the same": (site.everything_else_is_the_same, kinds),
    "titles are the same": (site.titles_are_the_same, kinds),
    "near whatever was asked": (site.near_whatever_was_asked, kinds),
    "near whatever was set": (site.near_whatever_was_set, kinds),
    "near in spite of other files": (site.near_in_spite_of_other_files, scenario.two_things_at_once),
    "changed without titles": (site.changed_without_titles, kinds),
    "places in texts not looked for": (
        site.places_in_texts_not_looked_for,
        scenario.links_of_a_site_without_a_complaint,
    ),
    "months not added up": (site.months_not_added_up, scenario.links_of_a_site_without_a_complaint),
    "few askers hear less": (site.few_askers_hear_less, scenario.pages_that_are_named_by_file),
}
COURSES: list[Course] = [
    kinds,
    scenario.a_question_that_is_not_asked_for_a_while,
    scenario.a_read_that_changes_nothing_at_first,
    scenario.the_day_after,
    scenario.two_things_at_once,
    scenario.damaged_records,
    scenario.hidden_files,
    scenario.pieces_that_pages_share,
    scenario.pages_that_are_named_by_file,
    scenario.links_of_a_site_without_a_complaint,
]
# Types and departments are facets as well, a parent is a goal, the end of an event and the last day of an entry are
# days on which it changes; and a place in a text is looked for when that text is edited.
TOLD_TWICE = {"rank", "type", "parent", "end", "last_day", "anchors"}


@pytest.fixture
def editing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editing:
    monkeypatch.setattr(files, "SETTLED", 20_000_000)
    compile_once(monkeypatch)
    return Editing(tmp_path / "site", 3)


@pytest.mark.parametrize("name", BREAKS)
def test_broken_engine_is_caught(name: str, editing: Editing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, course = BREAKS[name]
    editing.portal.build(today=editing.today)
    broken(monkeypatch)
    with pytest.raises((AssertionError, msgspec.MsgspecError)):
        run(course, editing, tmp_path)


@pytest.mark.parametrize("field", [field for field in Outline.__struct_fields__ if field not in TOLD_TWICE])
def test_a_field_that_tells_no_outlines_apart_is_caught(
    field: str, editing: Editing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.outline_without(field)(monkeypatch)
    with pytest.raises(AssertionError, match=field):
        run(toggled(field), editing, tmp_path)


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.__name__)
def test_sound_engine_passes(course: Course, editing: Editing, tmp_path: Path) -> None:
    """The course itself holds, so that a failure above means the break and nothing else."""
    run(course, editing, tmp_path)


@pytest.mark.parametrize("field", FIELDS)
def test_sound_engine_tells_fields_apart(field: str, editing: Editing, tmp_path: Path) -> None:
    run(toggled(field), editing, tmp_path)


def test_other_code_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version makes again what it would make differently; with a store that is trusted it would not."""
    editing = Editing(tmp_path / "site", 3)
    agree(editing, tmp_path / "before", ["first"])
    monkeypatch.setattr(steps, "EXPORTS", {**steps.EXPORTS, "robots": lambda read, target: b"User-agent: *\n"})
    with pytest.raises(AssertionError):
        agree(editing, tmp_path / "trusted", ["new code, old store"])
    monkeypatch.setattr(build, "tool", lambda: "the next version")
    agree(editing, tmp_path / "after", ["new code, new tool"])


def test_store_must_belong_to_the_tool(tmp_path: Path) -> None:
    Store(tmp_path, "one").save({"graph": b"x"})
    assert Store(tmp_path, "one").load()
    assert not Store(tmp_path, "two").load()
