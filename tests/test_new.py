"""`portal new`: a skeleton of every collection is right as it stands, and no file is ever overwritten."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from generator.editing.skeleton import Unwritten, create
from generator.engine.files import Files
from generator.model import library, linking
from generator.model.collections import COLLECTIONS
from tests.portal import Portal

ROOT = Path(__file__).parent.parent
NOW = datetime.datetime(2026, 11, 20, 9, 30)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_skeleton_is_right_as_it_stands(collection: str, tmp_path: Path) -> None:
    portal = Portal.copy(ROOT, tmp_path / "site", ("site.yaml", "content"))
    file = create(portal.folder, collection, "my-entry", NOW)
    found = library.read(portal.folder, Files({}))
    problems = [*found.diagnostics, *linking.check(found, drafts=False)]
    wrong = [p for p in problems if p.level != "note" and Path(p.span.path).name == Path(file).name]
    # The figures of another month cannot be guessed, and what the dots stand for is for the editor to say.
    assert [p for p in wrong if p.code not in ("R331", "C014", "F018")] == [], Path(file).read_text(encoding="utf-8")
    assert f"{collection}/my-entry" in found.heads


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_commented_line_is_right_too(collection: str, tmp_path: Path) -> None:
    """Taking the `# ` off a line that may be left out gives a field that decodes."""
    portal = Portal.copy(ROOT, tmp_path / "site", ("site.yaml", "content"))
    file = Path(create(portal.folder, collection, "my-entry", NOW))
    head, mark, rest = file.read_text(encoding="utf-8").partition(
        "# 下面的可以不写；要用哪一项，把它和它下面缩进的几行一起去掉“# ”。\n"
    )
    assert mark
    lines = [line.removeprefix("# ") if line.startswith("# ") else line for line in rest.split("\n")]
    file.write_text(head + "\n".join(lines), encoding="utf-8")
    found = library.read(portal.folder, Files({}))
    wrong = [p for p in found.diagnostics if p.code[0] in "FYS" and p.level == "error"]
    assert wrong == [], file.read_text(encoding="utf-8")


def test_an_id_in_a_list_is_taken(tmp_path: Path) -> None:
    head = "defaults: {发布时间: 2026-01-01, 截至: 2025-12-31, 来源: 测试}\n"
    text = head + "entries:\n  - {id: items, title: 事项, value: 317}\n"
    Portal.of(tmp_path, {"content/claims/all.yaml": text})
    with pytest.raises(Unwritten) as refusal:
        create(tmp_path, "claims", "items", NOW)
    assert refusal.value.key == "taken"


def test_existing_file_is_left_alone(tmp_path: Path) -> None:
    portal = Portal.of(tmp_path, {"content/news/notice.md": "mine"})
    with pytest.raises(Unwritten) as refusal:
        create(tmp_path, "news", "notice", NOW)
    assert refusal.value.key == "exists"
    assert (portal.folder / "content/news/notice.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("collection", "slug", "key"), [("new", "a", "collection"), ("news", "../a", "slug"), ("news", "A", "slug")]
)
def test_refusals(collection: str, slug: str, key: str, tmp_path: Path) -> None:
    with pytest.raises(Unwritten) as refusal:
        create(tmp_path, collection, slug, NOW)
    assert refusal.value.key == key
