"""The collections of the content contract, in the order in which a portal shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from generator.model.branches import Branch, check_branch
from generator.model.claims import Claim
from generator.model.deeds import Deed
from generator.model.dispatches import Dispatch, check_dispatch
from generator.model.entry import Entry, Findings
from generator.model.events import Event, check_event
from generator.model.guides import Guide, check_guide
from generator.model.item_rules import check_item
from generator.model.items import Item
from generator.model.jobs import Job, check_job
from generator.model.lessons import Lesson, check_lesson
from generator.model.matters import Matter, check_matter
from generator.model.news import News
from generator.model.pages import Page
from generator.model.places import Place
from generator.model.study import Study, check_study
from generator.model.teams import Team


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to divide a list into static pages: the field (or derived value) and its address segment."""

    name: str
    label: str
    segment: str


@dataclass(frozen=True, slots=True)
class Collection:
    """One folder under content/ and the column of the site that it becomes."""

    name: str
    label: str
    type: type[Entry]
    column_type: str
    """栏目类别 of the government meta tags."""
    description: str
    order: str = "date"
    """`date`: newest first. `title`: as declared by slug. `start`: next first, then past."""
    facets: tuple[Facet, ...] = ()
    feed: bool = False
    page_size: int = 20


RULES: Mapping[str, Callable[[Any], Findings]] = {
    "branches": check_branch,
    "lessons": check_lesson,
    "guides": check_guide,
    "items": check_item,
    "events": check_event,
    "matters": check_matter,
    "dispatches": check_dispatch,
    "jobs": check_job,
    "study": check_study,
}
"""The rules of one entry by itself, beside those of every entry."""


COLLECTIONS: Mapping[str, Collection] = {
    collection.name: collection
    for collection in (
        Collection(
            "branches", "找组织", Branch, "机构职能", "按家乡找到流动党员党支部、党小组和联系方式", "title",
            (Facet("area", "家乡", "area"), Facet("type", "类型", "type"), Facet("basis", "编组原则", "basis"),
             Facet("industry", "行业", "industry"), Facet("stationed", "驻地", "stationed")),
            page_size=50,
        ),
        Collection(
            "lessons", "上党课", Lesson, "工作动态", "微型党课、音乐党课和专题党课的讲稿与安排", "date",
            (Facet("series", "系列", "series"), Facet("form", "形式", "form"), Facet("year", "年份", "year")), feed=True,
        ),
        Collection(
            "guides", "办事指南", Guide, "办事服务", "带什么、去哪里、要多久，一件一件说清楚", "title",
            (Facet("client", "服务对象", "client"),),
        ),
        Collection(
            "items", "一窗受理", Item, "办事服务", "便民服务窗口受理的事项清单", "title",
            (Facet("department", "部门", "department"), Facet("theme", "主题", "theme"), Facet("cross", "跨省通办", "cross"),
             Facet("client", "服务对象", "client"), Facet("case", "办件类型", "case"), Facet("channel", "办理形式", "channel")),
            page_size=30,
        ),
        Collection(
            "places", "活动阵地", Place, "概况信息", "党员活动和办事的地方：地址、开放时间、怎么去", "title",
            (Facet("kind", "种类", "kind"), Facet("district", "区域", "district")),
        ),
        Collection(
            "events", "活动日历", Event, "工作动态", "组织生活、志愿服务和会议的时间地点", "start",
            (Facet("month", "月份", "month"), Facet("kind", "种类", "kind")),
        ),
        Collection(
            "news", "新闻公告", News, "工作动态", "通知公告、工作动态和典型案例", "date",
            (Facet("column", "栏目", "column"), Facet("year", "年份", "year")), feed=True,
        ),
        Collection(
            "matters", "说议办评", Matter, "回应关切", "职工说的事，走到了哪一步", "date",
            (Facet("category", "类别", "category"), Facet("stage", "阶段", "stage")),
        ),
        Collection(
            "deeds", "办实事", Deed, "工作动态", "为党员和职工办的实事", "date",
            (Facet("kind", "种类", "kind"), Facet("month", "月份", "month")), page_size=30,
        ),
        Collection("dispatches", "月度调度", Dispatch, "数据发布", "每月新增、办结、在办和超期的件数", "date"),
        Collection(
            "jobs", "务工信息", Job, "办事服务", "企业通过劳动服务机构发布的用工信息，过期自动撤下", "date",
            (Facet("trade", "工种", "trade"),),
        ),
        Collection(
            "teams", "服务队和互助组", Team, "机构职能", "志愿服务队和互帮互助小组", "title", (Facet("kind", "种类", "kind"),)
        ),
        Collection("study", "学习推送", Study, "工作动态", "定期推送的学习资料", "date", feed=True),
        Collection("claims", "数据说明", Claim, "数据发布", "本站引用的数字、截至时间和来源", "title", page_size=1000),
        Collection("pages", "专题页面", Page, "概况信息", "品牌、机制和本站说明", "title"),
    )
}  # fmt: skip
"""By folder name. A literal table: what a portal publishes is fixed here and nowhere registered at run time."""

ON_ONE_PAGE = ("claims",)
"""Collections whose entries have no page of their own but a place on that of the collection."""
