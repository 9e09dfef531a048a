"""Lists, pages of lists, and the values that divide them; each function answers one question by reading others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.engine.trace import Reader
from generator.model.collections import COLLECTIONS, Facet
from generator.model.entry import Entry
from generator.model.head import HOME
from generator.site import addresses
from generator.site.cards import Card, summary_of
from generator.site.catalog import Column as Listed
from generator.site.values import AreaNode, Choice, Column, Division, Listing, MenuItem, Stretch


def column(read: Reader, name: str) -> Column | None:
    """A collection with the names that the office gave it; None if there is no such collection."""
    collection = COLLECTIONS.get(name)
    if collection is None:
        return None
    given = next((column for column in read("setting", "columns") if column.collection == name), None)
    label = (given and given.label) or collection.label
    description = (given and given.description) or collection.description
    return Column(
        collection=name,
        label=label,
        description=description,
        keywords=(given and given.keywords) or (label, read("setting", "brand.name")),
        type=(given and given.column_type) or collection.column_type,
        url=addresses.of_list(name),
        feed=feed_of(name) if collection.feed and read("filled", name) else "",
    )


def label(read: Reader, name: str) -> str:
    """What the office calls a collection."""
    column: Column = read("column", name)
    return column.label


def filled(read: Reader, name: str) -> bool:
    """Whether anything is listed in a collection."""
    return bool(read("listed", name).outlines)


def feed_of(name: str) -> str:
    """The feed of a collection; that of the news is the site's own."""
    return "feed.xml" if name == "news" else f"{name}/feed.xml"


def menu(read: Reader) -> tuple[MenuItem, ...]:
    """The main navigation; what the doors of the home page say of each is another question."""
    return tuple(MenuItem(item.id, item.label, item.url) for item in read("doors"))


def doors(read: Reader) -> tuple[MenuItem, ...]:
    """The columns that are not empty, in the order of site.yaml, then the pages that ask for a place."""
    given = {column.collection: column for column in read("setting", "columns")}
    names = [*given, *(name for name in COLLECTIONS if name not in given)]
    found = []
    for name in names:
        shown: Column | None = read("column", name)
        listed = shown and name != "pages" and read("filled", name)
        if shown and listed and (name not in given or given[name].menu):
            found.append(MenuItem(name, shown.label, shown.url, shown.description))
    return (*found, *(_item(read, id_) for id_ in read("menu-pages")))


def menu_pages(read: Reader) -> tuple[str, ...]:
    """The ids of the pages that ask for a place in the menu, in its order."""
    outlines = read("listed", "pages").outlines
    return tuple(sorted((id_ for id_ in outlines if outlines[id_].menu), key=lambda id_: (outlines[id_].menu, id_)))


def _item(read: Reader, id_: str) -> MenuItem:
    entry: Entry = read("entry", id_)
    return MenuItem(id_, entry.title, addresses.of_entry(id_), summary_of(entry))


def section(read: Reader, name: str) -> tuple[MenuItem, ...]:
    """The pages of one section (专题), which lead to each other."""
    return tuple(MenuItem(id_, read("title", id_), addresses.of_entry(id_)) for id_ in read("section-pages", name))


def section_pages(read: Reader, name: str) -> tuple[str, ...]:
    """The ids of the pages of one section."""
    outlines = read("listed", "pages").outlines
    return tuple(id_ for id_, outline in outlines.items() if name and outline.section == name)


def hot(read: Reader, most: int) -> tuple[MenuItem, ...]:
    """The items that are asked for most."""
    return tuple(_item(read, id_) for id_ in read("hot-items")[:most])


def hot_items(read: Reader) -> tuple[str, ...]:
    """The ids of the items that are marked as asked for often."""
    return tuple(id_ for id_, outline in read("listed", "items").outlines.items() if "hot" in outline.marks)


def members(listed: Listed, facet: str = "", value: str = "") -> Sequence[str]:
    """The entries of a list, whole or divided by a value of a facet."""
    return listed.divided.get(facet, {}).get(value, ()) if facet else listed.ids


def page_urls(name: str, count: int, facet: str = "", value: str = "") -> tuple[str, ...]:
    """The addresses of the pages that a list of so many entries takes; an empty list still has one."""
    pages = max(1, -(-count // COLLECTIONS[name].page_size))
    segment = facet_named(name, facet).segment if facet else ""
    first = addresses.of_list(name, segment, value)
    return (first, *(f"{first}page/{page}/" for page in range(2, pages + 1)))


def facet_named(name: str, facet: str) -> Facet:
    """The declaration of a facet; KeyError if the collection has none of that name."""
    return {found.name: found for found in COLLECTIONS[name].facets}[facet]


def stretch(read: Reader, name: str, facet: str, value: str, page: int) -> Stretch:
    """Which entries stand on one page of a list, and how many there are."""
    size = COLLECTIONS[name].page_size
    ids = members(read("listed", name), facet, value)
    return Stretch(tuple(ids[(page - 1) * size : page * size]), len(ids))


def listing(read: Reader, name: str, facet: str, value: str, page: int) -> Listing:
    """One page of a list; pages count from 1."""
    found: Stretch = read("stretch", name, facet, value, page)
    urls = page_urls(name, found.total, facet, value)
    return Listing(
        cards=cards(read, found.ids),
        total=found.total,
        page=page,
        pages=len(urls),
        previous=urls[page - 2] if page > 1 else "",
        next=urls[page] if page < len(urls) else "",
        urls=urls,
    )


def cards(read: Reader, ids: Sequence[str]) -> tuple[Card, ...]:
    """The cards of published entries."""
    return tuple(read("card", id_) for id_ in ids)


def first(read: Reader, name: str, facet: str, value: str, most: int) -> tuple[str, ...]:
    """The ids that a list begins with."""
    return tuple(members(read("listed", name), facet, value)[:most])


def divisions(read: Reader, name: str) -> tuple[Division, ...]:
    """The facets of a collection that divide it: those with a value."""
    found = []
    divided = read("listed", name).divided
    for facet in COLLECTIONS[name].facets:
        choices = tuple(
            Choice(value, label_of(facet, value), addresses.of_list(name, facet.segment, value), len(ids))
            for value, ids in divided[facet.name].items()
        )
        if choices:
            found.append(Division(facet.name, facet.label, choices))
    return tuple(found)


def label_of(facet: Facet, value: str) -> str:
    """A value as one reads it."""
    if facet.name == "month":
        year, month = value.split("-")
        return f"{year}年{int(month)}月"
    return f"{value}年" if facet.name == "year" else value.replace("/", " ")


def home_areas(read: Reader) -> tuple[AreaNode, ...]:
    """Where members come from, province by province, with the branches for each area."""
    return tuple(read("area", value) for value in read("areas-in", ""))


def area_names(read: Reader) -> tuple[AreaNode, ...]:
    """Where members come from, without the branches."""

    def bare(value: str) -> AreaNode:
        url = addresses.of_list("branches", "area", value)
        return AreaNode(value.rpartition("/")[2], value, url, tuple(map(bare, read("areas-in", value))), ())

    return tuple(map(bare, read("areas-in", "")))


def area(read: Reader, value: str) -> AreaNode:
    """One home area with what is below it."""
    url = addresses.of_list("branches", "area", value)
    below = tuple(read("area", one) for one in read("areas-in", value))
    return AreaNode(value.rpartition("/")[2], value, url, below, cards(read, read("from-area", value)))


def from_area(read: Reader, value: str) -> tuple[str, ...]:
    """The branches that name an area exactly."""
    listed: Listed = read("listed", "branches")
    ids = members(listed, "area", value)
    return tuple(id_ for id_ in ids if value in listed.outlines[id_].facets.get(HOME, ()))


def areas_in(read: Reader, above: str) -> tuple[str, ...]:
    """The areas directly in one, or the provinces."""
    return tuple(_within(read("listed", "branches").divided["area"], above))


def _within(values: Sequence[str], above: str) -> Iterator[str]:
    prefix = f"{above}/" if above else ""
    for value in values:
        if value.startswith(prefix) and "/" not in value[len(prefix) :]:
            yield value
