"""What the site consists of: one target for each file of the output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.diagnostics import Diagnostic, Span, problem
from generator.engine.trace import Target
from generator.model.collections import COLLECTIONS, ON_ONE_PAGE
from generator.site import listing
from generator.site.addresses import of_brand, of_entry, of_list, output_of
from generator.site.agenda import calendar_of, has_theme_day
from generator.site.catalog import Catalog, Column
from generator.site.world import Site, media_url

ASSETS = "assets/"


def plan(site: Site, assets: Iterable[str]) -> Iterator[Target]:
    """Every target; `assets` are the published names of the files in templates/assets."""
    columns = site.catalog.columns
    yield Target("index.html", "home.html")
    yield Target("404.html", "404.html")
    yield Target(output_of("sitemap/"), "sitemap.html")
    yield Target("sitemap.xml", "export:sitemap")
    yield Target("robots.txt", "export:robots")
    colour = site.catalog.settings.brand.colour
    yield Target(of_brand(colour), "export:brand", (colour,))
    for name, column in columns.items():
        yield from _lists(column)
        yield from _entries(column, site)
        if COLLECTIONS[name].feed and column.outlines:
            yield Target(listing.feed_of(name), "export:feed", (name,))
    yield from _files(site)
    for asset in assets:
        yield Target(asset, "copy:asset", (asset,))


def _lists(column: Column) -> Iterator[Target]:
    """The list, and its divisions; a column that is empty has no page."""
    name = column.name
    if name == "pages" or not column.outlines:
        return
    template = f"lists/{name}.html"
    for page, url in enumerate(listing.page_urls(name, len(column.outlines)), 1):
        yield Target(output_of(url), template, (name, "", "", page))
    if name in ON_ONE_PAGE:
        return
    if name == "events":
        for kind in ("", *column.divided["kind"]):
            yield Target(calendar_of(kind), "export:calendar", (kind,))
    for facet, values in column.divided.items():
        for value, ids in values.items():
            for page, url in enumerate(listing.page_urls(name, len(ids), facet, value), 1):
                yield Target(output_of(url), template, (name, facet, value, page))
    if name == "branches":
        yield Target(output_of(of_list(name) + "tree/"), "tree.html")


def _entries(column: Column, site: Site) -> Iterator[Target]:
    if column.name in ON_ONE_PAGE:
        return
    template = f"entries/{column.name}.html"
    naming = site.catalog.naming
    for id_, outline in column.outlines.items():
        for alias in outline.aliases:
            yield Target(output_of(of_entry(f"{column.name}/{alias}")), "redirect.html", (id_,))
        url = of_entry(id_)
        yield Target(output_of(url), template, (id_,))
        if column.name == "branches":
            yield Target(f"{url}feed.xml", "export:feed", (id_,))
            # An empty calendar is no calendar (RFC 5545, section 3.6).
            if has_theme_day(outline) or any(one.startswith("events/") for one in naming.sources(id_)):
                yield Target(calendar_of(branch=id_), "export:calendar", (id_,))
        elif column.name == "events":
            yield Target(f"{url}event.ics", "export:calendar", (id_,))


def _files(site: Site) -> Iterator[Target]:
    """What published entries name, and what is copied as it is."""
    library = site.catalog.library
    named: dict[str, str] = {}
    for head in site.catalog.heads.values():
        for path in head.outline.files:
            if url := media_url(path, library.files.get(path, "")):
                named[url] = path
    for url, path in sorted(named.items()):
        yield Target(url, "copy:file", (path,))
    for path in library.static:
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
    if name in catalog.heads:
        record = catalog.library.record(name)
        return Span(record.path, *record.slug_place)
    if len(more) == 3 and more[0] and (ids := listing.members(catalog.columns[name], more[0], more[1])):
        return catalog.library.record(ids[-1]).place({"area": "origin_areas"}.get(more[0], more[0]))
    return None


def _named(target: Target, catalog: Catalog) -> str:
    """A target as an editor knows it: its file, or a folder with the value by which it is divided."""
    words = [str(argument) for argument in target.arguments]
    if not words:
        return target.maker
    if words[0] in catalog.heads:
        return catalog.library.homes[words[0]][0]
    if target.maker == "copy:static":
        return f"content/static/{words[0]}"
    if len(words) == 4 and words[1]:
        return f"content/{words[0]}/（{listing.facet_named(words[0], words[1]).label}: {words[2]}）"
    return f"content/{words[0]}/" if words[0] in COLLECTIONS else words[0]
