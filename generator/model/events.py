"""Meetings and activities (domain section 3.3); attendance lists never belong here."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from generator.model.entry import Entry, Finding, Findings
from generator.sources.fields import Field

EventKind = Literal[
    "党员大会",
    "支委会",
    "党小组会",
    "党课",
    "主题党日",
    "组织生活会",
    "民主评议",
    "志愿服务",
    "说事会",
    "论坛",
    "义务劳动",
    "返乡对接",
    "其他",
]


class Event(Entry, frozen=True, kw_only=True):
    """One meeting or activity with its time and place."""

    kind: Annotated[EventKind, Field("种类", also=("类型",))]
    start: Annotated[datetime.datetime, Field("开始时间", example="2026-03-08 09:00")]
    end: Annotated[datetime.datetime | None, Field("结束时间")] = None
    place: Annotated[str, Field("地点", refs=("places",))] = ""
    where: Annotated[str, Field("集合地点", "不在阵地里办的，写清楚在哪里集合", usual=True)] = ""
    host: Annotated[str, Field("主办", refs=("branches", "teams"), example="branches/working-committee")]
    agenda: Annotated[tuple[str, ...], Field("议程")] = ()
    bring: Annotated[tuple[str, ...], Field("请带上")] = ()
    state: Annotated[Literal["正常", "改期", "取消"], Field("状态")] = "正常"
    enterprises: Annotated[tuple[str, ...], Field("参加企业", "经企业同意才写")] = ()
    recap: Annotated[str, Field("回顾")] = ""
    headcount: Annotated[int | None, Field("人次", least=0, most=100000)] = None


def check_event(event: Event) -> Findings:
    """An event ends after it starts, and is somewhere."""
    if event.end and event.end <= event.start:
        yield Finding("R310", "end")
    if not event.place and not event.where:
        yield Finding("R311", "start")
