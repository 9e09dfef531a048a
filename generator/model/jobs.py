"""Jobs that enterprises offer through the labour station; each goes off the site by itself."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from generator.model.entry import Entry, Finding, Findings, Record
from generator.sources.fields import Field


class Pay(Record, frozen=True, kw_only=True):
    """The range of pay in yuan."""

    min: Annotated[int, Field("最低", least=0, most=1000000, example="5000")]
    max: Annotated[int, Field("最高", least=0, most=1000000, example="7000")]
    unit: Annotated[Literal["元/月", "元/天", "元/小时"], Field("单位")] = "元/月"


class Job(Entry, frozen=True, kw_only=True):
    """One job offer; contact is the station, never a worker or a private telephone."""

    enterprise: Annotated[str, Field("用工单位", example="示例针织厂（示例）")]
    trade: Annotated[str, Field("工种", example="缝纫")]
    number: Annotated[int, Field("人数", least=1, most=9999, example="3")]
    pay: Annotated[Pay | None, Field("工资")] = None
    hours: Annotated[str, Field("工作时间")] = ""
    board: Annotated[str, Field("伙食")] = ""
    lodging: Annotated[str, Field("住宿")] = ""
    insurance: Annotated[str, Field("社会保险")] = ""
    requirements: Annotated[tuple[str, ...], Field("要求")] = ()
    place: Annotated[str, Field("咨询地点", refs=("places",))] = ""
    station_phone: Annotated[str, Field("咨询电话", form="phone", example="0574-00000000")]
    valid_until: Annotated[datetime.date, Field("有效期至", example="2026-12-31")]

    @property
    def last_day(self) -> datetime.date | None:
        """The offer's own last day, or an earlier one that the editor set."""
        return min(self.valid_until, self.expires or self.valid_until)


def check_job(job: Job) -> Findings:
    """The range of pay is one."""
    if job.pay and job.pay.min > job.pay.max:
        yield Finding("R340", "pay.min", {"min": job.pay.min, "max": job.pay.max})
    if job.valid_until < job.date.date():
        yield Finding("R001", "valid_until")
