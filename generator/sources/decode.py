"""YAML nodes to typed records, field by field: a wrong field is reported and the rest is still read."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import msgspec

from generator.diagnostics import Diagnostic, Span, nearest, problem
from generator.sources import positioned
from generator.sources.fields import EXAMPLES, Shape, Spec, keys, specs

Place = tuple[int, int, int]
"""Line, column and length of a value in its file."""

WRONG: Any = object()

TRUE = {"true", "是", "有", "yes"}
FALSE = {"false", "否", "无", "no"}
NOTHING = {"", "~", "null"}

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
MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2}))?")


@dataclass(slots=True)
class Decoder:
    """Reads the records of one file and gathers its problems and the place of every value."""

    path: str
    first_line: int = 1
    diagnostics: list[Diagnostic] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)

    def record(
        self,
        node: positioned.Node,
        type_: type[msgspec.Struct],
        name: str = "",
        given: Mapping[str, Any] | None = None,
        ignored: tuple[str, ...] = (),
    ) -> Any:
        """The record that a mapping spells, or WRONG; `given` are values inherited from `defaults:`."""
        if not isinstance(node, positioned.Mapping):
            return self._reject("Y012" if COLON.match(_first_words(node)) else "F003", node)
        found = self.values(node, type_, name, ignored)
        # A key left blank says nothing: it must not undo `audience: internal` of the defaults.
        values = {**(given or {}), **{key: value for key, value in found.items() if value is not None}}
        complete = True
        for spec in specs(type_):
            value = values.get(spec.name)
            if value is WRONG:
                complete = False
            elif spec.required and value is None:
                self._missing(node, spec, name)
                complete = False
        if not complete:
            return WRONG
        return type_(**{key: value for key, value in values.items() if value is not None})

    def values(
        self, node: positioned.Mapping, type_: type[msgspec.Struct], name: str = "", ignored: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """The fields that a mapping gives, by field name, wrong ones as WRONG."""
        known = keys(type_)
        found: dict[str, Any] = {}
        # A key that stands here twice, and the merge key, were reported when the nodes were read.
        passed = {"<<", *ignored}
        for key, value in node.value:
            if not isinstance(key, positioned.Scalar) or key.value in passed:
                continue
            passed.add(key.value)
            spec = known.get(key.value)
            if spec is None:
                self._unknown(key, [*known, *ignored])
                continue
            if spec.name in found:
                self._reject("F008", key, key=key.value, name=spec.name, label=spec.field.label)
                continue
            found[spec.name] = self._value(value, spec.shape, spec, _join(name, spec.name))
        return found

    def _value(self, node: positioned.Node, shape: Shape, spec: Spec, name: str) -> Any:
        span = self._span(node)
        self.places[name] = (span.line, span.column, span.length)
        if shape.kind == "list":
            return self._list(node, shape, spec, name)
        if shape.kind == "record":
            return None if _empty(node) else self.record(node, shape.type, name)
        if not isinstance(node, positioned.Scalar):
            return self._reject("F015", node, label=spec.field.label)
        if _empty(node):
            return None
        return self._scalar(node, node.value.strip(), shape, spec)

    def _list(self, node: positioned.Node, shape: Shape, spec: Spec, name: str) -> Any:
        if _empty(node):
            return None
        if not isinstance(node, positioned.Sequence):
            if isinstance(node, positioned.Scalar) and re.search("[，、；]", node.value):
                shown = ", ".join(part.strip() for part in re.split("[，、；,]", node.value))
                return self._reject("F019", node, label=spec.field.label, value=node.value, list=shown)
            return self._reject("F012", node, label=spec.field.label, example=_first_words(node))
        assert shape.item is not None
        items = [self._value(item, shape.item, spec, f"{name}.{index}") for index, item in enumerate(node.value)]
        if any(item is WRONG for item in items):
            return WRONG
        return tuple(item for item in items if item is not None)

    def _scalar(self, node: positioned.Scalar, text: str, shape: Shape, spec: Spec) -> Any:
        match shape.kind:
            case "str":
                return self._text(node, text, spec)
            case "int":
                return self._int(node, text, spec)
            case "bool":
                if text.lower() in TRUE | FALSE:
                    return text.lower() in TRUE
                return self._reject("F007", node, label=spec.field.label, value=text)
            case "date" | "datetime":
                return self._date(node, text, shape.kind, spec)
            case "choice":
                return self._choice(node, text, shape, spec)
            case _:
                value = shape.type.parse(text)
                if value is None:
                    return self._form(node, text, spec, shape.type.EXAMPLE)
                return value

    def _text(self, node: positioned.Scalar, text: str, spec: Spec) -> Any:
        if bad := CONTROL.search(text):
            return self._reject("F016", node, label=spec.field.label, char=f"U+{ord(bad[0]):04X}")
        if set(text) <= set("…."):
            self._reject("F018", node, label=spec.field.label)
        form = spec.field.form
        if form == "zone":
            return text if text in available_timezones() else self._form(node, text, spec, EXAMPLES["zone"])
        if form != "text" and not (FORMS[form].fullmatch(text) and (form != "url" or _divides(text))):
            return self._form(node, text, spec, spec.field.example or EXAMPLES[form])
        return text

    def _int(self, node: positioned.Scalar, text: str, spec: Spec) -> Any:
        if not re.fullmatch(r"-?\d{1,15}", text):
            return self._reject("F006", node, label=spec.field.label, value=text)
        number = int(text)
        least, most = spec.field.least, spec.field.most
        if (least is not None and number < least) or (most is not None and number > most):
            limits = f"{'' if least is None else least}–{'' if most is None else most}"
            return self._reject("F011", node, label=spec.field.label, value=text, limits=limits)
        return number

    def _date(self, node: positioned.Scalar, text: str, kind: str, spec: Spec) -> Any:
        found = (MOMENT if kind == "datetime" else DATE).fullmatch(text)
        if found is None:
            return self._form(node, text, spec, EXAMPLES[kind])
        try:
            year, month, day, *clock = (int(part) for part in found.groups(default="0"))
            date = datetime.date(year, month, day)
            if kind == "date":
                return date
            return datetime.datetime.combine(date, datetime.time(clock[0], clock[1]))
        except ValueError:
            return self._reject("F005", node, label=spec.field.label, value=text)

    def _choice(self, node: positioned.Scalar, text: str, shape: Shape, spec: Spec) -> Any:
        if text in shape.choices:
            return text
        spellings = dict(spec.field.spellings)
        if text in spellings:
            return spellings[text]
        if len(parts := re.split("[，、,；]", text)) > 1 and set(map(str.strip, parts)) <= set(shape.choices):
            shown = ", ".join(map(str.strip, parts))
            return self._reject("F019", node, label=spec.field.label, value=text, list=shown)
        guess = nearest(text, shape.choices) or nearest(text.lower(), spellings)
        listed = "、".join(shape.choices)
        if guess:
            return self._reject("F004", node, label=spec.field.label, value=text, guess=guess, choices=listed)
        return self._reject("F013", node, label=spec.field.label, value=text, choices=listed)

    def _form(self, node: positioned.Node, text: str, spec: Spec, example: str) -> Any:
        return self._reject("F009", node, label=spec.field.label, value=text, example=example)

    def _unknown(self, key: positioned.Scalar, known: list[str]) -> None:
        guess = nearest(key.value, known)
        if guess:
            self._reject("F001", key, key=key.value, guess=guess)
        else:
            shown = "、".join(name for name in known if not name.isascii())
            self._reject("F014", key, key=key.value, known=shown)

    def _missing(self, node: positioned.Node, spec: Spec, name: str) -> None:
        span = self._span(node)
        written = self.places.get(_join(name, spec.name))
        if written:
            span = Span(self.path, *written)
        example = spec.field.example or EXAMPLES.get(spec.field.form, EXAMPLES.get(spec.shape.kind, "……"))
        if spec.shape.kind == "choice":
            example = spec.shape.choices[0]
        code, span = "F017" if written else "F002", Span(self.path, span.line, span.column)
        self.diagnostics.append(problem(code, span, label=spec.field.label, name=spec.name, example=example))

    def _span(self, node: positioned.Node) -> Span:
        return positioned.place(node, self.path, self.first_line)

    def _reject(self, code: str, node: positioned.Node, **arguments: object) -> Any:
        self.diagnostics.append(problem(code, self._span(node), **arguments))
        return WRONG


COLON = re.compile(r"[\w·-]+\s*(：|:\S)")
"""A key with a Chinese colon, or without the space after the colon: YAML takes the whole for a text."""


def _divides(url: str) -> bool:
    """Whether an address can be taken apart, which letters that look like a slash forbid (Unicode TR 46)."""
    try:
        return bool(urlsplit(url).netloc)
    except ValueError:
        return False


def _join(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key


def _empty(node: positioned.Node) -> bool:
    if not isinstance(node, positioned.Scalar):
        return False
    return not node.value.strip() or (node.value in NOTHING and not node.style)


def _first_words(node: positioned.Node) -> str:
    return node.value[:20] if isinstance(node, positioned.Scalar) else "……"
