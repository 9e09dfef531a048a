"""What happens to a site while the engine is broken: every kind of edit, and courses that few would think of."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from generator import build
from tests.edits import Editing
from tests.entry import MORE
from tests.plain_templates import HOME, TEMPLATES
from tests.portal import TODAY, Portal

LATER = TODAY + datetime.timedelta(days=40)
"""A day on which nothing happens by itself."""

Step = tuple[str, Callable[[], object]]
Course = Callable[[Editing], Iterator[Step]]


def agree(editing: Editing, scratch: Path, done: list[str]) -> None:
    """A warm build leaves and says what one from nothing does, and a second one makes nothing."""
    warm = editing.portal.build(today=editing.today)
    clean = editing.portal.build(today=editing.today, out=scratch / "out", cache=scratch / "cache")
    assert said(warm.report) == said(clean.report), done
    if clean.report.ok:
        outputs, expected = editing.portal.outputs, Portal(scratch, out=scratch / "out").outputs
        assert sorted(outputs) == sorted(expected), done
        assert [path for path in expected if expected[path] != outputs[path]] == [], done
        again = editing.portal.build(today=editing.today).made_nothing()
        assert said(again.report) == said(clean.report), done


def said(report: build.Report) -> tuple[Any, ...]:
    """All that a report says of the site, and not of the work."""
    return report.ok, report.diagnostics, report.language, report.targets, report.due, report.path


def kinds(editing: Editing) -> Iterator[Step]:
    """Every kind of edit twice."""
    for _ in range(2):
        yield from editing.kinds().items()


def run(course: Course, editing: Editing, scratch: Path) -> None:
    """One course after a first build: a break may show only at its last step."""
    agree(editing, scratch / "first", ["first"])
    for number, (name, edit) in enumerate(course(editing)):
        edit()
        agree(editing, scratch / str(number), [name])


def news(title: str, more: str = "") -> str:
    return f"---\ntitle: {title}\ndate: 2026-10-01 08:00\n{more}{MORE['news']}---\n正文\n"


def event(title: str, start: str, more: str = "") -> str:
    return f"---\ntitle: {title}\ndate: 2026-10-01 08:00\nstart: {start}\n{more}{MORE['events']}---\n正文\n"


def a_question_that_is_not_asked_for_a_while(editing: Editing) -> Iterator[Step]:
    """The home page shows the next events, does not, and does again; then the events are as they were at first."""
    edit = editing.portal.edit
    without = "".join(line for line in HOME.splitlines(keepends=True) if "upcoming" not in line)
    start = f"{TODAY + datetime.timedelta(days=1)} 06:00"
    soon = {"content/events/soon.md": event("很快", start)}
    yield "events shown", lambda: edit({"templates/home.html": HOME, **soon})
    yield (
        "events not shown, and one event less",
        lambda: edit({"templates/home.html": without, **dict.fromkeys(soon)}),
    )
    yield "events shown again", lambda: edit({"templates/home.html": HOME})
    yield "events as at first", lambda: edit(soon)
    yield "event away", lambda: edit(dict.fromkeys(soon))


def a_read_that_changes_nothing_at_first(editing: Editing) -> Iterator[Step]:
    """Every page asks for another title as soon as there is a switch, and shows something only for one title."""
    edit = editing.portal.edit
    notice = '{% if q.url("news/switch") and q.title("news/value") == "X" %}<aside>!</aside>{% endif %}'
    yield "value", lambda: edit({"templates/notice.html": notice, "content/news/value.md": news("T")})
    yield "switch", lambda: edit({"content/news/switch.md": news("开关")})
    yield "value seen", lambda: edit({"content/news/value.md": news("X")})
    yield "value not seen", lambda: edit({"content/news/value.md": news("Y")})
    yield "switch away", lambda: edit({"content/news/switch.md": None})
    yield "value not looked at", lambda: edit({"content/news/value.md": news("X")})
    yield "switch there", lambda: edit({"content/news/switch.md": news("开关")})
    yield "all away", lambda: edit(dict.fromkeys((f"content/news/{n}.md" for n in ("switch", "value")), None))


def the_day_after(editing: Editing) -> Iterator[Step]:
    """An event is over by itself, long after all others, so that nothing else happens on that day."""

    def on(day: int) -> None:
        editing.today = LATER + datetime.timedelta(days=day)

    def today() -> None:
        on(0)
        editing.portal.edit({"content/events/today.md": event("今天", f"{LATER} 09:00")})

    yield "event today", today
    yield "tomorrow", lambda: on(1)
    yield "today again", lambda: on(0)
    yield "event away", lambda: editing.portal.edit({"content/events/today.md": None})


def two_things_at_once(editing: Editing) -> Iterator[Step]:
    """A text, which a build may take for all that was edited, and something else."""
    edit = editing.portal.edit

    def both(change: Callable[[], object]) -> Callable[[], object]:
        return lambda: (editing.body(), change())

    picture = "content/pages/beside.png"
    page = f"---\ntitle: 图\ndate: 2026-10-01\n---\n![图]({picture.rpartition('/')[2]})\n"
    yield "picture", lambda: edit({picture: "一", "content/pages/shows.md": page})
    yield "picture and a text", both(lambda: edit({picture: "二"}))
    yield "static file and a text", both(lambda: edit({"content/static/verify.txt": editing.words(1)}))
    yield "template and a text", both(editing.template)
    yield "settings and a text", both(editing.settings)
    yield "asset and a text", both(editing.asset)
    yield "entry and a text", both(editing.add)
    yield "day and a text", both(editing.tomorrow)
    yield "lost output and a text", both(editing.delete_output)
    yield "picture away", lambda: edit({picture: None, "content/pages/shows.md": None})


def damaged_records(editing: Editing) -> Iterator[Step]:
    """What was kept of the entries is damaged, and every page of news is made again."""

    def harm() -> None:
        for path in editing.portal.options.memory.glob("values-*"):
            path.write_bytes(bytes(byte ^ 2 for byte in path.read_bytes()))
        editing.portal.edit({"templates/entries/news.html": TEMPLATES["entries/news.html"] + editing.words(1)})

    yield "damaged records", harm


def hidden_files(editing: Editing) -> Iterator[Step]:
    """Of the same size, so that only the content tells."""
    path = "content/static/.well-known/security.txt"
    yield "hidden file", lambda: editing.portal.edit({path: "一"})
    yield "hidden file changed", lambda: editing.portal.edit({path: "二"})
    yield "hidden file away", lambda: editing.portal.edit({path: None})


def pieces_that_pages_share(editing: Editing) -> Iterator[Step]:
    """A piece that is written once shows the next event and the name of the site on every page."""
    edit = editing.portal.edit
    shown = '{% for c in q.upcoming("", 1) %}{{ c.title }}{% endfor %}{{ q.settings.name }}'
    piece = f"{{% macro next(q) %}}{shown}{{% endmacro %}}"
    notice = '{% from "shared.html" import next %}{{ q.shared(next) -}}'
    start = f"{TODAY + datetime.timedelta(days=1)} 06:00"
    yield "piece", lambda: edit({"templates/shared.html": piece, "templates/notice.html": notice})
    yield "other event", lambda: edit({"content/events/soon.md": event("很快", start)})
    yield "a text", editing.body
    yield "its title", lambda: edit({"content/events/soon.md": event("更快", start)})
    yield "the name of the site", lambda: editing.portal.replace("site.yaml", "name: 测试门户", "name: 门户")
    yield "event away", lambda: edit({"content/events/soon.md": None})


def pages_that_are_named_by_file(editing: Editing) -> Iterator[Step]:
    """A page shows who names it, by its id or by the path of its file."""
    edit = editing.portal.edit
    goal = page("").replace("页", "目标")
    yield "named", lambda: edit({"content/pages/goal.md": goal, "content/pages/a.md": page("", "[看](goal.md)")})
    yield "named twice", lambda: edit({"content/pages/b.md": page("", "[看](goal.md) [看](ref:pages/goal)")})
    yield "a title", lambda: edit({"content/pages/a.md": page("", "[看](goal.md)").replace("页", "另一页")})
    yield "named no more", lambda: edit({"content/pages/a.md": page("", "看")})
    moved = {"content/pages/goal.md": None, "content/pages/more/goal.md": goal}
    yield "moved", lambda: edit({**moved, "content/pages/b.md": page("", "[看](more/goal.md)")})
    yield "withdrawn", lambda: edit({"content/pages/b.md": page("audience: internal\n", "[看](more/goal.md)")})
    yield "given back", lambda: edit({"content/pages/b.md": page("", "[看](more/goal.md)")})


MONTH = """\
title: 月报
date: 2026-{1:02}-01
month: 2026-{0:02}
new: {2}
done: {3}
open: {4}
overdue: 0
summary: 示例
"""


def links_of_a_site_without_a_complaint(editing: Editing) -> Iterator[Step]:
    """Where nothing was wrong, what was not edited is not looked through again."""
    edit = editing.portal.edit
    for item in [item for item in editing.pages.values() if item.collection == "items"]:
        edit({item.path: None})
        del editing.pages[item.id]
    goal = page("", "## 部分\n\n## 另一部分")
    namer = page("", "[看](ref:pages/goal#部分)\n\n[看](goal.md#另一部分)")
    yield "named places", lambda: edit({"content/pages/goal.md": goal, "content/pages/namer.md": namer})
    yield "a text", editing.body
    yield "a place gone", lambda: edit({"content/pages/goal.md": goal.replace("## 部分", "## 部份")})
    yield "a place back", lambda: edit({"content/pages/goal.md": goal})
    yield "a place in a file gone", lambda: edit({"content/pages/goal.md": goal.replace("另一部分", "另一个")})
    yield "it is back, too", lambda: edit({"content/pages/goal.md": goal})
    yield "a place misspelt", lambda: edit({"content/pages/namer.md": namer.replace("#部分", "#部份")})
    yield "and put right", lambda: edit({"content/pages/namer.md": namer})
    months = {f"content/dispatches/2026-{n:02}.yaml": MONTH.format(n, n + 1, 5, 5, 7) for n in (8, 9)}
    yield "months", lambda: edit(months)
    yield "a figure wrong", lambda: edit({"content/dispatches/2026-09.yaml": MONTH.format(9, 10, 5, 5, 8)})
    yield "a figure right", lambda: edit(months)
    yield "a title", editing.title


ITEM = f"title: 事项\ndate: 2026-10-01 08:00\n{MORE['items']}"
MATTER = """\
title: 事情
date: 2026-10-01 08:00
category: 职工心头难事
public_summary: 示例
stages:
  said: {date: 2026-10-01}
  discussed: {date: 2026-10-02, by: 议事会, decision: 办}
"""


def page(more: str, body: str = "正文") -> str:
    return f"---\ntitle: 页\ndate: 2026-10-01 08:00\n{more}---\n{body}\n"


def branch(more: str) -> str:
    return f"title: 支部\ndate: 2026-10-01\ntype: 党支部\nphone: 0574-00000000\n{more}"


MARKS = (
    '{% for group in q.mentions("news/g") %}{% for one in group.cards %}{{ one.marks|join }}{% endfor %}{% endfor %}'
)


FIELDS: Mapping[str, tuple[dict[str, str], str, str, str]] = {
    # Name of the field -> files that it takes, the file that is edited, one text of it and the other.
    "date": ({}, "content/news/f.md", news("f"), news("f").replace("2026-10-01", "2026-11-21")),
    "audience": ({}, "content/news/f.md", news("f"), news("f", "audience: internal\n")),
    "status": ({}, "content/news/f.md", news("f"), news("f", "status: draft\n")),
    "last_day": ({}, "content/news/f.md", news("f"), news("f", "expires: 2026-11-01\n")),
    "top": ({}, "content/news/f.md", news("f"), news("f", "top: true\n")),
    "start": (
        {"content/events/g.md": event("g", "2026-12-05 09:00")},
        "content/events/f.md", event("f", "2026-12-05 08:00"), event("f", "2026-12-05 10:00"),
    ),
    "end": (
        {}, "content/events/f.md",
        event("f", "2026-11-20 08:00"), event("f", "2026-11-20 08:00", "end: 2026-11-25 08:00\n"),
    ),
    "facets": ({}, "content/news/f.md", news("f"), news("f").replace("通知公告", "工作动态")),
    "goals": ({"content/news/g.md": news("g")}, "content/news/f.md", news("f"), news("f", "related: [news/g]\n")),
    "files": ({"content/pages/f.docx": "x"}, "content/pages/f.md", page("", "[表](f.docx)"), page("")),
    "aliases": ({}, "content/news/f.md", news("f", "aliases: [old-f]\n"), news("f", "aliases: [older-f]\n")),
    "parent": (
        {"content/branches/g.yaml": branch("parent: branches/root\n")},
        "content/branches/f.yaml", branch("parent: branches/root\n"), branch("parent: branches/g\n"),
    ),
    "menu": ({"content/pages/g.md": page("menu: 50\n")}, "content/pages/f.md", page(""), page("menu: 40\n")),
    "section": (
        {"templates/notice.html": '{% for one in q.section("甲") %}{{ one.url }}{% endfor %}'},
        "content/pages/f.md", page("section: 甲\n"), page("section: 乙\n"),
    ),
    "marks": ({}, "content/items/f.yaml", ITEM, ITEM + "hot: true\n"),
    "state": (
        {"content/news/g.md": news("g"), "templates/notice.html": MARKS},
        "content/items/f.yaml", *(f"{ITEM}related: [news/g]\n{more}" for more in ("", "state: 暂停\n")),
    ),
    "days": (
        {}, "content/matters/f.yaml",
        *(f"{MATTER}  done: {{date: 2026-10-03, by: 街道, due: {due}}}\n" for due in ("2027-01-24", "2027-01-23")),
    ),
}  # fmt: skip
"""An edit of each field by which entries are listed, divided and linked, and of nothing else."""


def toggled(field: str) -> Course:
    """A field has one value, the other, and the first one again."""
    return lambda editing: _toggled(editing, field)


def _toggled(editing: Editing, field: str) -> Iterator[Step]:
    others, path, one, other = FIELDS[field]
    if field == "days":
        # Or the site would change by itself for something else before.
        editing.today = LATER
    edit = editing.portal.edit
    yield f"{field}: before", lambda: edit({**others, path: one})
    yield f"{field}: other", lambda: edit({path: other})
    yield f"{field}: as before", lambda: edit({path: one})
