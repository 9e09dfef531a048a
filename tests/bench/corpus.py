"""The corpus of a bench: entries of every collection, the same for the same seed, made one at a time when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from tests.bench import others
from tests.bench.branches import branch
from tests.bench.fields import Fields, Maker, Sizes, id_of
from tests.bench.lessons import SERIES, lesson
from tests.bench.services import guide, item

SHARES: Mapping[str, int] = {"branches": 10, "lessons": 30, "guides": 15, "items": 43}
"""Per cent of all entries; the rest is divided among the others."""
OTHERS: Mapping[str, tuple[int, int, int]] = {
    # Per cent of the rest, the least and the most.
    "places": (14, 3, 1000),
    "events": (18, 4, 10_000),
    "matters": (8, 4, 10_000),
    "deeds": (10, 2, 10_000),
    "dispatches": (5, 2, 60),
    "jobs": (6, 2, 10_000),
    "teams": (6, 2, 10_000),
    "study": (5, 2, 10_000),
    "claims": (2, 3, 12),
    "pages": (5, 4, 40),
}
MAKERS: Mapping[str, Maker] = {
    **{"branches": branch, "lessons": lesson, "guides": guide, "items": item},
    **others.MAKERS,
}
LEAST = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One publication: its fields by their English names, and a Markdown text whose links are written `ref:id`."""

    collection: str
    slug: str
    fields: Fields
    body: str

    @property
    def id(self) -> str:
        """`lessons/lesson-000012`."""
        return f"{self.collection}/{self.slug}"


@dataclass(frozen=True, slots=True)
class Corpus:
    """What both sites publish; an entry depends on the seed, the sizes and its number, so that none need be kept."""

    seed: int
    sizes: Sizes

    def __len__(self) -> int:
        return sum(self.sizes.values())

    def __iter__(self) -> Iterator[Entry]:
        """Every entry, collection by collection."""
        for collection, size in self.sizes.items():
            for index in range(size):
                yield self.entry(collection, index)

    def entry(self, collection: str, index: int) -> Entry:
        """One entry; `index` counts from 0."""
        id_ = id_of(collection, index)
        fields, body = MAKERS[collection](Random(f"{self.seed} {id_}"), index, self.sizes)
        return Entry(collection, id_.partition("/")[2], fields, body)


def corpus(count: int, seed: int = 1) -> Corpus:
    """A corpus of so many entries, at least 100."""
    if count < LEAST:
        raise ValueError(f"a corpus has at least {LEAST} entries")
    sizes = {name: count * share // 100 for name, share in SHARES.items() if name != "items"}
    rest = count - sum(sizes.values()) - count * SHARES["items"] // 100
    sizes |= {name: min(most, max(least, rest * share // 100)) for name, (share, least, most) in OTHERS.items()}
    # What is left over is news; where the rest is too small for all, the items give way.
    sizes["news"] = max(6, rest - sum(sizes[name] for name in OTHERS))
    sizes["items"] = count - sum(sizes.values())
    return Corpus(seed, sizes)


def settings() -> Fields:
    """What site.yaml says."""
    return {
        "name": "望潮街道乡音之家（示例）",
        "short_name": "乡音之家",
        "description": "望潮街道流动党员的网上之家：按家乡找组织，看组织生活安排，查办事要带什么、去哪里。示例站点。",
        "base_url": "https://portal.example.org/",
        "domain": "portal.example.org",
        "sample": True,
        "brand": {
            "name": "乡音之家",
            "slogan": "听见乡音，找到组织",
            "intro": "老乡在哪里，支部就建在哪里；人到了新地方，组织生活不断线，办事有人带路，有话有地方说。",
            "colour": "#a61b1f",
            "page": id_of("pages", 0),
        },
        "footer": {
            "sponsor": "望潮街道党工委（示例）",
            "organizer": "望潮街道党建工作办公室（示例）",
            "tech_support": "示例技术单位（示例）",
            "icp": {"no": "示例备案号", "url": "https://www.example.org/icp"},
            "police": {"no": "示例公安备案号", "url": "https://www.example.org/police"},
            "phone": "0574-00000001",
            "address": "望海省明湖县望潮街道示例路1号（示例）",
            "postcode": "000000",
            "report_error_url": "https://portal.example.org/page-000003/",
        },
        "contact": id_of("pages", 2),
        "columns": [
            {"collection": name, "menu": shown, "keywords": ["示例", name]}
            for name, shown in (
                ("branches", True),
                ("lessons", True),
                ("guides", True),
                ("items", True),
                ("deeds", False),
            )
        ],
        "series": [{"name": name, "intro": f"{name}的讲稿，一次只说清楚一件事，讲完留时间提问。"} for name in SERIES],
    }
