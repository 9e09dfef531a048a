"""Party organisations: committees, branches and groups, and the posts that members hold (domain section 3.2)."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Literal, Self

import msgspec

from generator.model.entry import Area, Contact, Entry, Finding, Findings, Record
from generator.sources.fields import Field

BranchType = Literal[
    "党工委",
    "流动党员党工委",
    "党委",
    "党总支",
    "党支部",
    "联合党支部",
    "临时党支部",
    "流动党员党支部",
    "功能型党支部",
    "党小组",
]
MOBILE: tuple[BranchType, ...] = ("流动党员党支部",)
Every = Literal["每月", "每季度", "每半年", "每年", "每周", "不定期"]


class ThemeDay(msgspec.Struct, frozen=True, array_like=True):
    """The fixed day of the month for the theme day, 1 to 28 or -1 for the last."""

    day: int

    EXAMPLE = "每月10日"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """`每月10日` or `每月最后一天`."""
        if text == "每月最后一天":
            return cls(-1)
        found = re.fullmatch(r"每月\s*(\d{1,2})\s*[日号]", text)
        return cls(int(found[1])) if found and 1 <= int(found[1]) <= 28 else None

    def __str__(self) -> str:
        return "每月最后一天" if self.day < 0 else f"每月{self.day}日"


class Post(Record, frozen=True, kw_only=True):
    """A post in the leading body; the holder is shown only where the editor declares it public."""

    title: Annotated[str, Field("职务", example="书记")]
    holder: Annotated[str, Field("姓名", "只写“张*”这样的形式，并且本人同意公开")] = ""
    public: Annotated[bool, Field("同意公开")] = False
    phone: Annotated[str, Field("电话", form="phone")] = ""


class DutyPost(Record, frozen=True, kw_only=True):
    """A duty that members take on (设岗定责)."""

    name: Annotated[str, Field("岗位", example="政策宣传岗")]
    duties: Annotated[tuple[str, ...], Field("职责")]
    area: Annotated[str, Field("服务区域")] = ""
    holders_count: Annotated[int | None, Field("人数", least=0, most=999)] = None
    public_pledge: Annotated[str, Field("公开承诺")] = ""


class Cadence(Record, frozen=True, kw_only=True):
    """How often the organisation meets."""

    member_meeting: Annotated[Every | None, Field("党员大会")] = None
    committee: Annotated[Every | None, Field("支委会")] = None
    group: Annotated[Every | None, Field("党小组会")] = None
    lesson: Annotated[Every | None, Field("党课")] = None


class OnlineBranch(Record, frozen=True, kw_only=True):
    """A branch's meeting room on the telephone; joining goes through the secretary."""

    platform: Annotated[str, Field("平台", example="微信群")]
    cadence: Annotated[str, Field("频次", example="每周推送一次")]
    how_to_join: Annotated[str, Field("怎样加入", example="联系党支部书记")]
    level: Annotated[Literal["", "乡镇级", "村级"], Field("层级")] = ""


class Branch(Entry, frozen=True, kw_only=True):
    """A Party organisation of any kind."""

    title: Annotated[str, Field("名称", "组织全称", also=("name", "标题"), example="中共……支部委员会（示例）")]
    short_name: Annotated[str, Field("简称")] = ""
    type: Annotated[BranchType, Field("类型")]
    parent: Annotated[
        str, Field("隶属党组织", refs=("branches",), example="branches/working-committee", usual=True)
    ] = ""
    hosted_by: Annotated[str, Field("依托单位", "党工委设在哪里")] = ""
    duties: Annotated[tuple[str, ...], Field("职责")] = ()
    approved_by: Annotated[str, Field("批准机关")] = ""
    founded: Annotated[datetime.date | None, Field("成立时间")] = None
    elected_on: Annotated[datetime.date | None, Field("换届时间")] = None
    term_years: Annotated[int | None, Field("任期", "3 或 5（年）", example="3", least=3, most=5)] = None
    posts: Annotated[tuple[Post, ...], Field("领导班子")] = ()
    duty_posts: Annotated[tuple[DutyPost, ...], Field("党员岗位")] = ()
    members: Annotated[int | None, Field("党员人数", least=0, most=9999)] = None
    intro: Annotated[str, Field("简介")] = ""
    honors: Annotated[tuple[str, ...], Field("荣誉")] = ()
    places: Annotated[tuple[str, ...], Field("活动阵地", refs=("places",), example="places/station")] = ()
    phone: Annotated[str, Field("联系电话", form="phone", example="0574-00000000", usual=True)] = ""
    contact: Annotated[Contact | None, Field("联系方式")] = None
    cadence: Annotated[Cadence | None, Field("三会一课", also=("三会一课计划",))] = None
    theme_day: Annotated[ThemeDay | None, Field("主题党日")] = None
    origin_areas: Annotated[tuple[Area, ...], Field("来源地", "党员从哪里来，找组织的依据")] = ()
    stationed_in: Annotated[Area | None, Field("驻地")] = None
    home_org: Annotated[str, Field("流出地党组织")] = ""
    home_phone: Annotated[str, Field("流出地电话", form="phone")] = ""
    host_org: Annotated[str, Field("流入地党组织")] = ""
    host_phone: Annotated[str, Field("流入地电话", form="phone")] = ""
    industries: Annotated[tuple[str, ...], Field("服务行业")] = ()
    enterprises: Annotated[tuple[str, ...], Field("服务企业")] = ()
    online_branch: Annotated[OnlineBranch | None, Field("线上微支部")] = None
    state: Annotated[Literal["正常", "筹建", "撤销"], Field("状态")] = "正常"
    closed_on: Annotated[datetime.date | None, Field("撤销时间")] = None
    basis: Annotated[tuple[Literal["行业相近", "地域相邻", "时间匹配"], ...], Field("编组原则")] = ()
    industry: Annotated[str, Field("行业")] = ""
    area: Annotated[str, Field("片区")] = ""
    meeting_time: Annotated[str, Field("活动时间", example="每周六晚上")] = ""
    leader_post: Annotated[str, Field("组长岗位")] = ""
    preferred_place: Annotated[str, Field("就近阵地", refs=("places",))] = ""


MASKED = re.compile(r"(\w\*{1,3}|\*{1,3}\w{1,2})")
RANK = {"每周": 0, "每月": 1, "每季度": 2, "每半年": 3, "每年": 4, "不定期": 5}
NORMS = (("member_meeting", "党员大会", "每季度"), ("committee", "支委会", "每月"), ("group", "党小组会", "每月"))


def check_branch(branch: Branch) -> Findings:
    """What its kind of organisation must state, and names that must not be stated."""
    if not branch.parent and branch.type not in ("党工委", "流动党员党工委", "党委"):
        yield Finding("R201", "parent", {"type": branch.type})
    if branch.type in MOBILE:
        yield from _mobile(branch)
    if branch.type == "党小组":
        if not branch.basis:
            yield Finding("R203", "basis")
        if "时间匹配" in branch.basis and not branch.meeting_time:
            yield Finding("R204", "meeting_time")
    for index, post in enumerate(branch.posts):
        if post.holder and not post.public:
            yield Finding("R205", f"posts.{index}.holder", {"title": post.title})
        if post.holder and not MASKED.fullmatch(post.holder):
            yield Finding("R206", f"posts.{index}.holder", {"example": f"{post.holder[0]}*"})
    if branch.state == "撤销" and not branch.closed_on:
        yield Finding("R208", "state")
    for name, label, norm in NORMS if branch.cadence else ():
        every = getattr(branch.cadence, name)
        if every and RANK[every] > RANK[norm]:
            yield Finding("R209", f"cadence.{name}", {"label": label, "norm": norm, "every": every})


def _mobile(branch: Branch) -> Findings:
    for name, label in (("origin_areas", "来源地"), ("stationed_in", "驻地")):
        if not getattr(branch, name):
            yield Finding("R202", "type", {"label": label})
    for name, label in (
        ("places", "活动阵地"),
        ("phone", "联系电话"),
        ("cadence", "三会一课"),
        ("theme_day", "主题党日"),
        ("home_org", "流出地党组织"),
        ("host_org", "流入地党组织"),
        ("founded", "成立时间"),
    ):
        if not getattr(branch, name):
            yield Finding("R207", "type", {"label": label})
