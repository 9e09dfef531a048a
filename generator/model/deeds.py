"""Good deeds done for members and workers (办实事); no beneficiary is named."""

from __future__ import annotations

from typing import Annotated, Literal

from generator.model.entry import Entry
from generator.sources.fields import Field

DeedKind = Literal["生活困难帮扶", "就业创业互助", "发展事业互帮", "其他"]


class Deed(Entry, frozen=True, kw_only=True):
    """One deed: what was done and what came of it."""

    month: Annotated[str, Field("月份", form="month")]
    branch: Annotated[str, Field("党组织", refs=("branches", "teams"), example="branches/working-committee")]
    kind: Annotated[DeedKind, Field("种类", also=("类型",))]
    result: Annotated[str, Field("结果", example="三天内补办好了居住证")]
    days: Annotated[int | None, Field("用时", "天", least=0, most=999)] = None
