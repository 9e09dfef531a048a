"""News and notices, by column."""

from __future__ import annotations

from typing import Annotated, Literal

from generator.model.entry import Entry
from generator.sources.fields import Field

Column = Literal["通知公告", "工作动态", "政策文件", "典型案例"]


class News(Entry, frozen=True, kw_only=True):
    """One piece of news; a story (典型案例) names no person."""

    column: Annotated[Column, Field("栏目")]
    source: Annotated[str, Field("来源", "发布单位或转载出处", example="街道党工委（示例）")]
