"""site.yaml: what one office sets for its portal."""

from __future__ import annotations

from typing import Annotated, Literal

from generator.model.entry import Record
from generator.sources.fields import Field


class Link(Record, frozen=True, kw_only=True):
    """A link out of the site."""

    no: Annotated[str, Field("编号")] = ""
    url: Annotated[str, Field("网址", form="url")] = ""


class Brand(Record, frozen=True, kw_only=True):
    """The identity of the portal."""

    name: Annotated[str, Field("品牌", example="红色乡音")]
    slogan: Annotated[str, Field("口号")] = ""
    intro: Annotated[str, Field("简介")] = ""
    colour: Annotated[str, Field("主色", form="colour")] = "#a61b1f"
    page: Annotated[str, Field("品牌页", refs=("pages",))] = ""


class Footer(Record, frozen=True, kw_only=True):
    """The identification block at the foot of every page (domain section 2.2)."""

    sponsor: Annotated[str, Field("主办单位")] = ""
    organizer: Annotated[str, Field("承办单位")] = ""
    tech_support: Annotated[str, Field("技术支持")] = ""
    icp: Annotated[Link | None, Field("ICP备案")] = None
    police: Annotated[Link | None, Field("公安备案")] = None
    phone: Annotated[str, Field("电话", form="phone")] = ""
    address: Annotated[str, Field("地址")] = ""
    postcode: Annotated[str, Field("邮编")] = ""
    ipv6: Annotated[bool, Field("支持IPv6")] = False
    report_error_url: Annotated[str, Field("找错网址", form="url")] = ""


class Column(Record, frozen=True, kw_only=True):
    """What one office calls a collection, and where it stands in the menu."""

    collection: Annotated[str, Field("栏目", form="slug", example="items")]
    label: Annotated[str, Field("名称")] = ""
    description: Annotated[str, Field("描述")] = ""
    keywords: Annotated[tuple[str, ...], Field("关键词")] = ()
    column_type: Annotated[str, Field("栏目类别")] = ""
    menu: Annotated[bool, Field("菜单显示")] = True


class Series(Record, frozen=True, kw_only=True):
    """A series of lessons, introduced in a sentence."""

    name: Annotated[str, Field("名称", example="微型党课")]
    intro: Annotated[str, Field("简介")]


class Settings(Record, frozen=True, kw_only=True):
    """One portal."""

    name: Annotated[str, Field("网站名称", example="示例街道流动党员之家（示例）")]
    short_name: Annotated[str, Field("简称")] = ""
    description: Annotated[str, Field("网站描述", "一两句话", example="示例街道流动党员的网上之家")]
    language: Annotated[str, Field("语言", form="language")] = "zh-CN"
    time_zone: Annotated[str, Field("时区", form="zone")] = "Asia/Shanghai"
    base_url: Annotated[str, Field("网址", "网站公开的地址，可以带路径", form="url")] = "https://portal.example.org/"
    domain: Annotated[str, Field("域名")] = ""
    site_id_code: Annotated[str, Field("标识码", "政府网站标识码，没有就不写")] = ""
    sample: Annotated[bool, Field("示例站点", "写“是”，每一页都会注明是示例")] = False
    brand: Annotated[Brand, Field("品牌")]
    footer: Annotated[Footer, Field("页脚")]
    columns: Annotated[tuple[Column, ...], Field("栏目设置")] = ()
    series: Annotated[tuple[Series, ...], Field("系列")] = ()
    contact: Annotated[str, Field("联系页", "找不到时看哪一页", refs=("pages", "branches"))] = ""
    home_columns: Annotated[
        tuple[Literal["doors", "events", "notices", "claims", "lessons", "contact"], ...], Field("首页板块")
    ] = ("doors", "events", "notices", "lessons", "claims", "contact")
