"""Volunteer teams and mutual-help groups."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from generator.model.entry import Entry, Record
from generator.sources.fields import Field

HelpKind = Literal["生活困难帮扶", "就业创业互助", "发展事业互帮"]


class Offer(Record, frozen=True, kw_only=True):
    """A resource that the team shares, without a name."""

    kind: Annotated[Literal["岗位", "技术", "场地", "信息", "其他"], Field("种类")]
    text: Annotated[str, Field("内容", example="每周六上午可借用会议室")]


class Team(Entry, frozen=True, kw_only=True):
    """A team that one can join or ask for help."""

    title: Annotated[str, Field("名称", also=("name", "标题"), example="志愿服务队（示例）")]
    kind: Annotated[Literal["志愿服务队", "互助小组"], Field("种类", also=("类型",))]
    branch: Annotated[str, Field("所属党组织", refs=("branches",), example="branches/working-committee")]
    founded: Annotated[datetime.date | None, Field("成立时间")] = None
    members: Annotated[int | None, Field("人数", least=0, most=9999)] = None
    tasks: Annotated[tuple[str, ...], Field("做什么")] = ()
    help_kinds: Annotated[tuple[HelpKind, ...], Field("互助种类")] = ()
    offers: Annotated[tuple[Offer, ...], Field("可提供")] = ()
    place: Annotated[str, Field("地点", refs=("places",))] = ""
    phone: Annotated[str, Field("电话", form="phone")] = ""
    how_to_join: Annotated[str, Field("怎样参加")] = ""
