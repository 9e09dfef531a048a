"""A commented skeleton of an entry, written from the declaration of its fields."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from generator.engine.files import Files
from generator.model import library
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


# An example that is today would end an event as it begins, and a job tomorrow.
LATER = {
    "end": datetime.timedelta(hours=2),
    "expires": datetime.timedelta(days=90),
    "valid_until": datetime.timedelta(days=90),
    "cancel_on": datetime.timedelta(days=90),
}
DRAFT = "发布状态: 草稿  # 填好以后，把这一行删去，内容才会出现在网站上"
Known = Callable[[str], str]
"""Gives an id of a collection that exists on the site, or an empty text."""


def skeleton(collection: Collection, now: datetime.datetime, known: Known) -> str:
    """A file with every field: those that an entry needs filled in by example, the others commented out."""
    lines = [
        "---",
        f"# {collection.label}：{collection.description}",
        "# 井号开头的行不起作用；要用哪一项，就去掉行首的“# ”。",
    ]
    example = _Example(now, known)
    fields = specs(collection.type)
    wanted = [spec for spec in fields if spec.required or (spec.field.usual and example.possible(spec))]
    for spec in wanted:
        lines.extend(example.field(spec))
    lines.append(DRAFT)
    lines.append("")
    lines.append("# 下面的可以不写；要用哪一项，把它和它下面缩进的几行一起去掉“# ”。")
    for spec in fields:
        if spec not in wanted and spec.name != "status":
            lines.extend(f"# {line}" for line in example.field(spec))
    lines.append("---")
    return "\n".join(lines) + (BODY if collection.name in BODIED else "\n")


@dataclass(frozen=True, slots=True)
class _Example:
    """Writes fields with examples of right values."""

    now: datetime.datetime
    known: Known

    def field(self, spec: Spec) -> Iterator[str]:
        """The lines of one field."""
        label = spec.field.label
        note = f"  # {hint}" if (hint := _hint(spec)) else ""
        if spec.shape.kind == "list":
            assert spec.shape.item is not None
            yield f"{label}:{note}"
            first, *rest = self.value(spec, spec.shape.item)
            yield f"  - {first}"
            yield from (f"    {line}" for line in rest)
            return
        lines = list(self.value(spec, spec.shape))
        if spec.shape.kind == "record":
            yield f"{label}:{note}"
            yield from (f"  {line}" for line in lines)
        else:
            yield f"{label}: {lines[0]}{note}"

    def value(self, spec: Spec, shape: Shape) -> Iterator[str]:
        """The lines of an example."""
        if shape.kind == "record":
            yield from self.record(shape.type)
        elif shape.kind == "written":
            yield spec.field.example or str(shape.type.EXAMPLE)
        elif shape.kind == "choice":
            yield spec.field.example or next(choice for choice in shape.choices if choice)
        elif shape.kind in ("date", "datetime"):
            moment = self.now + LATER.get(spec.name, datetime.timedelta())
            yield f"{moment:%Y-%m-%d}" if shape.kind == "date" else f"{moment:%Y-%m-%d %H:%M}"
        elif found := self.reference(spec):
            yield found
        else:
            yield spec.field.example or EXAMPLES.get(spec.field.form) or EXAMPLES.get(shape.kind, "……")

    def possible(self, spec: Spec) -> bool:
        """Whether the field can be filled in: a reference needs something to name."""
        return not spec.field.refs or bool(self.reference(spec))

    def reference(self, spec: Spec) -> str:
        """An id that exists, so that the skeleton is right as it stands."""
        return next(filter(None, map(self.known, spec.field.refs)), "")

    def record(self, type_: type[msgspec.Struct]) -> Iterator[str]:
        """The fields that a record needs, or its first."""
        fields = specs(type_)
        for spec in [spec for spec in fields if spec.required or spec.field.usual] or fields[:1]:
            yield from self.field(spec)


def _hint(spec: Spec) -> str:
    shape = spec.shape.item or spec.shape
    if shape.kind != "choice":
        return spec.field.help
    choices = "可以写：" + "、".join(choice for choice in shape.choices if choice)
    return f"{spec.field.help}；{choices}" if spec.field.help else choices


class Unwritten(Exception):
    """No skeleton was written: a key of `wording` with its values says why."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def create(site: Path, name: str, slug: str, now: datetime.datetime) -> str:
    """Write the skeleton of an entry and give its path; an existing file is never touched."""
    collection = COLLECTIONS.get(name) or next((one for one in COLLECTIONS.values() if one.label == name), None)
    if collection is None:
        known = "、".join(f"{one.name}（{one.label}）" for one in COLLECTIONS.values())
        raise Unwritten("collection", name=name, known=known)
    name = collection.name
    if not FORMS["slug"].fullmatch(slug):
        raise Unwritten("slug", slug=slug, guess=suggestion(slug))
    folder = site / "content" / name
    for existing in folder.rglob(f"{slug}.*"):
        raise Unwritten("exists", file=existing)
    if home := library.read(site, Files({})).homes.get(f"{name}/{slug}"):
        raise Unwritten("taken", id=f"{name}/{slug}", file=home[0])
    file = folder / f"{slug}{'.md' if name in BODIED else '.yaml'}"
    text = skeleton(collection, now, lambda other: _first(site, other))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as target:
            target.write(text if name in BODIED else text.removeprefix("---\n").removesuffix("---\n"))
    except OSError as error:
        raise Unwritten("unwritable", file=file, why=error.strerror) from error
    return str(file)


def _first(site: Path, collection: str) -> str:
    """The id of the first entry of a collection that has a file of its own."""
    for path in sorted((site / "content" / collection).glob("*.md")):
        if FORMS["slug"].fullmatch(path.stem):
            return f"{collection}/{path.stem}"
    return ""
