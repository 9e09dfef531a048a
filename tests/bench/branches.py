"""The tree of organisations: a committee at the top, then committees, general branches, branches, groups."""

from __future__ import annotations

from random import Random

from tests.bench.fields import (
    OFFICE,
    TRADES,
    Fields,
    Sizes,
    Value,
    common,
    home,
    id_of,
    links_to,
    phone,
    published,
    several_of,
)
from tests.bench.words import WORDS, body, fill, pick, sentences, several, some


def branch(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One organisation: a committee at the top, then committees, general branches, branches, groups."""
    size = sizes["branches"]
    committees, groups = 1 + max(1, size // 50), size // 2
    generals = committees + max(1, size // 20)
    if index >= groups:
        return _group(random, index, sizes, generals, groups)
    if index >= generals:
        return _mobile(random, index, sizes, committees, generals)
    name = pick(random, WORDS["name"])
    type_ = "党总支" if index >= committees else "党委" if index else "流动党员党工委"
    fields = common(random, "branches", f"中共望潮街道{name}第{index + 1}{type_}（示例）", index, sizes)
    fields |= {
        "type": type_,
        "members": random.randint(30, 900),
        "phone": phone(random),
        "hosted_by": f"{name}社区（示例）",
    }
    if index:
        fields["parent"] = id_of("branches", 0 if index < committees else 1 + index % (committees - 1))
    fields["duties"] = [*several(random, 3, 5)]
    fields["places"] = several_of(random, "places", sizes, 1, 2)
    return fields, body(random, 2, links_to(random, sizes, 1), rich=False)


def _mobile(random: Random, index: int, sizes: Sizes, first: int, end: int) -> tuple[Fields, str]:
    areas = list(dict.fromkeys(home(random) for _ in range(random.randint(1, 2))))
    town = areas[0].rpartition(" ")[2]
    fields = common(random, "branches", f"{town}驻望潮第{index + 1}流动党员党支部（示例）", index, sizes)
    founded = published("branches", index, sizes).date()
    fields |= {
        "short_name": f"{town}第{index + 1}支部",
        "type": "流动党员党支部",
        "parent": id_of("branches", first + index % (end - first)),
        "approved_by": "县级以上党委批准（示例）",
        "founded": f"{founded}",
        "elected_on": f"{founded}",
        "term_years": 3,
        "posts": [{"title": "书记"}, {"title": "副书记"}, {"title": "组织委员"}],
        "duty_posts": [_duty(random) for _ in range(random.randint(1, 3))],
        "members": random.randint(3, 60),
        "intro": sentences(random, 2),
        "places": several_of(random, "places", sizes, 1, 2),
        "phone": phone(random),
        "cadence": {"member_meeting": "每季度", "committee": "每月", "group": "每月", "lesson": "每季度"},
        "theme_day": f"每月{random.randint(1, 28)}日",
        "origin_areas": [*areas],
        "stationed_in": OFFICE,
        "home_org": f"中共{town}委员会（示例）",
        "home_phone": phone(random),
        "host_org": "望潮街道党工委（示例）",
        "host_phone": "0574-00000001",
        "industries": [*some(random, TRADES, 1, 3)],
    }
    if random.random() < 0.4:
        fields["honors"] = [*several(random, 1, 2)]
    if random.random() < 0.6:
        join = {"platform": "微信群", "cadence": "每周推送一次", "how_to_join": "报到时当面加入", "level": "乡镇级"}
        fields["online_branch"] = {**join}
    return fields, body(random, 2, links_to(random, sizes, 2), rich=False)


def _duty(random: Random) -> Value:
    return {
        "name": f"{pick(random, WORDS['value'])}岗",
        "duties": [*several(random, 2, 3)],
        "area": pick(random, WORDS["where"]),
        "holders_count": random.randint(1, 6),
        "public_pledge": fill(random, "{adverb}{do}"),
    }


def _group(random: Random, index: int, sizes: Sizes, first: int, end: int) -> tuple[Fields, str]:
    trade = pick(random, TRADES)
    fields = common(random, "branches", f"{trade}第{index + 1}党小组（示例）", index, sizes)
    fields |= {
        "type": "党小组",
        "parent": id_of("branches", first + index % (end - first)),
        "basis": [*some(random, ("行业相近", "地域相邻", "时间匹配"), 1, 2)],
        "industry": trade,
        "area": pick(random, WORDS["where"]),
        "meeting_time": f"每周{pick(random, '一二三四五六日')}晚上",
        "leader_post": "组长",
        "members": random.randint(3, 15),
        "phone": phone(random),
    }
    return fields, sentences(random, 3) + "\n"
