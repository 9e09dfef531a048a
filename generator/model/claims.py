"""Figures as they were published: value, qualifier, date and source; never derived from what is listed."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from generator.model.entry import Entry
from generator.sources.fields import Field

Counted = Literal[
    "事项",
    "跨省通办事项",
    "一窗受理事项",
    "流动党员党支部",
    "党小组",
    "乡镇党委",
    "阵地",
    "网格活动阵地",
    "互助小组",
    "志愿服务队",
    "办实事",
    "来源地乡镇",
]


class Claim(Entry, frozen=True, kw_only=True):
    """One figure; `counts` names what is listed here, shown as coverage (已收录 N / 317)."""

    title: Annotated[str, Field("名称", also=("name", "标题"), example="一窗受理事项")]
    value: Annotated[str, Field("数值", form="number", example="317")]
    qualifier: Annotated[Literal["", "余", "约", "不足", "超过"], Field("限定")] = ""
    unit: Annotated[str, Field("单位", example="项")] = ""
    as_of: Annotated[datetime.date, Field("截至", example="2021-12-31")]
    source: Annotated[str, Field("来源", example="公开报道（示例）")]
    counts: Annotated[Counted | None, Field("对应清单")] = None
    note: Annotated[str, Field("说明")] = ""
    exact: Annotated[bool, Field("应当一致", "清单应当与数值完全一致，不一致就提醒")] = False
    home: Annotated[bool, Field("首页显示")] = False

    @property
    def figure(self) -> str:
        """The figure with its qualifier and unit as one reads it: `350余件`, `超过3万人`."""
        before = self.qualifier if self.qualifier in ("约", "不足", "超过") else ""
        after = self.qualifier if self.qualifier == "余" else ""
        return f"{before}{self.value}{after}{self.unit}"
