"""Monthly aggregates of the ledger of matters (月调度); the ledger itself never comes here."""

from __future__ import annotations

from typing import Annotated

from generator.model.entry import Entry, Finding, Findings, Record
from generator.sources.fields import Field


class Portion(Record, frozen=True, kw_only=True):
    """The part of one category in the month's new matters."""

    category: Annotated[str, Field("类别", example="生活困难帮扶")]
    count: Annotated[int, Field("件数", least=0, most=99999, example="3")]


class Dispatch(Entry, frozen=True, kw_only=True):
    """One month: new + open at the end of the month before = done + open."""

    month: Annotated[str, Field("月份", form="month")]
    new: Annotated[int, Field("新增", least=0, most=99999, example="5")]
    done: Annotated[int, Field("办结", least=0, most=99999, example="4")]
    open: Annotated[int, Field("在办", least=0, most=99999, example="2")]
    overdue: Annotated[int, Field("超期", least=0, most=99999, example="0")] = 0
    deadline_days: Annotated[int | None, Field("办理期限", "天", least=1, most=999)] = None
    by_category: Annotated[tuple[Portion, ...], Field("分类")] = ()


def check_dispatch(dispatch: Dispatch) -> Findings:
    """What is overdue is open, and the categories do not exceed the month."""
    if dispatch.overdue > dispatch.open:
        yield Finding("R330", "overdue", {"overdue": dispatch.overdue, "open": dispatch.open})
    total = sum(portion.count for portion in dispatch.by_category)
    if dispatch.by_category and total != dispatch.new:
        yield Finding("R332", "by_category", {"total": total, "new": dispatch.new})
