"""The fields that every entry has, and the small records that several content types share (domain section 3.5)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, NamedTuple, Self

import msgspec

from generator.sources.fields import Field

Audience = Literal["公开", "内部"]
Status = Literal["发布", "草稿", "过期", "废止"]

PUBLIC_SPELLINGS = (("public", "公开"), ("internal", "内部"))
STATUS_SPELLINGS = (("published", "发布"), ("draft", "草稿"), ("expired", "过期"), ("revoked", "废止"))


class Finding(NamedTuple):
    """A rule that an entry breaks: the code, the field at fault, and the arguments of the message."""

    code: str
    field: str
    arguments: Mapping[str, object] = {}


Findings = Iterator[Finding]


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A group of fields inside an entry."""


class Picture(Record, frozen=True, kw_only=True):
    """A picture beside the file of its entry."""

    file: Annotated[str, Field("文件", "图片文件名，放在同一文件夹里", form="file", example="photo.jpg")]
    alt: Annotated[str, Field("替代文字", "看不见图片的人听到的话", example="驿站门口的照片")]
    credit: Annotated[str, Field("图片来源")] = ""


class Attachment(Record, frozen=True, kw_only=True):
    """A file to download; `alt_html` is the id of a page with the same content."""

    file: Annotated[str, Field("文件", form="file", example="form.pdf")]
    title: Annotated[str, Field("名称", also=("name",))]
    kind: Annotated[str, Field("种类")] = ""
    alt_html: Annotated[str, Field("网页版", refs=("*",))] = ""


class Reviewers(Record, frozen=True, kw_only=True):
    """The three readings before publication."""

    first: Annotated[str, Field("初审")] = ""
    second: Annotated[str, Field("复审")] = ""
    final: Annotated[str, Field("终审")] = ""


class Document(Record, frozen=True, kw_only=True):
    """The header block of an open-government document."""

    index_no: Annotated[str, Field("索引号")] = ""
    doc_no: Annotated[str, Field("发文字号")] = ""
    issuer: Annotated[str, Field("发布机构")] = ""
    written_on: Annotated[datetime.date | None, Field("成文日期")] = None
    theme: Annotated[str, Field("主题分类")] = ""
    open_mode: Annotated[str, Field("公开方式")] = ""
    validity: Annotated[Literal["", "有效", "已修改", "废止", "失效"], Field("有效性")] = ""


class Contact(Record, frozen=True, kw_only=True):
    """How to reach an office; never a person's own telephone."""

    phone: Annotated[str, Field("电话", form="phone", example="0574-00000000", usual=True)] = ""
    address: Annotated[str, Field("地址", usual=True)] = ""
    url: Annotated[str, Field("网址", form="url")] = ""


class Question(Record, frozen=True, kw_only=True):
    """A frequent question with its answer."""

    q: Annotated[str, Field("问", also=("question",), example="可以代办吗？")]
    a: Annotated[str, Field("答", also=("answer",), example="可以，请带委托书。")]


class Limit(msgspec.Struct, frozen=True, array_like=True):
    """A time limit; zero working days mean that it is done while one waits (即办)."""

    days: int
    unit: Literal["工作日", "自然日"]

    EXAMPLE = "5个工作日"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """`即办`, `5个工作日`, `20工作日`, `30个自然日`, `30日`."""
        if text in ("即办", "当场办结", "即时办结"):
            return cls(0, "工作日")
        found = re.fullmatch(r"(\d{1,4})\s*个?\s*(工作日|自然日|日|天)", text)
        if found is None:
            return None
        return cls(int(found[1]), "工作日" if found[2] == "工作日" else "自然日")

    def __str__(self) -> str:
        return f"{self.days}个{self.unit}" if self.days else "即办"


class Area(msgspec.Struct, frozen=True, array_like=True):
    """An administrative area by names from the province down, at most to a village or community."""

    parts: tuple[str, ...]

    EXAMPLE = "示例省 示例市 示例县 示例乡"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Names divided by spaces or slashes."""
        parts = tuple(part for part in re.split(r"[\s/·]+", text) if part)
        if not 1 <= len(parts) <= 5 or any(len(part) < 2 or re.search(r"[\d<>&]", part) for part in parts):
            return None
        return cls(parts)

    def __str__(self) -> str:
        return "".join(self.parts)


class Point(Record, frozen=True, kw_only=True):
    """Coordinates with their system, since the three in use differ by hundreds of metres."""

    lng: Annotated[str, Field("经度", form="number", example="121.95")]
    lat: Annotated[str, Field("纬度", form="number", example="29.47")]
    crs: Annotated[Literal["GCJ02", "BD09", "WGS84"], Field("坐标系")] = "GCJ02"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One publication: what every content type has in common."""

    title: Annotated[str, Field("标题", example="标题")]
    date: Annotated[
        datetime.datetime,
        Field("发布时间", "到了这一天才会出现在网站上", example="2026-03-08 09:00", also=("发布日期",)),
    ]
    updated: Annotated[datetime.datetime | None, Field("更新时间")] = None
    source: Annotated[str, Field("来源", "发布单位或转载出处")] = ""
    author: Annotated[str, Field("作者", "写单位或岗位，不写真实姓名")] = ""
    editor: Annotated[str, Field("责任编辑")] = ""
    reviewers: Annotated[Reviewers | None, Field("审核")] = None
    keywords: Annotated[tuple[str, ...], Field("关键词")] = ()
    summary: Annotated[str, Field("摘要", "一两句话，显示在列表和分享卡片里", usual=True)] = ""
    image: Annotated[Picture | None, Field("图片")] = None
    tags: Annotated[tuple[str, ...], Field("标签")] = ()
    audience: Annotated[Audience, Field("公开范围", "内部的内容不会出现在网站上", spellings=PUBLIC_SPELLINGS)] = "公开"
    status: Annotated[Status, Field("发布状态", "草稿不会出现在网站上", spellings=STATUS_SPELLINGS)] = "发布"
    expires: Annotated[datetime.date | None, Field("到期日", "过了这一天，内容自动撤下")] = None
    top: Annotated[bool, Field("置顶")] = False
    doc: Annotated[Document | None, Field("公文信息")] = None
    attachments: Annotated[tuple[Attachment, ...], Field("附件")] = ()
    related: Annotated[
        tuple[str, ...], Field("相关内容", "其他内容的编号", refs=("*",), example="guides/report-in")
    ] = ()
    aliases: Annotated[tuple[str, ...], Field("旧编号", "改过编号的，写上旧的，旧网址会转到新网址", form="slug")] = ()

    @property
    def last_day(self) -> datetime.date | None:
        """The last day on which the entry is on the site."""
        return self.expires


def check_entry(entry: Entry) -> Findings:
    """What is wrong with the fields that every entry has."""
    if entry.expires and entry.expires < entry.date.date():
        yield Finding("R001", "expires")
    if entry.updated and entry.updated < entry.date:
        yield Finding("R002", "updated")
