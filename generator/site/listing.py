"""Lists, pages of lists, and the values that divide them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.model.collections import COLLECTIONS, Facet
from generator.model.library import Record
from generator.site import addresses
from generator.site.cards import Card, card_of, summary_of
from generator.site.catalog import Catalog
from generator.site.values import AreaNode, Choice, Column, Division, Listing, MenuItem


def column(catalog: Catalog, name: str) -> Column | None:
    """A collection with the names that the office gave it; None if there is no such collection."""
    collection = COLLECTIONS.get(name)
    if collection is None:
        return None
    given = next((column for column in catalog.settings.columns if column.collection == name), None)
    label = (given and given.label) or collection.label
    description = (given and given.description) or collection.description
    return Column(
        collection=name,
        label=label,
        description=description,
        keywords=(given and given.keywords) or (label, catalog.settings.brand.name),
        type=(given and given.column_type) or collection.column_type,
        url=addresses.of_list(name),
        feed=feed_of(name) if collection.feed and catalog.listed[name] else "",
    )


def feed_of(name: str) -> str:
    """The feed of a collection; that of the news is the site's own."""
    return "feed.xml" if name == "news" else f"{name}/feed.xml"


def menu(catalog: Catalog) -> tuple[MenuItem, ...]:
    """The main navigation; what the doors of the home page say of each is another question."""
    return tuple(MenuItem(item.id, item.label, item.url) for item in doors(catalog))


def doors(catalog: Catalog) -> tuple[MenuItem, ...]:
    """The columns that are not empty, in the order of site.yaml, then the pages that ask for a place."""
    given = {column.collection: column for column in catalog.settings.columns}
    names = [*given, *(name for name in COLLECTIONS if name not in given)]
    found = []
    for name in names:
        shown = column(catalog, name)
        listed = catalog.listed.get(name) and name != "pages"
        if shown and listed and (name not in given or given[name].menu):
            found.append(MenuItem(name, shown.label, shown.url, shown.description))
    pages = [record for record in catalog.listed["pages"] if getattr(record.entry, "menu", None)]
    for record in sorted(pages, key=lambda record: (getattr(record.entry, "menu", 0), record.id)):
        found.append(MenuItem(record.id, record.entry.title, addresses.of_entry(record.id), summary_of(record)))
    return tuple(found)


def section(catalog: Catalog, name: str) -> tuple[MenuItem, ...]:
    """The pages of one section (专题), which lead to each other."""
    return tuple(
        MenuItem(record.id, record.entry.title, addresses.of_entry(record.id))
        for record in catalog.listed["pages"]
        if name and getattr(record.entry, "section", "") == name
    )


def hot(catalog: Catalog, most: int) -> tuple[MenuItem, ...]:
    """The items that are asked for most."""
    records = [record for record in catalog.listed["items"] if getattr(record.entry, "hot", False)]
    return tuple(
        MenuItem(record.id, record.entry.title, addresses.of_entry(record.id), summary_of(record))
        for record in records[:most]
    )


def members(catalog: Catalog, name: str, facet: str = "", value: str = "") -> Sequence[Record]:
    """The entries of a list, whole or divided by a value of a facet."""
    if not facet:
        return catalog.listed.get(name, ())
    return catalog.divided.get((name, facet), {}).get(value, ())


def page_urls(catalog: Catalog, name: str, facet: str = "", value: str = "") -> tuple[str, ...]:
    """The addresses of the pages that a list takes; an empty list still has one."""
    known = catalog.urls.get((name, facet, value))
    if known is None:
        size = COLLECTIONS[name].page_size
        pages = max(1, -(-len(members(catalog, name, facet, value)) // size))
        segment = facet_named(name, facet).segment if facet else ""
        known = tuple(addresses.of_list(name, segment, value, page) for page in range(1, pages + 1))
        catalog.urls[name, facet, value] = known
    return known


def facet_named(name: str, facet: str) -> Facet:
    """The declaration of a facet; KeyError if the collection has none of that name."""
    return {found.name: found for found in COLLECTIONS[name].facets}[facet]


def listing(catalog: Catalog, name: str, facet: str, value: str, page: int) -> Listing:
    """One page of a list; pages count from 1."""
    size = COLLECTIONS[name].page_size
    records = members(catalog, name, facet, value)
    urls = page_urls(catalog, name, facet, value)
    return Listing(
        cards=tuple(card_of(catalog, record) for record in records[(page - 1) * size : page * size]),
        total=len(records),
        page=page,
        pages=len(urls),
        previous=urls[page - 2] if page > 1 else "",
        next=urls[page] if page < len(urls) else "",
        urls=urls,
    )


def divisions(catalog: Catalog, name: str) -> tuple[Division, ...]:
    """The facets of a collection that divide it: those with a value."""
    found = []
    for facet in COLLECTIONS[name].facets:
        values = catalog.divided[name, facet.name]
        choices = tuple(
            Choice(value, label_of(facet, value), addresses.of_list(name, facet.segment, value), len(records))
            for value, records in values.items()
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


def home_areas(catalog: Catalog) -> tuple[AreaNode, ...]:
    """Where members come from, province by province, with the branches for each area."""
    return tuple(_areas(catalog, ""))


def area_names(catalog: Catalog) -> tuple[AreaNode, ...]:
    """Where members come from, without the branches."""

    def bare(node: AreaNode) -> AreaNode:
        return AreaNode(node.name, node.value, node.url, tuple(map(bare, node.areas)), ())

    return tuple(map(bare, home_areas(catalog)))


def area(catalog: Catalog, value: str) -> AreaNode:
    """One home area with what is below it."""
    cards: list[Card] = []
    for record in members(catalog, "branches", "area", value):
        if any("/".join(found.parts) == value for found in getattr(record.entry, "origin_areas", ())):
            cards.append(card_of(catalog, record))
    url = addresses.of_list("branches", "area", value)
    return AreaNode(value.rpartition("/")[2], value, url, tuple(_areas(catalog, value)), tuple(cards))


def _areas(catalog: Catalog, above: str) -> Iterator[AreaNode]:
    prefix = f"{above}/" if above else ""
    for value in catalog.divided["branches", "area"]:
        if value.startswith(prefix) and "/" not in value[len(prefix) :]:
            yield area(catalog, value)
