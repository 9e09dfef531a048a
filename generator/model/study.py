"""Issues of study reading that are sent out at intervals (学习推送)."""

from __future__ import annotations

from typing import Annotated

from generator.model.entry import Entry, Finding, Findings, Record
from generator.sources.fields import Field


class Reading(Record, frozen=True, kw_only=True):
    """One thing to read: an entry of the portal or an official page."""

    title: Annotated[str, Field("标题", example="怎样开好党小组会")]
    ref: Annotated[str, Field("站内", refs=("*",))] = ""
    url: Annotated[str, Field("网址", form="url", usual=True)] = ""
    note: Annotated[str, Field("导读")] = ""
    minutes: Annotated[int | None, Field("分钟", least=1, most=600)] = None


class Study(Entry, frozen=True, kw_only=True):
    """One issue."""

    no: Annotated[int, Field("期号", least=1, most=99999, example="12")]
    host: Annotated[str, Field("编发单位", refs=("branches",))] = ""
    items: Annotated[tuple[Reading, ...], Field("篇目")]
    questions: Annotated[tuple[str, ...], Field("讨论题")] = ()


def check_study(study: Study) -> Findings:
    """Each thing to read is somewhere."""
    for index, reading in enumerate(study.items):
        if not reading.ref and not reading.url:
            yield Finding("R360", f"items.{index}.title", {"title": reading.title})
