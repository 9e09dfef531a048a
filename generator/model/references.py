"""Where the fields of an entry name other entries."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import msgspec

from generator.sources.fields import specs


class Reference(NamedTuple):
    """One id in a field: its place in the entry, and the collections that it may name (`*` for any)."""

    field: str
    id: str
    collections: tuple[str, ...]


class _Way(NamedTuple):
    """A field that leads to references: directly, or through the records in it."""

    name: str
    collections: tuple[str, ...]
    inner: tuple[_Way, ...]


@cache
def _ways(type_: type[msgspec.Struct]) -> tuple[_Way, ...]:
    found = []
    for spec in specs(type_):
        shape = spec.shape.item or spec.shape
        inner = _ways(shape.type) if shape.kind == "record" else ()
        if spec.field.refs or inner:
            found.append(_Way(spec.name, spec.field.refs, inner))
    return tuple(found)


def references(entry: msgspec.Struct) -> Iterator[Reference]:
    """Every reference that the fields of an entry hold, in the order of the fields."""
    return _follow(entry, _ways(type(entry)), "")


def _follow(record: Any, ways: tuple[_Way, ...], prefix: str) -> Iterator[Reference]:
    for way in ways:
        value = getattr(record, way.name)
        if not value:
            continue
        name = prefix + way.name
        items = (
            [(f"{name}.{index}", item) for index, item in enumerate(value)]
            if isinstance(value, tuple)
            else [(name, value)]
        )
        for place, item in items:
            if way.inner:
                yield from _follow(item, way.inner, f"{place}.")
            else:
                yield Reference(place, item, way.collections)
