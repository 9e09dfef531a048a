"""What a list shows of an entry: a card is all that other pages depend on."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from generator.engine.trace import Reader
from generator.model.branches import Branch
from generator.model.claims import Claim
from generator.model.deeds import Deed
from generator.model.dispatches import Dispatch
from generator.model.entry import Entry
from generator.model.events import Event
from generator.model.guides import Guide
from generator.model.head import Outline, stage_of
from generator.model.items import Item
from generator.model.jobs import Job
from generator.model.lessons import Lesson
from generator.model.matters import STAGE_LABELS, Matter
from generator.model.news import News
from generator.model.places import Place
from generator.model.study import Study
from generator.model.teams import Team
from generator.site import addresses

Fact = tuple[str, str]


class Card(msgspec.Struct, frozen=True):
    """An entry in a list."""

    id: str
    collection: str
    url: str
    title: str
    date: str
    """Day of publication, `YYYY-MM-DD`."""
    summary: str
    label: str = ""
    """Its kind, in a word: 微型党课, 即办件, 党小组."""
    facts: tuple[Fact, ...] = ()
    """Label and value of what one compares in a list; a value may be empty of label."""
    marks: tuple[str, ...] = ()
    """States that matter: 置顶, 已取消, 已废止."""
    phone: str = ""
    when: str = ""
    """Start of an event, `YYYY-MM-DD HH:MM`."""


def card(read: Reader, id_: str) -> Card | None:
    """The card of a published entry."""
    entry: Entry | None = read("entry", id_)
    if entry is None:
        return None
    return Card(
        id=id_,
        collection=id_.partition("/")[0],
        url=addresses.of_entry(id_),
        title=entry.title,
        date=entry.date.date().isoformat(),
        summary=summary_of(entry),
        label=_label(entry),
        facts=tuple((label, value) for label, value in _facts(read, entry) if value),
        marks=marks_of(read, id_, entry, getattr(entry, "state", "")),
        phone=getattr(entry, "phone", "") or getattr(entry, "station_phone", ""),
        when=f"{entry.start:%Y-%m-%d %H:%M}" if isinstance(entry, Event) else "",
    )


def summary_of(entry: Entry) -> str:
    """The summary, or the text that comes nearest to one in the fields; never the body, on which no list depends."""
    for name in ("summary", "intro", "public_summary", "result", "note", "visit_reason"):
        text = getattr(entry, name, "")
        if isinstance(text, str) and text:
            return text.split("\n")[0]
    return ""


def _label(entry: Entry) -> str:
    match entry:
        case Branch():
            return entry.type
        case Lesson():
            return entry.form
        case Item():
            return entry.department
        case Place() | Event() | Deed() | Team():
            return entry.kind
        case News():
            return entry.column
        case Matter():
            return entry.category
        case Job():
            return entry.trade
        case Study():
            return f"第{entry.no}期"
        case _:
            return ""


def marks_of(read: Reader, id_: str, of: Entry | Outline, state: str) -> tuple[str, ...]:
    """The states that matter, of an entry or its outline: 置顶, 已取消, 已废止."""
    found = ["置顶"] if of.top else []
    if of.status in ("草稿", "废止", "过期"):
        found.append({"草稿": "草稿", "废止": "已废止", "过期": "已失效"}[of.status])
    if state not in ("", "正常", "在用", "已开展"):
        found.append(state)
    if id_.startswith("events/") and read("past", id_):
        found.append("已结束")
    return tuple(found)


def _facts(read: Reader, entry: Entry) -> Iterator[Fact]:
    match entry:
        case Branch():
            yield "家乡", "、".join(str(area) for area in entry.origin_areas)
            yield "驻地", str(entry.stationed_in or "")
            yield "行业", entry.industry
            yield "片区", entry.area
            yield "活动时间", entry.meeting_time
            yield "主题党日", str(entry.theme_day or "")
            yield "地点", "、".join(filter(None, (read("title", place) for place in entry.places)))
        case Lesson():
            number = f" 第{entry.series_no}讲" if entry.series_no else ""
            yield "系列", entry.series + number if entry.series else ""
            yield "时长", f"{entry.minutes}分钟" if entry.minutes else ""
        case Guide():
            yield "办多久", entry.time_cost
            yield "收费", entry.fee
        case Item():
            yield "办结", str(entry.promise_limit)
            yield "到现场", f"{entry.visits}次" if entry.visits else "不用跑"
            yield "跨省", entry.cross_mode or ""
        case Place():
            yield "地址", entry.address
            yield "开放", entry.hours
        case Event():
            yield "时间", f"{entry.start:%Y-%m-%d %H:%M}"
            yield "地点", read("title", entry.place) or entry.where
            yield "主办", read("title", entry.host)
        case _:
            yield from _more_facts(read, entry)


def _more_facts(read: Reader, entry: Entry) -> Iterator[Fact]:
    match entry:
        case News():
            yield "来源", entry.source
        case Matter():
            yield "进度", STAGE_LABELS[stage_of(entry)]
        case Deed():
            yield "月份", entry.month
            yield "党组织", read("title", entry.branch)
        case Dispatch():
            yield from (("新增", str(entry.new)), ("办结", str(entry.done)), ("在办", str(entry.open)))
            yield "超期", str(entry.overdue)
        case Job():
            yield "单位", entry.enterprise
            yield "人数", f"{entry.number}人"
            yield "工资", f"{entry.pay.min}—{entry.pay.max}{entry.pay.unit}" if entry.pay else ""
            yield "有效期至", f"{entry.valid_until}"
        case Team():
            yield "所属", read("title", entry.branch)
        case Claim():
            yield "数值", entry.figure
            yield "截至", f"{entry.as_of}"
            yield "来源", entry.source
