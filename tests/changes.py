"""What may happen to a site and to its output between two builds."""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from generator.sources import folders
from tests.plain_templates import TEMPLATES
from tests.portal import TODAY, Portal

Change = Callable[[Portal], dict[str, Any] | None]
"""Gives the options of the next build, if they are other ones."""

NEWS = "---\ntitle: 标题{0}\ndate: 2026-11-0{0} 08:00\ncolumn: 通知公告\nsource: 测试\n---\n正文{0}\n"
LATER = NEWS.format(4).replace("2026-11-04", "2026-12-01")
DRAFT = NEWS.format(5).replace("---\n正文", "status: draft\n---\n正文")
PAGE = "---\ntitle: 关于\ndate: 2026-11-01\n---\n![照片](photo.png)\n"
FILES: dict[str, str | bytes] = {
    **{f"templates/{name}": text for name, text in TEMPLATES.items()},
    **{f"content/news/n{number}.md": NEWS.format(number) for number in range(1, 4)},
    "content/news/later.md": LATER,
    "content/news/draft.md": DRAFT,
    "content/pages/about.md": PAGE,
    "content/pages/photo.png": b"a picture",
    "content/static/verify.txt": "示例",
    "content/static/.well-known/security.txt": "示例",
}


# Changes after which there is nothing to do


def nothing(portal: Portal) -> None:
    """Nothing at all."""


def rewritten(portal: Portal) -> None:
    portal.edit({name: (portal.folder / name).read_bytes() for name in FILES})


def touched(portal: Portal) -> None:
    for name in (*FILES, "site.yaml"):
        os.utime(portal.folder / name, (0, 0))


def cloned(portal: Portal) -> None:
    """As CI has it: a fresh copy of the sources, a copy of the output and of the store."""
    copy = portal.folder.with_name("copy")
    shutil.copytree(portal.folder, copy)
    shutil.rmtree(portal.folder)
    copy.rename(portal.folder)


def hidden_files(portal: Portal) -> None:
    names = ("content/news/.n1.md.swp", "content/news/n1.md~", "content/.DS_Store", "templates/.x", "content/4913")
    portal.edit(dict.fromkeys((*names, "content/static/.gitkeep", "content/static/x.tmp"), "x"))


def empty_folder(portal: Portal) -> None:
    (portal.folder / "content/news/2027").mkdir()
    (portal.folder / "content/static/empty").mkdir()


def files_elsewhere(portal: Portal) -> None:
    portal.edit({"README.md": "x", "docs/x.md": "x", "public.bak/x.html": "x"})


def foreign_output(portal: Portal) -> None:
    (portal.options.output / "mine.html").touch()
    (portal.options.output / "index.html.gz").touch()
    (portal.options.output / "mine").mkdir()


def output_rewritten(portal: Portal) -> None:
    for name, data in portal.outputs.items():
        (portal.options.output / name).unlink()
        (portal.options.output / name).write_bytes(data)


def values_lost(portal: Portal) -> None:
    for path in portal.options.memory.glob("values-*"):
        path.unlink()


def other_jobs(portal: Portal) -> dict[str, Any]:
    return {"jobs": 3}


def strict_without_a_warning(portal: Portal) -> dict[str, Any]:
    return {"strict": True}


DONE = [
    nothing, rewritten, touched, cloned, hidden_files, empty_folder, files_elsewhere, foreign_output,
    output_rewritten, values_lost, pytest.param(other_jobs, marks=pytest.mark.forks), strict_without_a_warning,
]  # fmt: skip


# Changes after which there is something to do


def content_edited(portal: Portal) -> None:
    portal.replace("content/news/n1.md", "正文1", "正文一二")


def content_edited_with_the_same_size(portal: Portal) -> None:
    portal.replace("content/news/n1.md", "正文1", "正文2")


def content_edited_with_its_times_set_back(portal: Portal) -> None:
    path = portal.folder / "content/news/n1.md"
    before = path.stat()
    while path.stat().st_ctime_ns == before.st_ctime_ns:
        path.write_text(NEWS.format(1).replace("正文1", "正文2"), encoding="utf-8")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def content_exchanged(portal: Portal) -> None:
    folder = portal.folder / "content/news"
    for old, new in (("n1.md", "x"), ("n2.md", "n1.md"), ("x", "n2.md")):
        (folder / old).rename(folder / new)


def content_added(portal: Portal) -> None:
    portal.edit({"content/news/n6.md": NEWS.format(6)})


def content_deleted(portal: Portal) -> None:
    portal.edit({"content/news/n2.md": None})


def content_renamed(portal: Portal) -> None:
    (portal.folder / "content/news/n2.md").rename(portal.folder / "content/news/n7.md")


def content_moved(portal: Portal) -> None:
    (portal.folder / "content/news/2026").mkdir()
    (portal.folder / "content/news/n2.md").rename(portal.folder / "content/news/2026/n2.md")


def content_hidden(portal: Portal) -> None:
    (portal.folder / "content/news/n2.md").rename(portal.folder / "content/news/.n2.md")


def content_broken(portal: Portal) -> None:
    portal.replace("content/news/n1.md", "title:", "titel:")


def content_a_folder(portal: Portal) -> None:
    portal.edit({"content/news/n2.md": None})
    (portal.folder / "content/news/n2.md").mkdir()


def link_to_another_text(portal: Portal) -> None:
    portal.edit({"content/news/n2.md": None})
    (portal.folder / "content/news/n2.md").symlink_to("n1.md")


def link_that_leads_out(portal: Portal) -> None:
    shutil.move(portal.folder / "content/news/n2.md", portal.folder / "n2.md")
    (portal.folder / "content/news/n2.md").symlink_to("../../n2.md")


def link_that_leads_nowhere(portal: Portal) -> None:
    portal.edit({"content/news/n2.md": None})
    (portal.folder / "content/news/n2.md").symlink_to("nowhere")


def link_to_a_folder(portal: Portal) -> None:
    (portal.folder / "content/news/more").symlink_to("../pages")


def picture_edited(portal: Portal) -> None:
    portal.edit({"content/pages/photo.png": b"b picture"})


def picture_unused(portal: Portal) -> None:
    portal.edit({"content/pages/other.png": b"a picture"})


def static_added(portal: Portal) -> None:
    portal.edit({"content/static/more.txt": "示例"})


def static_edited(portal: Portal) -> None:
    portal.edit({"content/static/verify.txt": "例示"})


def static_deleted(portal: Portal) -> None:
    portal.edit({"content/static/verify.txt": None})


def static_hidden_edited(portal: Portal) -> None:
    portal.edit({"content/static/.well-known/security.txt": "例示"})


def static_hidden_added(portal: Portal) -> None:
    portal.edit({"content/static/.well-known/more.txt": "示例"})


def static_hidden_deleted(portal: Portal) -> None:
    portal.edit({"content/static/.well-known/security.txt": None})


def template_edited(portal: Portal) -> None:
    portal.edit({"templates/inner.html": TEMPLATES["inner.html"] + " "})


def template_added(portal: Portal) -> None:
    portal.edit({"templates/notice.html": "<aside>公告</aside>"})


def template_deleted(portal: Portal) -> None:
    portal.edit({"templates/404.html": None})


def asset_edited(portal: Portal) -> None:
    portal.edit({"templates/assets/site.css": "body { color: #222 }\n"})


def shipped_edited(portal: Portal) -> None:
    path = folders.shipped() / "assets/portal.css"
    path.write_bytes(path.read_bytes() + b"\n")


def shipped_added(portal: Portal) -> None:
    (folders.shipped() / "notice.html").write_text("<aside>公告</aside>", encoding="utf-8")


def shipped_put_before_by_its_own(portal: Portal) -> None:
    """With the same content nothing is other, but that is not seen at a glance."""
    portal.edit({"templates/assets/portal.css": (folders.shipped() / "assets/portal.css").read_bytes()})


def settings_edited(portal: Portal) -> None:
    portal.replace("site.yaml", "测试门户", "门户")


def settings_of_another_zone(portal: Portal) -> None:
    portal.edit({"site.yaml": (portal.folder / "site.yaml").read_text(encoding="utf-8") + "time_zone: UTC\n"})


def content_gone(portal: Portal) -> None:
    shutil.rmtree(portal.folder / "content")


def output_edited(portal: Portal) -> None:
    path = portal.options.output / "index.html"
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])


def output_deleted(portal: Portal) -> None:
    (portal.options.output / "news/n1/index.html").unlink()


def output_gone(portal: Portal) -> None:
    shutil.rmtree(portal.options.output)


def output_a_link(portal: Portal) -> None:
    (portal.options.output / "index.html").rename(portal.options.output / "mine.html")
    (portal.options.output / "index.html").symlink_to("mine.html")


def list_lost(portal: Portal) -> None:
    (portal.options.output / ".portal-owned").unlink()


def store_lost(portal: Portal) -> None:
    (portal.options.memory / "store").unlink()


def store_cut(portal: Portal) -> None:
    path = portal.options.memory / "store"
    path.write_bytes(path.read_bytes()[:300])


def clean(portal: Portal) -> dict[str, Any]:
    return {"clean": True}


def another_day(portal: Portal) -> dict[str, Any]:
    return {"today": TODAY + datetime.timedelta(days=1)}


def the_day_of_a_notice(portal: Portal) -> dict[str, Any]:
    return {"today": datetime.date(2026, 12, 1)}


def an_earlier_day(portal: Portal) -> dict[str, Any]:
    return {"today": datetime.date(2026, 11, 2)}


def another_address(portal: Portal) -> dict[str, Any]:
    return {"base_url": "https://portal.example.org/some/path/"}


def drafts(portal: Portal) -> dict[str, Any]:
    return {"drafts": True}


def another_output(portal: Portal) -> dict[str, Any]:
    return {"out": portal.folder.with_name("elsewhere")}


CHANGED = [
    content_edited, content_edited_with_the_same_size, content_edited_with_its_times_set_back, content_exchanged,
    content_added, content_deleted, content_renamed, content_moved, content_hidden, content_broken, content_a_folder,
    link_to_another_text, link_that_leads_out, link_that_leads_nowhere, link_to_a_folder, picture_edited,
    picture_unused, static_added, static_edited, static_deleted, static_hidden_edited, static_hidden_added,
    static_hidden_deleted, template_edited, template_added, template_deleted, asset_edited, shipped_edited,
    shipped_added, shipped_put_before_by_its_own, settings_edited, settings_of_another_zone, content_gone,
    output_edited, output_deleted, output_gone, output_a_link, list_lost, store_lost, store_cut, clean, another_day,
    the_day_of_a_notice, an_earlier_day, another_address, drafts, another_output,
]  # fmt: skip
# After these there is no site that could be built.
BROKEN = {content_broken, link_that_leads_out, link_that_leads_nowhere, link_to_a_folder, content_gone}
# With a link among the sources the early end is never taken.
LINKED = {link_to_another_text}
