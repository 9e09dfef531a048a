"""What the makers of entries share: types, ids, dates, telephones, areas, and the fields of every entry."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from random import Random
from typing import TypeAlias

from tests.bench.words import WORDS, pick, sentences, some

Value: TypeAlias = "str | int | bool | list[Value] | Mapping[str, Value]"
Fields: TypeAlias = "dict[str, Value]"
Sizes: TypeAlias = Mapping[str, int]
Maker: TypeAlias = Callable[[Random, int, Sizes], tuple[Fields, str]]
"""Makes the fields and the text of the entry of an index."""

SINGULAR: Mapping[str, str] = {
    **{name: name.removesuffix("s") for name in ("lessons", "guides", "items", "places", "events", "matters", "deeds")},
    **{name: name.removesuffix("s") for name in ("jobs", "teams", "claims", "pages")},
    **{"branches": "branch", "dispatches": "dispatch", "study": "issue", "news": "report"},
}
NEWEST = datetime.datetime(2025, 6, 30, 18, 0)
"""Everything is published by then, long before any day on which a bench runs."""
SPAN = 4 * 365 * 24 * 60
"""Minutes over which the entries of a collection are published."""
OFFICE = "望海省 明湖县 望潮街道"
TRADES = (
    "针织服装",
    "物流配送",
    "建筑施工",
    "餐饮服务",
    "渔业加工",
    "机械五金",
    "家政养老",
    "商贸零售",
    "电子装配",
    "种植养殖",
)
HOURS = (
    "工作日 8:30—11:30，13:30—17:00",
    "工作日 9:00—17:00，周六上午 9:00—11:30",
    "周一至周五 8:30—17:30，法定节假日休息",
)
PROVINCES = ("青岭省", "云川省", "东原省", "南屏省", "北渚省")


def id_of(collection: str, index: int) -> str:
    """`lessons/lesson-000012` for the twelfth lesson, whose index is 11."""
    return f"{collection}/{SINGULAR[collection]}-{index + 1:06}"


def any_of(random: Random, collection: str, sizes: Sizes) -> str:
    """The id of some entry of a collection."""
    return id_of(collection, int(random.random() * sizes[collection]))


def several_of(random: Random, collection: str, sizes: Sizes, least: int, most: int) -> list[Value]:
    """The ids of different entries of a collection."""
    wanted = min(sizes[collection], random.randint(least, most))
    return [id_of(collection, index) for index in random.sample(range(sizes[collection]), wanted)]


def published(collection: str, index: int, sizes: Sizes) -> datetime.datetime:
    """When an entry was published, the first of its collection the latest; no two of any at the same minute."""
    step = max(1, SPAN // sizes[collection] // len(SINGULAR)) * len(SINGULAR)
    return NEWEST - datetime.timedelta(minutes=index * step + list(SINGULAR).index(collection))


def stamp(moment: datetime.datetime) -> str:
    """As an editor writes it."""
    return f"{moment:%Y-%m-%d %H:%M}"


def phone(random: Random) -> str:
    """A telephone number that nobody has; those below 0100 are the office's own."""
    return f"0574-{100 + int(random.random() * 9900):08}"


def home(random: Random) -> str:
    """A township where members come from: 5 provinces of 3 counties of 4 townships."""
    province, county, town = (int(random.random() * most) for most in (5, 3, 4))
    names = WORDS["name"]
    county += 3 * province
    return f"{PROVINCES[province]} {names[county]}县 {names[(county + 5 * town) % 20]}{'乡镇乡镇'[town]}"


def common(random: Random, collection: str, title: str, index: int, sizes: Sizes) -> Fields:
    """The fields of every entry."""
    date = published(collection, index, sizes)
    fields: Fields = {"title": title, "date": stamp(date)}
    if random.random() < 0.25:
        fields["updated"] = stamp(date + datetime.timedelta(days=1 + int(random.random() * 30)))
    fields["source"] = f"望潮街道{pick(random, WORDS['name'])}社区（示例）"
    fields["author"] = f"{pick(random, WORDS['name'])}学习小组（示例）"
    fields["editor"] = "望潮街道党建办（示例）"
    fields["keywords"] = [*some(random, WORDS["thing"], 2, 4)]
    fields["summary"] = sentences(random, 1)
    if random.random() < 0.5:
        fields["tags"] = [*some(random, WORDS["value"], 1, 2)]
    if random.random() < 0.2:
        fields["reviewers"] = {"first": "党建办（示例）", "second": "宣传办（示例）", "final": "党工委（示例）"}
    return fields


def links_to(random: Random, sizes: Sizes, number: int) -> list[tuple[str, str]]:
    """Other entries to be named in a text, with what they are called there."""
    called = {"guides": "办事指南", "items": "事项说明", "branches": "党组织页面", "places": "阵地页面"}
    names = some(random, tuple(called), number, number)
    return [(any_of(random, name, sizes), f"{pick(random, WORDS['thing'])}的{called[name]}") for name in names]
