"""Pages that belong to no other collection: the brand, mechanisms, about, accessibility."""

from __future__ import annotations

from typing import Annotated

from generator.model.entry import Entry
from generator.sources.fields import Field


class Page(Entry, frozen=True, kw_only=True):
    """One page, at the address that its slug names."""

    menu: Annotated[int | None, Field("菜单次序", "写了就出现在菜单里，小的在前", least=1, most=99)] = None
    section: Annotated[str, Field("专题", "同一专题的页面互相链接")] = ""
