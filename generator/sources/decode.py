"""YAML nodes to typed records, field by field: a wrong field is reported and the rest is still read."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import msgspec

from generator.diagnostics import Diagnostic, Span, nearest, problem
from generator.sources import nodes
from generator.sources.fields import EXAMPLES, Shape, Spec, keys, specs
from generator.sources.nodes import Node, Scalar

Place = nodes.Place
WRONG: Any = object()

TRUTHS: Mapping[str, bool] = {
    **dict.fromkeys(("true", "是", "有", "yes"), True),
    **dict.fromkeys(("false", "否", "无", "no"), False),
}
NOTHING = {"", "~", "null"}
SLUG_KEYS = ("id", "编号")
"""What names an entry in a list is no field of it."""

# What no editor types on purpose, not even by an escape in quotes; tab and line feed are text. The three line ends of
# Unicode are refused too: for YAML they end a line, for an editor they do not.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\ud800-\udfff\ufffe\uffff]")

FORMS: Mapping[str, re.Pattern[str]] = {
    "month": re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII),
    "phone": re.compile(r"(0\d{2,3}-\d{7,8}(-\d{1,5})?|1\d{10}|\d{5,6}|[48]00-\d{3}-\d{4})", re.ASCII),
    "url": re.compile(r"https?://[^\s/?#@\"<>\[\]\\]+\.[^\s\"<>\\]+"),
    # A slug is the name of a folder, of which file systems take 255 bytes.
    "slug": re.compile(r"(?=.{1,100}\Z)[a-z0-9]+(-[a-z0-9]+)*"),
    "file": re.compile(r"(?!/)(?!.*(^|/)\.\.?(/|$))[^\\\x00-\x1f:]+"),
    "number": re.compile(r"\d+(\.\d+)?", re.ASCII),
    "time": re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII),
    "colour": re.compile(r"#[0-9a-fA-F]{6}"),
    "language": re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"),
}
DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
INTEGER = re.compile(r"-?\d{1,15}")
ISO = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?", re.ASCII)
MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2}))?")


class Step(NamedTuple):
    """What a key of a record, or an item of a list, leads to: how its value is read, and what is known of it before."""

    name: str
    """Of the field."""
    read: Callable[[Decoder, Node, Step, str], Any]
    convert: Callable[[Decoder, Scalar, str, Step], Any]
    """What `Decoder.scalar` makes of a text."""
    shape: Shape
    spec: Spec
    spelled: Mapping[str, str]
    """The value of an enumeration that each spelling means."""
    item: Step | None


class Plan(NamedTuple):
    """A record type as the decoder goes through it."""

    steps: Mapping[str, Step]
    """By every key, English and Chinese."""
    required: frozenset[str]


@cache
def plan(type_: type[msgspec.Struct]) -> Plan:
    """How the records of a type are read."""
    steps = {spec.name: _step(spec.shape, spec) for spec in specs(type_)}
    return Plan(
        {key: steps[spec.name] for key, spec in keys(type_).items()},
        frozenset(spec.name for spec in specs(type_) if spec.required),
    )


def _step(shape: Shape, spec: Spec) -> Step:
    read = (
        Decoder.words if shape.kind == "str" and spec.field.form == "text" else READERS.get(shape.kind, Decoder.scalar)
    )
    spelled = {**dict(spec.field.spellings), **{choice: choice for choice in shape.choices}}
    item = _step(shape.item, spec) if shape.item else None
    return Step(spec.name, read, CONVERTERS.get(shape.kind, Decoder._text), shape, spec, spelled, item)


@dataclass(slots=True)
class Decoder:
    """Reads the records of one file and gathers its problems and the place of every value."""

    path: str
    diagnostics: list[Diagnostic] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)

    def record(
        self,
        node: Node,
        type_: type[msgspec.Struct],
        name: str = "",
        given: Mapping[str, Any] | None = None,
        ignored: tuple[str, ...] = (),
    ) -> Any:
        """The record that a mapping spells, or WRONG; `given` are values inherited from `defaults:`."""
        if not isinstance(node, nodes.Mapping):
            return self._reject("Y012" if COLON.match(_first_words(node)) else "F003", node.place)
        before = len(self.diagnostics)
        values = self.values(node, type_, name, ignored)
        if given:
            # A key left blank says nothing: it must not undo `audience: internal` of the defaults.
            values = {**given, **values}
        # Nothing was reported, so that nothing here is wrong; what is given may be.
        certain = len(self.diagnostics) == before and not given and values.keys() >= plan(type_).required
        return type_(**values) if certain or self._complete(node, type_, name, values) else WRONG

    def _complete(self, node: Node, type_: type[msgspec.Struct], name: str, values: Mapping[str, Any]) -> bool:
        """Whether a record can be made of the values; what it must have and lacks is reported."""
        complete = True
        for spec in specs(type_):
            if values.get(spec.name) is WRONG:
                complete = False
            elif spec.required and spec.name not in values:
                self._missing(node, spec, name)
                complete = False
        return complete

    def values(
        self, node: nodes.Mapping, type_: type[msgspec.Struct], name: str = "", ignored: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """The fields that a mapping gives, by field name, wrong ones as WRONG, without those left blank."""
        steps = plan(type_).steps
        places = self.places
        prefix = name and name + "."
        found: dict[str, Any] = {}
        blank: list[str] = []
        firsts: dict[str, Place] = {}
        for key, place, value in node.value:
            step = steps.get(key)
            if step is None or key in ignored:
                firsts = firsts or _firsts(node)
                # A key that stands here twice, and the merge key, were reported when the nodes were read.
                if key != "<<" and key not in ignored and firsts[key] == place:
                    self._unknown(key, place, [*steps, *ignored])
                continue
            field = step.name
            if field in found or field in blank:
                firsts = firsts or _firsts(node)
                if firsts[key] == place:
                    self._reject("F008", place, key=key, name=field, label=step.spec.field.label)
                continue
            full = prefix + field
            places[full] = value.place
            result = step.read(self, value, step, full)
            if result is None:
                blank.append(field)
            else:
                found[field] = result
        return found

    def words(self, node: Node, step: Step, name: str) -> Any:
        """A text of any form, which most values are: what is harmless at a glance passes."""
        if not isinstance(node, Scalar):
            return self._reject("F015", node.place, label=step.spec.field.label)
        text = node.value.strip()
        if not text or (text in NOTHING and _empty(node)):
            return None
        return text if text.isprintable() and text[0] not in "…." else self._text(node, text, step)

    def scalar(self, node: Node, step: Step, name: str) -> Any:
        """Any other value that is one text in the file."""
        if not isinstance(node, Scalar):
            return self._reject("F015", node.place, label=step.spec.field.label)
        text = node.value.strip()
        if not text or (text in NOTHING and _empty(node)):
            return None
        return step.convert(self, node, text, step)

    def group(self, node: Node, step: Step, name: str) -> Any:
        """A record inside another."""
        return None if isinstance(node, Scalar) and _empty(node) else self.record(node, step.shape.type, name)

    def items(self, node: Node, step: Step, name: str) -> Any:
        """A list, without the items left blank."""
        if not isinstance(node, nodes.Sequence):
            return None if _empty(node) else self._no_list(node, step.spec)
        inner = step.item
        assert inner is not None
        values: list[Any] = []
        wrong = False
        for index, item in enumerate(node.value):
            full = f"{name}.{index}"
            self.places[full] = item.place
            value = inner.read(self, item, inner, full)
            if value is not None:
                values.append(value)
                wrong = wrong or value is WRONG
        return WRONG if wrong else tuple(values)

    def _no_list(self, node: Node, spec: Spec) -> Any:
        if isinstance(node, Scalar) and re.search("[，、；]", node.value):
            shown = ", ".join(part.strip() for part in re.split("[，、；,]", node.value))
            return self._reject("F019", node.place, label=spec.field.label, value=node.value, list=shown)
        return self._reject("F012", node.place, label=spec.field.label, example=_first_words(node))

    def _text(self, node: Scalar, text: str, step: Step) -> Any:
        spec = step.spec
        if bad := CONTROL.search(text):
            return self._reject("F016", node.place, label=spec.field.label, char=f"U+{ord(bad[0]):04X}")
        if set(text) <= set("…."):
            self._reject("F018", node.place, label=spec.field.label)
        form = spec.field.form
        if form == "zone":
            return text if text in available_timezones() else self._form(node, text, spec, EXAMPLES["zone"])
        if form != "text" and not (FORMS[form].fullmatch(text) and (form != "url" or _divides(text))):
            return self._form(node, text, spec, spec.field.example or EXAMPLES[form])
        return text

    def _bool(self, node: Scalar, text: str, step: Step) -> Any:
        value = TRUTHS.get(text.lower())
        return self._reject("F007", node.place, label=step.spec.field.label, value=text) if value is None else value

    def _int(self, node: Scalar, text: str, step: Step) -> Any:
        spec = step.spec
        if not INTEGER.fullmatch(text):
            return self._reject("F006", node.place, label=spec.field.label, value=text)
        number = int(text)
        least, most = spec.field.least, spec.field.most
        if (least is not None and number < least) or (most is not None and number > most):
            limits = f"{'' if least is None else least}–{'' if most is None else most}"
            return self._reject("F011", node.place, label=spec.field.label, value=text, limits=limits)
        return number

    def _date(self, node: Scalar, text: str, step: Step) -> Any:
        # By far the most frequent; what follows would come to the same, and takes three times as long.
        if ISO.fullmatch(text):
            with suppress(ValueError):
                return (datetime.datetime if step.shape.kind == "datetime" else datetime.date).fromisoformat(text)
        found = (MOMENT if step.shape.kind == "datetime" else DATE).fullmatch(text)
        if found is None:
            return self._form(node, text, step.spec, EXAMPLES[step.shape.kind])
        try:
            year, month, day, *clock = map(int, found.groups(default="0"))
            if clock:
                return datetime.datetime(year, month, day, clock[0], clock[1])
            return datetime.date(year, month, day)
        except ValueError:
            return self._reject("F005", node.place, label=step.spec.field.label, value=text)

    def _choice(self, node: Scalar, text: str, step: Step) -> Any:
        value = step.spelled.get(text)
        return self._no_choice(node, text, step.shape, step.spec) if value is None else value

    def _no_choice(self, node: Scalar, text: str, shape: Shape, spec: Spec) -> Any:
        if len(parts := re.split("[，、,；]", text)) > 1 and set(map(str.strip, parts)) <= set(shape.choices):
            shown = ", ".join(map(str.strip, parts))
            return self._reject("F019", node.place, label=spec.field.label, value=text, list=shown)
        guess = nearest(text, shape.choices) or nearest(text.lower(), dict(spec.field.spellings))
        listed = "、".join(shape.choices)
        if guess:
            return self._reject("F004", node.place, label=spec.field.label, value=text, guess=guess, choices=listed)
        return self._reject("F013", node.place, label=spec.field.label, value=text, choices=listed)

    def _written(self, node: Scalar, text: str, step: Step) -> Any:
        value = step.shape.type.parse(text)
        return self._form(node, text, step.spec, step.shape.type.EXAMPLE) if value is None else value

    def _form(self, node: Node, text: str, spec: Spec, example: str) -> Any:
        return self._reject("F009", node.place, label=spec.field.label, value=text, example=example)

    def _unknown(self, key: str, place: Place, known: list[str]) -> None:
        if guess := nearest(key, known):
            self._reject("F001", place, key=key, guess=guess)
        else:
            shown = "、".join(name for name in known if not name.isascii())
            self._reject("F014", place, key=key, known=shown)

    def _missing(self, node: Node, spec: Spec, name: str) -> None:
        written = self.places.get(f"{name}.{spec.name}" if name else spec.name)
        line, column, _ = written or node.place
        example = spec.field.example or EXAMPLES.get(spec.field.form, EXAMPLES.get(spec.shape.kind, "……"))
        if spec.shape.kind == "choice":
            example = spec.shape.choices[0]
        span = Span(self.path, line, column)
        self.diagnostics.append(
            problem("F017" if written else "F002", span, label=spec.field.label, name=spec.name, example=example)
        )

    def _reject(self, code: str, place: Place, **arguments: object) -> Any:
        self.diagnostics.append(problem(code, Span(self.path, *place), **arguments))
        return WRONG


READERS: Mapping[str, Callable[[Decoder, Node, Step, str], Any]] = {"list": Decoder.items, "record": Decoder.group}
CONVERTERS: Mapping[str, Callable[[Decoder, Scalar, str, Step], Any]] = {
    "int": Decoder._int,
    "bool": Decoder._bool,
    "date": Decoder._date,
    "datetime": Decoder._date,
    "choice": Decoder._choice,
    "written": Decoder._written,
}


COLON = re.compile(r"[\w·-]+\s*(：|:\S)")
"""A key with a Chinese colon, or without the space after the colon: YAML takes the whole for a text."""


def _divides(url: str) -> bool:
    """Whether an address can be taken apart, which letters that look like a slash forbid (Unicode TR 46)."""
    try:
        return bool(urlsplit(url).netloc)
    except ValueError:
        return False


def _firsts(node: nodes.Mapping) -> dict[str, Place]:
    """Where each key stands for the first time."""
    return {key: place for key, place, _ in reversed(node.value)}


def _empty(node: Node) -> bool:
    return isinstance(node, Scalar) and (not node.value.strip() or (node.value in NOTHING and not node.style))


def _first_words(node: Node) -> str:
    return node.value[:20] if isinstance(node, Scalar) else "……"
