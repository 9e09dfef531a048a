"""Service guides in plain words: what to bring, where, how long (domain section 3.4)."""

from __future__ import annotations

import datetime
from typing import Annotated

from generator.model.entry import Entry, Finding, Findings, Question, Record
from generator.model.items import Client
from generator.sources.fields import Field


class Situation(Record, frozen=True, kw_only=True):
    """One of several cases, with the materials that it needs."""

    name: Annotated[str, Field("情形", example="本人来办")]
    materials: Annotated[tuple[str, ...], Field("材料")]
    note: Annotated[str, Field("说明")] = ""


class GuideStep(Record, frozen=True, kw_only=True):
    """One step of the way, in plain words."""

    name: Annotated[str, Field("步骤", example="取号")]
    detail: Annotated[str, Field("说明", example="进门左手边取号，等叫号。")]


class Where(Record, frozen=True, kw_only=True):
    """A place where it is done."""

    name: Annotated[str, Field("地点", example="便民服务中心")]
    place: Annotated[str, Field("阵地", refs=("places",))] = ""
    address: Annotated[str, Field("地址")] = ""
    hours: Annotated[str, Field("时间")] = ""
    phone: Annotated[str, Field("电话", form="phone")] = ""
    district: Annotated[str, Field("区域")] = ""


class Online(Record, frozen=True, kw_only=True):
    """A link to an official service; always marked as external."""

    name: Annotated[str, Field("名称", example="国家政务服务平台")]
    url: Annotated[str, Field("网址", form="url")]


class Guide(Entry, frozen=True, kw_only=True):
    """A guide: one matter of life, one or more items."""

    clients: Annotated[tuple[Client, ...], Field("服务对象", example="自然人")]
    items: Annotated[tuple[str, ...], Field("对应事项", refs=("items",), example="items/report-in")] = ()
    basis: Annotated[tuple[str, ...], Field("设定依据", usual=True)] = ()
    conditions: Annotated[tuple[str, ...], Field("申请条件", usual=True)] = ()
    situations: Annotated[tuple[Situation, ...], Field("按情形备材料", usual=True)] = ()
    before_you_go: Annotated[tuple[str, ...], Field("出门前核对")] = ()
    steps: Annotated[tuple[GuideStep, ...], Field("办理步骤", usual=True)] = ()
    where: Annotated[tuple[Where, ...], Field("办理地点", usual=True)] = ()
    hours: Annotated[str, Field("办理时间", example="工作日 8:30—17:00", usual=True)] = ""
    phone: Annotated[str, Field("咨询电话", form="phone", usual=True)] = ""
    complain_phone: Annotated[str, Field("监督电话", form="phone")] = ""
    online: Annotated[tuple[Online, ...], Field("网上办理")] = ()
    time_cost: Annotated[str, Field("办多久")] = ""
    fee: Annotated[str, Field("收费", example="不收费")] = ""
    tips: Annotated[tuple[str, ...], Field("提醒")] = ()
    faq: Annotated[tuple[Question, ...], Field("常见问题")] = ()
    checked_on: Annotated[datetime.date, Field("核对日期", example="2026-03-08")]
    source_url: Annotated[str, Field("权威来源", form="url")] = ""


def check_guide(guide: Guide) -> Findings:
    """The eight elements that the national check counts, as far as a guide states them itself."""
    elements = (
        ("设定依据", guide.basis), ("申请条件", guide.conditions), ("办理材料", guide.situations), ("办理地点", guide.where),
        ("办理时间", guide.hours), ("联系电话", guide.phone), ("办理流程", guide.steps),
    )  # fmt: skip
    for label, value in elements:
        if not value:
            yield Finding("R130", "title", {"label": label})
    if guide.phone and guide.phone == guide.complain_phone:
        yield Finding("R111", "complain_phone")
