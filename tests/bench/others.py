"""The collections of which a portal has a few entries each."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from random import Random

from tests.bench.fields import (
    HOURS,
    TRADES,
    Fields,
    Maker,
    Sizes,
    Value,
    any_of,
    common,
    id_of,
    phone,
    published,
    several_of,
)
from tests.bench.words import WORDS, body, fill, pick, sentences, several, some


def news(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One report, notice, policy document or story."""
    column = ("通知公告", "工作动态", "政策文件", "典型案例")[index % 4]
    fields = common(random, "news", f"{pick(random, WORDS['topic'])}{column}（第{index + 1}号）", index, sizes)
    fields["column"] = column
    if index < 2:
        fields["top"] = True
    if column == "政策文件":
        fields["doc"] = {
            "index_no": f"SAMPLE-{index + 1}",
            "doc_no": f"示例发〔2025〕{index + 1}号",
            "issuer": "望潮街道党工委（示例）",
            "written_on": f"{published('news', index, sizes):%Y-%m-%d}",
            "theme": "党的建设",
            "open_mode": "主动公开",
            "validity": "有效",
        }
    links = [(any_of(random, "branches", sizes), "党组织页面"), (any_of(random, "lessons", sizes), "这一课")]
    return fields, body(random, 3, links, rich=False)


def event(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One meeting, half of them long past, half of them many years ahead, so that no bench day is between."""
    kind = pick(random, ("党员大会", "党课", "主题党日", "志愿服务", "说事会", "论坛"))
    fields = common(random, "events", f"{kind}：{pick(random, WORDS['topic'])}（第{index + 1}场）", index, sizes)
    year = 2040 if index % 2 else 2024
    start = datetime.datetime(year, 1, 1, 14) + datetime.timedelta(days=index % 120, minutes=index)
    fields |= {
        "kind": kind,
        "start": f"{start:%Y-%m-%d %H:%M}",
        "end": f"{start + datetime.timedelta(hours=2):%Y-%m-%d %H:%M}",
        "place": any_of(random, "places", sizes),
        "host": any_of(random, "branches", sizes),
        "agenda": [*several(random, 3, 4)],
        "bring": [*some(random, ("笔记本", "身份证", "党徽", "手套"), 1, 2)],
    }
    if year == 2024:
        fields |= {"recap": sentences(random, 2), "headcount": random.randint(5, 200)}
    return fields, sentences(random, 3) + "\n"


def place(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One place with its rooms."""
    kind = pick(random, ("党群服务中心", "乡音驿站", "网格活动阵地", "调解中心", "便民服务中心", "活动室"))
    fields = common(random, "places", f"{pick(random, WORDS['name'])}第{index + 1}{kind}（示例）", index, sizes)
    fields |= {
        "kind": kind,
        "address": f"望潮街道示例路{index + 1}号（示例）",
        "district": f"{WORDS['name'][index % 8]}片区",
        "grid": f"第{index % 30 + 1}网格",
        "area_m2": random.randint(40, 2000),
        "rooms": [
            {"name": name, "function": fill(random, "{adverb}{do}"), "hours": pick(random, HOURS)}
            for name in some(random, ("活动室", "谈心室", "图书角", "多功能厅"), 1, 3)
        ],
        "hours": pick(random, HOURS),
        "phone": phone(random),
        "host": f"{pick(random, WORDS['name'])}社区（示例）",
        "transport": fill(random, "从{where}出发，沿示例路走十分钟。"),
        "accessible": {"ramp": True, "lift": random.random() < 0.5, "wc": random.random() < 0.5},
    }
    return fields, body(random, 2, [(any_of(random, "guides", sizes), "办事指南")], rich=False)


def matter(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One matter; by its number it has come as far as the first, second, third or fourth stage."""
    fields = common(random, "matters", f"{pick(random, WORDS['thing'])}（第{index + 1}件）", index, sizes)
    day = published("matters", index, sizes).date()
    after = {days: f"{day + datetime.timedelta(days=days)}" for days in (3, 6, 20, 22, 36)}
    stages: Fields = {"said": {"date": f"{day}", "channel": "职工说事会"}}
    if index % 4 >= 1:
        stages["discussed"] = {"date": after[3], "by": "议事会（示例）", "decision": sentences(random, 1)}
    if index % 4 >= 2:
        # Long in the past or far ahead: a matter that falls due on a bench day would change the page.
        done: Fields = {
            "date": after[6],
            "by": "劳动服务站（示例）",
            "due": after[36] if index % 8 == 2 else "2040-01-01",
        }
        stages["done"] = done
    if index % 4 == 3:
        stages["done"] = {**done, "finished": after[20], "result": sentences(random, 1)}
        stages["rated"] = {"date": after[22], "rating": "满意", "note": fill(random, "{result}")}
    fields |= {
        "category": pick(random, ("职工心头难事", "工会工作要事", "街道发展大事")),
        "public_summary": sentences(random, 2),
        "branch": any_of(random, "branches", sizes),
        "stages": stages,
    }
    return fields, ""


def deed(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One good deed."""
    fields = common(random, "deeds", f"{fill(random, '{where}{thing}')}（第{index + 1}件实事）", index, sizes)
    fields |= {
        "month": f"{published('deeds', index, sizes):%Y-%m}",
        "branch": any_of(random, "teams" if index % 3 == 0 else "branches", sizes),
        "kind": pick(random, ("生活困难帮扶", "就业创业互助", "发展事业互帮", "其他")),
        "result": fill(random, "{result}"),
        "days": random.randint(1, 30),
    }
    return fields, ""


def dispatch(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One month; as many matters are closed as are new, so that every two months agree."""
    year, month = divmod(2025 * 12 + 5 - index, 12)
    new = 3 + index % 9
    fields = common(random, "dispatches", f"{year}年{month + 1}月调度", index, sizes)
    fields |= {
        "month": f"{year}-{month + 1:02}",
        "new": new,
        "done": new,
        "open": 5,
        "overdue": index % 2,
        "deadline_days": 30,
        "by_category": [{"category": "生活困难帮扶", "count": new - 2}, {"category": "就业创业互助", "count": 2}],
    }
    return fields, sentences(random, 2) + "\n"


def job(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One job offer that stays open for longer than any bench is run."""
    trade = pick(random, ("缝纫", "打包", "叉车", "收银", "保洁"))
    fields = common(random, "jobs", f"{pick(random, WORDS['name'])}厂招{trade}（第{index + 1}期）", index, sizes)
    least = random.randint(40, 60) * 100
    fields |= {
        "enterprise": f"{pick(random, WORDS['name'])}厂（示例）",
        "trade": trade,
        "number": random.randint(1, 30),
        "pay": {"min": least, "max": least + 2000},
        "hours": "每天八小时，每周休一天",
        "board": "包中餐",
        "lodging": "有宿舍",
        "insurance": "缴五险",
        "requirements": [*several(random, 2, 3)],
        "place": any_of(random, "places", sizes),
        "station_phone": phone(random),
        "valid_until": "2040-12-31",
    }
    return fields, ""


def team(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One volunteer team or mutual-help group."""
    kind = ("志愿服务队", "互助小组")[index % 2]
    fields = common(random, "teams", f"{pick(random, WORDS['name'])}第{index + 1}{kind}（示例）", index, sizes)
    fields |= {
        "kind": kind,
        "branch": any_of(random, "branches", sizes),
        "founded": "2021-03-05",
        "members": random.randint(5, 60),
        "tasks": [*several(random, 2, 4)],
        "help_kinds": [*some(random, ("生活困难帮扶", "就业创业互助", "发展事业互帮"), 1, 2)],
        "offers": [{"kind": pick(random, ("岗位", "技术", "场地")), "text": fill(random, "{when}可借用{where}")}],
        "place": any_of(random, "places", sizes),
        "phone": phone(random),
        "how_to_join": fill(random, "{when}到{where}报名。"),
    }
    return fields, sentences(random, 2) + "\n"


def study(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One issue of the reading."""
    fields = common(
        random, "study", f"{pick(random, WORDS['topic'])}学习篇目（第{sizes['study'] - index}期）", index, sizes
    )
    readings: list[Value] = [
        {"title": f"{pick(random, WORDS['topic'])}一课", "ref": lesson, "note": sentences(random, 1), "minutes": 10}
        for lesson in several_of(random, "lessons", sizes, 2, 3)
    ]
    readings.append({"title": "示例读本", "url": "https://www.example.org/reading", "note": sentences(random, 1)})
    fields |= {
        "no": sizes["study"] - index,
        "host": any_of(random, "branches", sizes),
        "items": readings,
        "questions": [fill(random, "{when}，{who}怎样做到{value}？") for _ in range(2)],
    }
    return fields, ""


def claim(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One figure; the first are compared with lists."""
    counted = ("事项", "流动党员党支部", "跨省通办事项", "一窗受理事项", "阵地", "互助小组", "来源地乡镇")
    fields = common(random, "claims", f"{counted[index % len(counted)]}数（第{index + 1}项）", index, sizes)
    fields |= {
        "value": f"{(index + 1) * 40}",
        "qualifier": ("余", "约", "")[index % 3],
        "unit": "个",
        "as_of": "2025-06-01",
    }
    fields |= {"note": sentences(random, 1), "home": index < 4}
    if index < len(counted):
        fields["counts"] = counted[index]
    return fields, ""


def page(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One page of its own: the brand, this site, how to reach us, then others."""
    names = ("乡音之家是什么", "关于本站", "联系我们")
    title = names[index] if index < len(names) else f"{pick(random, WORDS['topic'])}（专题{index + 1}）"
    fields = common(random, "pages", title, index, sizes)
    fields["section"] = "本站" if index < len(names) else f"{TRADES[index % 3]}专题"
    if index < 2:
        fields["menu"] = index + 1
    return fields, body(random, 3, [(id_of("guides", index), "办事指南")], rich=False)


MAKERS: Mapping[str, Maker] = {
    "news": news,
    "events": event,
    "places": place,
    "matters": matter,
    "deeds": deed,
    "dispatches": dispatch,
    "jobs": job,
    "teams": team,
    "study": study,
    "claims": claim,
    "pages": page,
}
