"""Does every link of the finished site lead to a page, and every fragment to a place on it?"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from generator.diagnostics import Diagnostic, Span, problem

ADDRESSES = {("a", "href"), ("link", "href"), ("img", "src"), ("script", "src"), ("source", "src"), ("use", "href")}


class Page(HTMLParser):
    """The links and the ids of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, int, int]] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down what a tag names."""
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif (tag, name) in ADDRESSES and value is not None:
                line, column = self.getpos()
                self.links.append((value, line, column + 1))


def check(root: Path, base: str) -> list[Diagnostic]:
    """Every dead link in the site at `root`, which is published under the path `base`."""
    pages = {}
    for path in sorted(root.rglob("*.html")):
        page = Page()
        page.feed(path.read_text(encoding="utf-8"))
        pages[path.relative_to(root).as_posix()] = page
    return [found for path, page in pages.items() for found in _dead(root, base, path, page, pages)]


def _dead(root: Path, base: str, path: str, page: Page, pages: dict[str, Page]) -> Iterator[Diagnostic]:
    for link, line, column in page.links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        goal = unquote(parts.path)
        if not goal:
            name = path
        elif goal.startswith(base):
            name = goal.removeprefix(base)
            name = f"{name}index.html" if not name or name.endswith("/") else name
        else:
            yield problem("K001", Span(path, line, column), link=link)
            continue
        if name not in pages and not (root / name).is_file():
            yield problem("K001", Span(path, line, column), link=link)
        elif parts.fragment and name in pages and unquote(parts.fragment) not in pages[name].ids:
            yield problem("K002", Span(path, line, column), link=link, fragment=unquote(parts.fragment))
