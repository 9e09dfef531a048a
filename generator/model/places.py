"""Places where members meet and services are given, with their rooms (domain section 3.2)."""

from __future__ import annotations

from typing import Annotated, Literal

from generator.model.entry import Entry, Picture, Point, Record
from generator.sources.fields import Field

PlaceKind = Literal["党群服务中心", "乡音驿站", "网格活动阵地", "调解中心", "便民服务中心", "活动室", "其他"]


class Room(Record, frozen=True, kw_only=True):
    """One room and what one can do there."""

    name: Annotated[str, Field("名称", example="党员活动室")]
    function: Annotated[str, Field("用途", example="开会、上党课")]
    hours: Annotated[str, Field("时间")] = ""
    note: Annotated[str, Field("说明")] = ""


class Accessible(Record, frozen=True, kw_only=True):
    """What helps those who walk with difficulty."""

    ramp: Annotated[bool, Field("坡道")] = False
    lift: Annotated[bool, Field("电梯")] = False
    wc: Annotated[bool, Field("无障碍卫生间")] = False


class Photo(Picture, frozen=True, kw_only=True):
    """A photo of the place."""


class Place(Entry, frozen=True, kw_only=True):
    """A place with an address and opening hours."""

    title: Annotated[str, Field("名称", also=("name", "标题"), example="党群服务中心（示例）")]
    kind: Annotated[PlaceKind, Field("种类", also=("类型",))]
    address: Annotated[str, Field("地址", example="示例路 1 号（示例）")]
    district: Annotated[str, Field("区域", also=("所在区",))] = ""
    grid: Annotated[str, Field("网格")] = ""
    area_m2: Annotated[int | None, Field("面积", "平方米", least=1, most=1000000)] = None
    rooms: Annotated[tuple[Room, ...], Field("房间")] = ()
    hours: Annotated[str, Field("开放时间", example="工作日 8:30—17:00")]
    phone: Annotated[str, Field("电话", form="phone")] = ""
    host: Annotated[str, Field("管理单位")] = ""
    shared_with: Annotated[str, Field("共享单位", "依托哪个中心")] = ""
    shared_hours: Annotated[str, Field("共享时段")] = ""
    transport: Annotated[str, Field("怎么去")] = ""
    xy: Annotated[Point | None, Field("坐标")] = None
    accessible: Annotated[Accessible | None, Field("无障碍")] = None
    photos: Annotated[tuple[Photo, ...], Field("照片")] = ()
