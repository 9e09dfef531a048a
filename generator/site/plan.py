"""What the site consists of: one target for each file of the output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.diagnostics import Diagnostic, Span, problem
from generator.engine.trace import Target
from generator.model.collections import COLLECTIONS, ON_ONE_PAGE
from generator.model.linking import named_files
from generator.site import listing
from generator.site.addresses import of_entry, of_list, output_of
from generator.site.catalog import Catalog
from generator.site.world import Site, media_url

ASSETS = "assets/"


def plan(site: Site, assets: Iterable[str]) -> Iterator[Target]:
    """Every target; `assets` are the published names of the files in templates/assets."""
    catalog = site.catalog
    yield Target("index.html", "home.html")
    yield Target("404.html", "404.html")
    yield Target(output_of("sitemap/"), "sitemap.html")
    yield Target("sitemap.xml", "export:sitemap")
    yield Target("robots.txt", "export:robots")
    for name in COLLECTIONS:
        yield from _lists(catalog, name)
        yield from _entries(catalog, name)
        if COLLECTIONS[name].feed and catalog.listed[name]:
            yield Target(listing.feed_of(name), "export:feed", (name,))
    yield from _files(site)
    for asset in assets:
        yield Target(asset, "copy:asset", (asset,))


def _lists(catalog: Catalog, name: str) -> Iterator[Target]:
    """The list, and its divisions; a column that is empty has no page."""
    if name == "pages" or not catalog.listed[name]:
        return
    template = f"lists/{name}.html"
    for page, url in enumerate(listing.page_urls(catalog, name), 1):
        yield Target(output_of(url), template, (name, "", "", page))
    if name in ON_ONE_PAGE:
        return
    for facet in COLLECTIONS[name].facets:
        for value in catalog.divided[name, facet.name]:
            for page, url in enumerate(listing.page_urls(catalog, name, facet.name, value), 1):
                yield Target(output_of(url), template, (name, facet.name, value, page))
    if name == "branches":
        yield Target(output_of(of_list(name) + "tree/"), "tree.html")


def _entries(catalog: Catalog, name: str) -> Iterator[Target]:
    for record in catalog.listed[name]:
        if name in ON_ONE_PAGE:
            continue
        for alias in record.entry.aliases:
            yield Target(output_of(of_entry(f"{name}/{alias}")), "redirect.html", (record.id,))
        yield Target(output_of(of_entry(record.id)), f"entries/{name}.html", (record.id,))
        if name == "branches":
            yield Target(f"{of_entry(record.id)}feed.xml", "export:feed", (record.id,))


def _files(site: Site) -> Iterator[Target]:
    """What published entries name, and what is copied as it is."""
    named: dict[str, str] = {}
    for record in site.catalog.records.values():
        for path, _ in named_files(record):
            if url := media_url(site, path):
                named[url] = path
    for url, path in sorted(named.items()):
        yield Target(url, "copy:file", (path,))
    for path in site.catalog.library.static:
        yield Target(path, "copy:static", (path,))


def clashes(targets: Iterable[Target], catalog: Catalog) -> Iterator[Diagnostic]:
    """Two targets for one file, or a file where others need a folder."""
    taken: dict[str, Target] = {}
    folders: dict[str, Target] = {}
    for target in targets:
        folder = target.path
        other = taken.get(target.path) or folders.get(target.path)
        while other is None and (folder := folder.rpartition("/")[0]):
            other = taken.get(folder)
        if other is not None:
            if not _taken_id(target, other):
                where = _place(target, catalog) or _place(other, catalog) or Span("site.yaml")
                url = target.path.removesuffix("index.html")
                yield problem("C002", where, url=url, one=_named(target, catalog), two=_named(other, catalog))
            continue
        taken[target.path] = target
        folder = target.path
        while folder := folder.rpartition("/")[0]:
            folders.setdefault(folder, target)


def _taken_id(one: Target, two: Target) -> bool:
    """Whether this is an old id that another entry has, which is reported with the entries (C008)."""
    makers = (one.maker, two.maker)
    return "redirect.html" in makers and all(m == "redirect.html" or m.startswith("entries/") for m in makers)


def _place(target: Target, catalog: Catalog) -> Span | None:
    """Where an editor finds what makes a target: the entry, the first entry with a value, the file."""
    if target.maker == "copy:static":
        return Span(f"content/static/{target.path}")
    if not target.arguments:
        return None
    name, *more = (str(argument) for argument in target.arguments)
    if name in catalog.records:
        record = catalog.records[name]
        return Span(record.path, *record.slug_place)
    if len(more) == 3 and more[0] and (records := listing.members(catalog, name, more[0], more[1])):
        return records[-1].place({"area": "origin_areas"}.get(more[0], more[0]))
    return None


def _named(target: Target, catalog: Catalog) -> str:
    """A target as an editor knows it: its file, or a folder with the value by which it is divided."""
    words = [str(argument) for argument in target.arguments]
    if not words:
        return target.maker
    if words[0] in catalog.records:
        return catalog.records[words[0]].path
    if target.maker == "copy:static":
        return f"content/static/{words[0]}"
    if len(words) == 4 and words[1]:
        return f"content/{words[0]}/（{listing.facet_named(words[0], words[1]).label}: {words[2]}）"
    return f"content/{words[0]}/" if words[0] in COLLECTIONS else words[0]
