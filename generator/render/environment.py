"""Jinja as the templates have it: escaping by default, undefined names refused, filters for Chinese dates and links."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from generator.diagnostics import Span, problem
from generator.engine.rebuild import MakeError
from generator.engine.trace import digest_bytes

if TYPE_CHECKING:
    from generator.render.templates import Templates

Loaded = tuple[str, str | None, Callable[[], bool] | None]
WEEKDAYS = "一二三四五六日"
# A template reads values and recorded questions. It changes no value, which another page will see; it reads no clock
# and nothing of Python's own insides. By name alone: to ask each object what it is took a third of a build.
FORBIDDEN = frozenset(
    """
    now today utcnow fromtimestamp utcfromtimestamp
    append extend insert remove pop popitem clear update setdefault add discard sort reverse
    difference_update intersection_update symmetric_difference_update
    format format_map mro gi_frame gi_code cr_frame cr_code ag_frame ag_code f_globals func_globals tb_frame
    """.split()  # noqa: SIM905 (thirty words are read best as words)
)


class _Template(Template):
    """A template that is imported anew by each page: what a macro kept from one page would show on the next."""

    def _get_default_module(self, ctx: Context | None = None) -> Any:
        self._module = None
        return super()._get_default_module(ctx)


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with a quicker judgement."""

    template_class = _Template

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may read an attribute."""
        return attr not in FORBIDDEN and not attr.startswith("_")

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The attribute or item, or what raises as soon as it is used."""
        if attribute in FORBIDDEN or attribute.startswith("_"):
            return self.unsafe_undefined(obj, attribute)
        return Environment.getattr(self, obj, attribute)


def syntax() -> Environment:
    """Jinja's syntax alone, to find what a template names."""
    return _Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)


def build(templates: Templates) -> Environment:
    """The environment of one build; its loader never asks again, since templates do not change within a build."""

    def load(name: str) -> Loaded | None:
        place = templates.places.get(name)
        if place is None:
            return None
        try:
            data = place[1].read_bytes()
        except OSError as error:
            raise MakeError([problem("S014", Span(place[0]), why=error.strerror or "")]) from error
        if digest_bytes(data) != place[2]:
            # A trace made now would give the digest of one text and the bytes of another.
            raise MakeError([problem("B003", Span(place[0]))])
        return data.decode("utf-8"), place[0], lambda: True

    environment = syntax()
    environment.loader = FunctionLoader(load)
    environment.auto_reload = False
    environment.cache = {}
    # The same input gives the same bytes: nothing in a template may come from chance.
    del environment.filters["random"], environment.globals["lipsum"]
    environment.filters.update(day=day, moment=moment, weekday=weekday, paragraphs=paragraphs, month=month)
    environment.filters.update(marked=marked, unmarked=unmarked)
    return environment


def day(value: datetime.date | str) -> str:
    """`2026年3月8日`."""
    date = _date(value)
    return f"{date.year}年{date.month}月{date.day}日"


def moment(value: datetime.datetime) -> str:
    """`2026-03-08 09:00`, the form of the government meta tags (24 hours)."""
    return f"{value:%Y-%m-%d %H:%M}"


def weekday(value: datetime.date | str) -> str:
    """`周日`."""
    return f"周{WEEKDAYS[_date(value).weekday()]}"


def month(value: str) -> str:
    """`2026-03` as `2026年3月`."""
    year, number = value.split("-")
    return f"{year}年{int(number)}月"


def marked(cards: Iterable[Any], mark: str) -> tuple[Any, ...]:
    """The cards that have a mark, such as `已结束`."""
    return tuple(card for card in cards if mark in card.marks)


def unmarked(cards: Iterable[Any], mark: str) -> tuple[Any, ...]:
    """The cards that have it not."""
    return tuple(card for card in cards if mark not in card.marks)


def paragraphs(text: str) -> Markup:
    """A plain text of several lines as paragraphs, escaped."""
    lines = [line.strip() for line in text.split("\n")]
    return Markup("").join(Markup("<p>{}</p>").format(escape(line)) for line in lines if line)


def _date(value: datetime.date | str) -> datetime.date:
    return datetime.date.fromisoformat(value[:10]) if isinstance(value, str) else value
