"""A small site that is edited at random, in every way in which an editor, git or an accident changes one."""

from __future__ import annotations

import datetime
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.entry import WORDS, Page
from tests.plain_templates import CLAIMS, COLLECTIONS, INNER, TEMPLATES
from tests.portal import TODAY, Portal


class Editing:
    """The site, what may happen to it, and the day."""

    def __init__(self, folder: Path, seed: int, *, own_templates: bool = True) -> None:
        self.random = random.Random(seed)
        self.folder = folder
        self.today = TODAY
        self.count = 0
        self.pages: dict[str, Page] = {}
        templates = TEMPLATES if own_templates else {"inner.html": INNER}
        self.portal = Portal.of(folder, {f"templates/{name}": text for name, text in templates.items()})
        root = (
            "title: 党工委\ndate: 2026-01-01\ntype: 党工委\nphone: 0574-00000000\n"
            "origin_areas: [江西省 上饶市 鄱阳县]\n"
        )
        self.portal.edit({"content/branches/root.yaml": root, "content/claims/all.yaml": CLAIMS})
        self.portal.edit({"content/static/verify.txt": "示例", "content/pages/photo.png": "not really a picture"})
        for collection in COLLECTIONS:
            for _ in range(3):
                self.add(collection)

    def kinds(self) -> dict[str, Callable[[], object]]:
        """Every kind of edit by name."""
        return {
            "body": self.body,
            "title": self.title,
            "date": self.date,
            "tag": self.tag,
            "reference": self.reference,
            "link": self.link,
            "picture": self.picture,
            "add": self.add,
            "add item": lambda: self.add("items", 9),
            "remove": self.remove,
            "rename": self.rename,
            "alias": self.alias,
            "alias moved": self.alias,
            "move": self.move,
            "folder": self.into_folder,
            "draft": self.draft,
            "internal": self.internal,
            "list file": self.list_file,
            "broken and mended": self.broken,
            "list of owned lost": self.lost_list,
            "expire": self.expire,
            "today": self.tomorrow,
            "template": self.template,
            "nested macro": self.nested_macro,
            "include": self.include,
            "site.yaml": self.settings,
            "base url": self.base_url,
            "asset": self.asset,
            "static": self.static,
            "static changed": lambda: self.portal.edit({"content/static/verify.txt": self.words(2)}),
            "damage": self.damage,
            "delete output": self.delete_output,
            "truncate store": self.truncate,
            "same size, old time": self.disguised,
            "touch": self.touch,
            "colour": self.colour,
        }

    def step(self) -> str:
        """One edit chosen at random; gives its name."""
        name, edit = self.random.choice(list(self.kinds().items()))
        edit()
        return name

    def write(self, page: Page) -> None:
        """Put an entry on disk."""
        self.pages[page.id] = page
        self.portal.edit({page.path: page.source()})

    def words(self, count: int) -> str:
        """Some words, never the same twice."""
        self.count += 1
        return "".join(self.random.choices(WORDS, k=count)) + str(self.count)

    def any(self, collection: str = "") -> Page:
        """An entry."""
        return self.random.choice([p for p in self.pages.values() if collection in ("", p.collection)])

    def shown(self) -> Page:
        """An entry that is on the site, so that an edit of it must show."""
        found = [
            page
            for page in self.pages.values()
            if not page.draft
            and not page.internal
            and page.date <= self.today
            and (page.expires or self.today) >= self.today
        ]
        return self.random.choice(found or list(self.pages.values()))

    def safe(self) -> list[str]:
        """Ids that a published entry may name without an error."""
        return [page.id for page in self.pages.values() if not page.draft and not page.internal]

    def unnamed(self, page: Page) -> None:
        """Remove every mention of an entry, as an editor does before removing it."""
        for other in list(self.pages.values()):
            if page.id in other.related or f"ref:{page.id})" in other.body:
                other.related = [id_ for id_ in other.related if id_ != page.id]
                other.body = other.body.replace(f"ref:{page.id})", "https://www.example.org/)")
                self.write(other)

    def add(self, collection: str = "", age: int | None = None) -> None:
        collection = collection or self.random.choice(COLLECTIONS)
        self.count += 1
        age = self.random.choice([-4, -2, -1, 3, 40, 400]) if age is None else age
        day = TODAY - datetime.timedelta(days=age)
        page = Page(collection, f"e-{self.count}", self.words(2), day, f"## {self.words(1)}\n\n{self.words(8)}\n")
        if collection == "events":
            hour = datetime.time(9)
            page.start = datetime.datetime.combine(TODAY + datetime.timedelta(days=self.random.randrange(-9, 9)), hour)
        self.write(page)

    def remove(self) -> None:
        page = self.any()
        if sum(other.collection == page.collection for other in self.pages.values()) < 2 and self.random.random() < 0.7:
            return
        if len(self.pages) < 8:
            return
        self.unnamed(page)
        del self.pages[page.id]
        self.portal.edit({page.path: None})

    def rename(self) -> None:
        page = self.any()
        self.unnamed(page)
        del self.pages[page.id]
        self.portal.edit({page.path: None})
        page.aliases = [*page.aliases, page.slug]
        self.count += 1
        page.slug = f"e-{self.count}"
        self.write(page)

    def move(self) -> None:
        page = self.any()
        if page.collection == "events" or "photo.png" in page.body:
            return
        self.unnamed(page)
        del self.pages[page.id]
        self.portal.edit({page.path: None})
        page.collection = self.random.choice([name for name in COLLECTIONS if name != "events"])
        self.write(page)

    def into_folder(self) -> None:
        page = self.any()
        if "photo.png" in page.body:
            return
        self.portal.edit({page.path: None})
        page.folder = self.random.choice(["", "2026/", "more/deep/"])
        self.write(page)

    def body(self) -> None:
        page = self.shown()
        page.body += f"\n{self.words(3)}\n"
        self.write(page)

    def title(self) -> None:
        page = self.shown()
        page.title = self.words(2)
        self.write(page)

    def date(self) -> None:
        page = self.any()
        page.date = TODAY - datetime.timedelta(days=self.random.choice([-5, -3, -1, 0, 9, 99]))
        if page.expires and page.expires < page.date:
            page.expires = None
        self.write(page)

    def tag(self) -> None:
        page = self.shown()
        page.tags = self.random.sample(WORDS, 2)
        self.write(page)

    def reference(self) -> None:
        page = self.any()
        page.related = [id_ for id_ in self.random.sample(self.safe(), 2) if id_ != page.id]
        self.write(page)

    def link(self) -> None:
        page = self.any()
        goal = self.random.choice(self.safe())
        text = self.random.choice(["", self.words(1)])
        page.body += f"\n[{text}](ref:{goal})\n"
        self.write(page)

    def picture(self) -> None:
        page = self.any("pages") if any(p.collection == "pages" for p in self.pages.values()) else None
        if page is None or page.folder:
            return
        page.body += f"\n![{self.words(1)}](photo.png)\n"
        self.write(page)
        self.portal.edit({"content/pages/photo.png": self.words(3)})

    def draft(self) -> None:
        page = self.any()
        page.draft = not page.draft
        if page.draft:
            self.unnamed(page)
        self.write(page)

    def internal(self) -> None:
        """An entry is withdrawn from the public, or given back to it."""
        page = self.any()
        page.internal = not page.internal
        if page.internal:
            self.unnamed(page)
        self.write(page)

    def list_file(self) -> None:
        """A file of many entries gets other defaults and other entries."""
        count = self.random.randrange(1, 5)
        tags = ", ".join(self.random.sample(WORDS, 2))
        lines = [f"  - {{id: deed-{n}, title: {self.words(2)}, result: {self.words(3)}}}" for n in range(count)]
        head = "defaults:\n  date: 2026-05-01\n  month: 2026-05\n  branch: branches/root\n  kind: 其他\n"
        head += f"  tags: [{tags}]\n"
        self.portal.edit({"content/deeds/all.yaml": f"{head}entries:\n" + "\n".join(lines) + "\n"})

    def broken(self) -> None:
        """A mistake that stops a build, while another entry changes, and is mended."""
        self.body()
        page = self.any()
        self.portal.edit({page.path: page.source().replace("title:", "titel:")})
        assert not self.portal.build(today=self.today).report.ok
        self.write(page)

    def lost_list(self) -> None:
        """A copy leaves out the hidden list of owned files, and an entry is withdrawn before the next build."""
        (self.folder / "public/.portal-owned").unlink(missing_ok=True)
        self.internal()

    def expire(self) -> None:
        page = self.any()
        page.expires = max(page.date, TODAY + datetime.timedelta(days=self.random.randrange(-3, 6)))
        self.write(page)

    def tomorrow(self) -> None:
        """The clock moves to a day on which something appears, passes or expires, or back to the first."""
        day = datetime.timedelta(days=1)
        days = {page.date for page in self.pages.values()}
        days |= {page.expires + day for page in self.pages.values() if page.expires}
        days |= {page.start.date() + day for page in self.pages.values() if page.start}
        later = sorted(found for found in days if found > self.today)
        self.today = later[0] if later and self.today < TODAY + 9 * day else TODAY

    def alias(self) -> None:
        """An old address leads to another entry than before."""
        shown = [p for p in self.pages.values() if not p.draft and not p.internal and not p.expires and p.date <= TODAY]
        page = self.random.choice([page for page in shown if page.aliases] or shown)
        others = [other for other in shown if other.collection == page.collection and other is not page]
        self.count += 1
        alias = page.aliases.pop() if page.aliases and others else f"old-{self.count}"
        other = self.random.choice(others) if others else page
        self.write(page)
        other.aliases = [*other.aliases, alias]
        self.write(other)

    def template(self) -> None:
        name = self.random.choice([name for name in TEMPLATES if "/" in name and name.endswith(".html")])
        self.portal.edit({f"templates/{name}": TEMPLATES[name] + f"\n{{# {self.words(1)} #}}{self.words(1)}\n"})

    def nested_macro(self) -> None:
        name = self.words(1)
        self.portal.edit({"templates/inner.html": INNER.replace("<b>", f"<b class={name}>")})

    def include(self) -> None:
        path = self.folder / "templates/notice.html"
        if path.exists():
            path.unlink()
        else:
            self.portal.edit({"templates/notice.html": f"<aside>{self.words(2)}</aside>"})

    def settings(self) -> None:
        column = f"columns: [{{collection: news, label: {self.words(1)}}}]\n"
        change = self.random.choice([f"name: {self.words(2)}\n", f"  sponsor: {self.words(1)}\n", column])
        key = change.partition(":")[0]
        text = (self.folder / "site.yaml").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines(keepends=True) if not line.startswith(f"{key}:")]
        at = next((i + 1 for i, line in enumerate(lines) if line == "footer:\n"), 0) if key.startswith(" ") else 0
        self.portal.edit({"site.yaml": "".join([*lines[:at], change, *lines[at:]])})

    def colour(self) -> None:
        """A setting that decides on a file, and not only on what stands in files."""
        text = (self.folder / "site.yaml").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines(keepends=True) if not line.startswith("  colour:")]
        at = lines.index("brand:\n") + 1
        chosen = f'  colour: "#{self.random.randrange(1 << 20):06x}"\n'
        self.portal.edit({"site.yaml": "".join([*lines[:at], chosen, *lines[at:]])})

    def base_url(self) -> None:
        text = (self.folder / "site.yaml").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines(keepends=True) if not line.startswith("base_url:")]
        url = self.random.choice(["https://portal.example.org/", "https://portal.example.org/some/path/"])
        self.portal.edit({"site.yaml": "".join([*lines, f"base_url: {url}\n"])})

    def asset(self) -> None:
        self.portal.edit({"templates/assets/site.css": f"body {{ color: #{self.random.randrange(999):03} }}\n"})

    def static(self) -> None:
        path = self.folder / "content/static" / self.random.choice(["verify.txt", "sub/other.txt"])
        if path.exists() and self.random.random() < 0.4:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.words(2), encoding="utf-8")

    def output(self) -> Path | None:
        files = [path for path in sorted((self.folder / "public").rglob("*")) if path.is_file()]
        return self.random.choice(files) if files else None

    def damage(self) -> None:
        if path := self.output():
            if path.name == ".portal-owned":
                return
            data = bytearray(path.read_bytes() or b"x")
            data[self.random.randrange(len(data))] ^= 1
            path.write_bytes(data)

    def delete_output(self) -> None:
        if self.random.random() < 0.1:
            shutil.rmtree(self.folder / "public", ignore_errors=True)
        elif path := self.output():
            path.unlink()

    def truncate(self) -> None:
        path = self.folder / ".portal/store"
        if path.exists():
            data = path.read_bytes()
            path.write_bytes(data[: self.random.randrange(len(data))])

    def disguised(self) -> None:
        """An edit of the same size that keeps the time of the file, as rsync and git may do."""
        page = self.shown()
        path = self.folder / page.path
        status = path.stat()
        page.title = page.title[:-1] + chr(ord(page.title[-1]) ^ 1)
        self.write(page)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def touch(self) -> None:
        os.utime(self.folder / self.any().path)
