"""Matters raised by workers, on their way through 说, 议, 办 and 评 (domain sections 1a and 3.3)."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from generator.model.entry import Entry, Finding, Findings, Record
from generator.sources.fields import Field

Category = Literal["职工心头难事", "工会工作要事", "街道发展大事"]
STAGES = ("said", "discussed", "done", "rated")
STAGE_LABELS = {"said": "说", "discussed": "议", "done": "办", "rated": "评"}


class Said(Record, frozen=True, kw_only=True):
    """说: the matter was raised; never by whom."""

    date: Annotated[datetime.date, Field("日期", example="2026-03-08")]
    channel: Annotated[str, Field("渠道", example="职工说事会")] = ""


class Discussed(Record, frozen=True, kw_only=True):
    """议: it was discussed and decided."""

    date: Annotated[datetime.date, Field("日期", example="2026-03-10")]
    by: Annotated[str, Field("议事主体", example="“同心圆”议事会")]
    decision: Annotated[str, Field("决定", example="由劳动服务机构牵头办理")]


class Done(Record, frozen=True, kw_only=True):
    """办: it is being dealt with, or was."""

    date: Annotated[datetime.date, Field("日期", "开始办理的日期", example="2026-03-12")]
    by: Annotated[str, Field("承办单位", example="街道劳动服务机构")]
    due: Annotated[datetime.date, Field("办结期限", example="2026-04-12")]
    finished: Annotated[datetime.date | None, Field("办结日期")] = None
    result: Annotated[str, Field("结果")] = ""


class Rated(Record, frozen=True, kw_only=True):
    """评: those concerned rated the result."""

    date: Annotated[datetime.date, Field("日期", example="2026-04-15")]
    rating: Annotated[Literal["满意", "基本满意", "不满意"], Field("评价")]
    note: Annotated[str, Field("说明")] = ""


class Stages(Record, frozen=True, kw_only=True):
    """The four stages in their order."""

    said: Annotated[Said, Field("说")]
    discussed: Annotated[Discussed | None, Field("议")] = None
    done: Annotated[Done | None, Field("办")] = None
    rated: Annotated[Rated | None, Field("评")] = None


class Matter(Entry, frozen=True, kw_only=True):
    """One matter with its public summary."""

    category: Annotated[Category, Field("类别")]
    public_summary: Annotated[str, Field("公开摘要", "不写提出人")]
    branch: Annotated[str, Field("党组织", refs=("branches",))] = ""
    stages: Annotated[Stages, Field("办理过程")]


def check_matter(matter: Matter) -> Findings:
    """The stages come in their order, none is left out, and only a finished matter is rated."""
    before: tuple[str, datetime.date] | None = None
    gap = ""
    for name in STAGES:
        stage = getattr(matter.stages, name)
        if stage is None:
            gap = gap or name
            continue
        if gap:
            yield Finding("R320", f"stages.{name}", {"stage": STAGE_LABELS[name], "missing": STAGE_LABELS[gap]})
        if before and stage.date < before[1]:
            found = {"stage": STAGE_LABELS[name], "before": STAGE_LABELS[before[0]]}
            yield Finding("R321", f"stages.{name}.date", found)
        before = (name, stage.date)
    done, rated = matter.stages.done, matter.stages.rated
    if done and done.finished and done.finished < done.date:
        yield Finding("R322", "stages.done.finished")
    if done and rated and (done.finished is None or rated.date < done.finished):
        yield Finding("R323", "stages.rated.date")
