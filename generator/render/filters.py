"""Filters of templates: Chinese dates, and quicker ways of what Jinja's own filters do."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import BuiltinFunctionType
from typing import Any

from jinja2 import pass_context, pass_eval_context
from jinja2.filters import do_join, do_rejectattr, do_select, do_selectattr
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from jinja2.utils import missing
from markupsafe import Markup
from msgspec import Struct

from generator.render import running
from generator.render.compiling import allowed

WEEKDAYS = "一二三四五六日"


def day(value: datetime.date | str) -> str:
    """`2026年3月8日`."""
    date = _date(value)
    return f"{date.year}年{date.month}月{date.day}日"


def moment(value: datetime.datetime) -> str:
    """`2026-03-08 09:00`, the form of the government meta tags (24 hours)."""
    return str(value)[:16]


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
    return Markup("".join([f"<p>{running.text(line)}</p>" for line in lines if line]))


def _date(value: datetime.date | str) -> datetime.date:
    return datetime.date.fromisoformat(value[:10]) if isinstance(value, str) else value


@pass_eval_context
def join(eval_ctx: EvalContext, value: Any, d: Any = "", attribute: Any = None) -> Any:
    """Jinja's `join`, which looks thrice at each part, for plain texts."""
    if attribute is None and type(d) is str:
        value = value if type(value) in (tuple, list) else list(value)
        for one in value:
            if type(one) is not str:
                break
        else:
            return d.join(value)
    return do_join(eval_ctx, value, d, attribute)


@pass_context
def select(context: Context, value: Any, *arguments: Any, **named: Any) -> Any:
    """Jinja's `select`, without a test."""
    if arguments or named:
        return do_select(context, value, *arguments, **named)
    return filter(None, value) if type(value) in (tuple, list) else _chosen(value, bool)


@pass_context
def selectattr(context: Context, value: Any, *arguments: Any, **named: Any) -> Any:
    """Jinja's `selectattr`, with no test or a comparison."""
    test = _comparison(context, arguments, named)
    return _chosen(value, test) if test else do_selectattr(context, value, *arguments, **named)


@pass_context
def rejectattr(context: Context, value: Any, *arguments: Any, **named: Any) -> Any:
    """Jinja's `rejectattr`, with no test or a comparison."""
    test = _comparison(context, arguments, named)
    return _chosen(value, lambda item: not test(item)) if test else do_rejectattr(context, value, *arguments, **named)


def _comparison(context: Context, arguments: tuple[Any, ...], named: Any) -> Callable[[Any], Any] | None:
    """Whether an item has an attribute that is true, or equals a value; None for what is left to Jinja."""
    name = arguments[0] if arguments else None
    if named or not isinstance(name, str) or not name.isidentifier() or not allowed(name):
        return None
    get = context.environment.getitem

    def read(item: Any) -> Any:
        found = getattr(item, name, missing) if isinstance(item, Struct) else missing
        return get(item, name) if found is missing else found

    if len(arguments) == 1:
        return read
    compare = context.environment.tests.get(arguments[1])
    if len(arguments) == 3 and isinstance(compare, BuiltinFunctionType):
        return lambda item: compare(read(item), arguments[2])
    return None


def _chosen(value: Any, test: Callable[[Any], Any]) -> Iterator[Any]:
    if value:
        for item in value:
            if test(item):
                yield item


OWN: Mapping[str, Any] = {
    "day": day,
    "moment": moment,
    "weekday": weekday,
    "month": month,
    "paragraphs": paragraphs,
    "marked": marked,
    "unmarked": unmarked,
}
"""By the names that they have in templates."""
QUICK: Mapping[str, Any] = {"join": join, "select": select, "selectattr": selectattr, "rejectattr": rejectattr}
"""These do what Jinja's own do."""
