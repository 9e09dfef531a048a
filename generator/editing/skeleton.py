"""A commented skeleton of an entry, written from the declaration of its fields."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import msgspec

from generator.model.collections import COLLECTIONS, Collection
from generator.sources.decode import FORMS
from generator.sources.document import suggestion
from generator.sources.fields import EXAMPLES, Shape, Spec, specs

BODY = """
正文从这里开始。小标题用两个井号：

## 第一节

写清楚：什么事、什么时候、在哪里、要带什么、找谁。
"""

BODIED = ("lessons", "guides", "news", "pages", "branches", "study", "places", "events", "teams", "matters")


def skeleton(collection: Collection, now: datetime.datetime) -> str:
    """A Markdown file with every field: those that must be there filled in by example, the others commented out."""
    lines = [
        "---",
        f"# {collection.label}：{collection.description}",
        "# 井号开头的行不起作用；要用哪一项，就去掉行首的“# ”。",
    ]
    fields = specs(collection.type)
    for spec in fields:
        if spec.required:
            lines.extend(_field(spec, now))
    lines.append("")
    lines.append("# 下面的可以不写。")
    for spec in fields:
        if not spec.required:
            lines.extend(f"# {line}" for line in _field(spec, now))
    lines.append("---")
    return "\n".join(lines) + (BODY if collection.name in BODIED else "\n")


def _field(spec: Spec, now: datetime.datetime) -> Iterator[str]:
    label = spec.field.label
    hint = spec.field.help
    if spec.shape.kind == "choice" or (spec.shape.item and spec.shape.item.kind == "choice"):
        choices = (spec.shape.item or spec.shape).choices
        hint = f"{hint}；" * bool(hint) + "可以写：" + "、".join(choice for choice in choices if choice)
    note = f"  # {hint}" if hint else ""
    if spec.shape.kind == "list":
        assert spec.shape.item is not None
        yield f"{label}:{note}"
        first, *rest = _value(spec, spec.shape.item, now)
        yield f"  - {first}"
        yield from (f"    {line}" for line in rest)
        return
    lines = list(_value(spec, spec.shape, now))
    if spec.shape.kind == "record":
        yield f"{label}:{note}"
        yield from (f"  {line}" for line in lines)
    else:
        yield f"{label}: {lines[0]}{note}"


def _value(spec: Spec, shape: Shape, now: datetime.datetime) -> Iterator[str]:
    """The lines of an example of a right value."""
    if shape.kind == "record":
        yield from _record(shape.type, now)
    elif shape.kind == "written":
        yield str(shape.type.EXAMPLE)
    elif shape.kind == "choice":
        yield spec.field.example or next(choice for choice in shape.choices if choice)
    elif spec.name == "date":
        yield f"{now:%Y-%m-%d %H:%M}"
    elif spec.field.example:
        yield spec.field.example
    elif spec.field.form != "text":
        yield EXAMPLES[spec.field.form]
    else:
        yield EXAMPLES.get(shape.kind, "……")


def _record(type_: type[msgspec.Struct], now: datetime.datetime) -> Iterator[str]:
    for spec in specs(type_):
        if spec.required:
            yield from _field(spec, now)
    if not any(spec.required for spec in specs(type_)):
        yield from _field(specs(type_)[0], now)


class Unwritten(Exception):
    """No skeleton was written: a key of `wording` with its values says why."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def create(site: Path, name: str, slug: str, now: datetime.datetime) -> str:
    """Write the skeleton of an entry and give its path; an existing file is never touched."""
    collection = COLLECTIONS.get(name)
    if collection is None:
        raise Unwritten("collection", name=name, known="、".join(COLLECTIONS))
    if not FORMS["slug"].fullmatch(slug):
        raise Unwritten("slug", slug=slug, guess=suggestion(slug))
    folder = site / "content" / name
    for known in folder.rglob(f"{slug}.*"):
        raise Unwritten("exists", file=known)
    file = folder / f"{slug}{'.md' if name in BODIED else '.yaml'}"
    text = skeleton(collection, now)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as target:
            target.write(text if name in BODIED else text.removeprefix("---\n").removesuffix("---\n"))
    except OSError as error:
        raise Unwritten("unwritable", file=file, why=error.strerror) from error
    return str(file)
