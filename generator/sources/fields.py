"""The one declaration of a field: it feeds the decoder, its messages, the schema and the skeletons of `portal new`."""

from __future__ import annotations

import datetime
import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Protocol, Self, Union, get_args, get_origin, get_type_hints

import msgspec

Form = Literal["text", "month", "phone", "url", "slug", "file", "number", "time", "colour", "language", "zone"]

# What a right value looks like, shown when one is wrong.
EXAMPLES: Mapping[str, str] = {
    "date": "2026-03-08",
    "datetime": "2026-03-08 09:00",
    "bool": "是",
    "int": "12",
    "month": "2026-03",
    "phone": "0574-00000000",
    "url": "https://www.example.org/",
    "slug": "station-1",
    "file": "photo.jpg",
    "number": "96.8",
    "time": "09:30",
    "colour": "#b3191f",
    "language": "zh-CN",
    "zone": "Asia/Shanghai",
}


@dataclass(frozen=True, slots=True)
class Field:
    """What an editor needs to know of one field, beside its type."""

    label: str
    """The Chinese key, written instead of the English one if the editor likes."""
    help: str = ""
    """One Chinese sentence for the skeleton and the schema."""
    example: str = ""
    also: tuple[str, ...] = ()
    """Further keys that mean this field."""
    form: Form = "text"
    refs: tuple[str, ...] = ()
    """Collections that an id in this field may name; empty for a plain text."""
    spellings: tuple[tuple[str, str], ...] = ()
    """Other spellings of the values of an enumeration, such as `draft`."""
    usual: bool = False
    """Not required, but an entry without it is poor: a skeleton has it ready to fill in."""
    least: int | None = None
    most: int | None = None


class Written(Protocol):
    """A record that editors write as one scalar, such as `5个工作日`."""

    EXAMPLE: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The record, or None where the text is not one."""


Kind = Literal["str", "int", "bool", "date", "datetime", "choice", "record", "written", "list"]


@dataclass(frozen=True, slots=True)
class Shape:
    """The type of a value as the decoder sees it."""

    kind: Kind
    type: Any = None
    choices: tuple[str, ...] = ()
    item: Shape | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """One field of a record: its name, declaration, shape, and whether it must be there."""

    name: str
    field: Field
    shape: Shape
    required: bool


@cache
def specs(record: type[msgspec.Struct]) -> tuple[Spec, ...]:
    """The fields of a record type in the order of their declaration."""
    hints = get_type_hints(record, include_extras=True)
    required = {info.name for info in msgspec.structs.fields(record) if info.required}
    found = []
    for name in record.__struct_fields__:
        hint = hints[name]
        field = next((extra for extra in get_args(hint)[1:] if isinstance(extra, Field)), None)
        if field is not None:
            found.append(Spec(name, field, shape_of(get_args(hint)[0]), name in required))
    return tuple(found)


@cache
def keys(record: type[msgspec.Struct]) -> Mapping[str, Spec]:
    """Every key that editors may write in a record, English and Chinese."""
    found: dict[str, Spec] = {}
    for spec in specs(record):
        for key in (spec.name, spec.field.label, *spec.field.also):
            assert found.setdefault(key, spec) is spec, f"{record.__name__}: two fields are written {key}"
    return found


SCALARS: Mapping[type, Kind] = {
    str: "str",
    int: "int",
    bool: "bool",
    datetime.date: "date",
    datetime.datetime: "datetime",
}


def shape_of(hint: Any) -> Shape:
    """The shape of a type hint: scalars, Literal, records, and tuples of one type; `| None` means optional."""
    origin = get_origin(hint)
    if origin is Annotated:
        return shape_of(get_args(hint)[0])
    if origin in (Union, types.UnionType):
        return shape_of(next(arg for arg in get_args(hint) if arg is not type(None)))
    if origin is Literal:
        return Shape("choice", choices=get_args(hint))
    if origin is tuple:
        return Shape("list", item=shape_of(get_args(hint)[0]))
    if hasattr(hint, "parse"):
        return Shape("written", type=hint)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return Shape("record", type=hint)
    return Shape(SCALARS[hint])
