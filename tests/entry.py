"""One entry of the site that is edited at random, and the words that it is made of."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

WORDS = ("学习", "服务", "支部", "报到", "窗口", "材料", "驿站", "党课", "时间", "地点", "电话", "指南", "返乡", "务工")

MORE = {
    "news": "column: 通知公告\nsource: 测试\n",
    "pages": "",
    "lessons": "form: 专题党课\nstate: 仅线上\nspeakers: [{name: 书记}]\nlearners: [职工]\nhost: branches/root\n",
    "branches": "type: 党支部\nparent: branches/root\nphone: 0574-00000000\n",
    "places": "kind: 活动室\naddress: 示例路1号\nhours: 工作日\n",
    "events": "kind: 主题党日\nwhere: 广场\nhost: branches/root\n",
    "items": (
        "item_type: 公共服务\ncase_type: 即办件\nlevel: 县级\nagency: 测试\ndepartment: 公安\n"
        "clients: [自然人]\nthemes: [其他]\n"
        "legal_limit: 5个工作日\npromise_limit: 即办\nfee: 否\nchannels: [网上办理]\nvisits: 0\nscope: 未实现\n"
        "checked_on: 2026-11-01\n"
    ),
}


@dataclass
class Page:
    """One entry of the site, as the test knows it."""

    collection: str
    slug: str
    title: str
    date: datetime.date
    body: str
    tags: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    draft: bool = False
    internal: bool = False
    expires: datetime.date | None = None
    aliases: list[str] = field(default_factory=list)
    start: datetime.datetime | None = None
    folder: str = ""

    @property
    def id(self) -> str:
        """The id that references name."""
        return f"{self.collection}/{self.slug}"

    @property
    def path(self) -> str:
        """The file, relative to the site."""
        return f"content/{self.collection}/{self.folder}{self.slug}.md"

    def source(self) -> str:
        """The text of the file."""
        lines = ["---", f"title: {self.title}", f"date: {self.date} 08:00"]
        if self.tags:
            lines.append(f"tags: [{', '.join(self.tags)}]")
        if self.related:
            lines.append(f"related: [{', '.join(self.related)}]")
        if self.draft:
            lines.append("status: draft")
        if self.internal:
            lines.append("audience: internal")
        if self.expires:
            lines.append(f"expires: {self.expires}")
        if self.aliases:
            lines.append(f"aliases: [{', '.join(self.aliases)}]")
        if self.start:
            lines.append(f"start: {self.start:%Y-%m-%d %H:%M}")
        return "\n".join(lines) + "\n" + MORE[self.collection] + "---\n" + self.body
