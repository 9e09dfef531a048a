"""Where the fields of an entry name other entries, and files beside their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import msgspec

from generator.sources.fields import Field, specs


class Reference(NamedTuple):
    """One id in a field: its place in the entry, and the collections that it may name (`*` for any)."""

    field: str
    id: str
    collections: tuple[str, ...]


class _Way(NamedTuple):
    """A field that is looked for, or that leads to such fields through the records in it."""

    name: str
    field: Field
    inner: tuple[_Way, ...]


def references(entry: msgspec.Struct) -> Iterator[Reference]:
    """Every reference that the fields of an entry hold, in the order of the fields."""
    for place, value, field in _follow(entry, _ways(type(entry), _is_reference), ""):
        yield Reference(place, value, field.refs)


def files(entry: msgspec.Struct) -> Iterator[tuple[str, str]]:
    """Every file that the fields of an entry name, as (place, path relative to the folder of its source)."""
    for place, value, _ in _follow(entry, _ways(type(entry), _is_file), ""):
        yield place, value


def _is_reference(field: Field) -> bool:
    return bool(field.refs)


def _is_file(field: Field) -> bool:
    return field.form == "file"


@cache
def _ways(type_: type[msgspec.Struct], wanted: Callable[[Field], bool]) -> tuple[_Way, ...]:
    found = []
    for spec in specs(type_):
        shape = spec.shape.item or spec.shape
        inner = _ways(shape.type, wanted) if shape.kind == "record" else ()
        if wanted(spec.field) or inner:
            found.append(_Way(spec.name, spec.field, inner))
    return tuple(found)


def _follow(record: Any, ways: tuple[_Way, ...], prefix: str) -> Iterator[tuple[str, str, Field]]:
    for way in ways:
        value = getattr(record, way.name)
        if not value:
            continue
        name = prefix + way.name
        many = isinstance(value, tuple)
        for place, item in [(f"{name}.{index}", item) for index, item in enumerate(value)] if many else [(name, value)]:
            if way.inner:
                yield from _follow(item, way.inner, f"{place}.")
            else:
                yield place, item, way.field
