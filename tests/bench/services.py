"""Guides in plain words, and items with every element of the official list."""

from __future__ import annotations

from random import Random

from tests.bench.fields import HOURS, Fields, Sizes, Value, any_of, common, links_to, phone, several_of
from tests.bench.words import WORDS, body, fill, pick, sentences, several, some

DEPARTMENTS = (
    *(
        "公安",
        "人社",
        "医保",
        "民政",
        "残联",
        "卫健",
        "退役军人",
        "住建",
        "司法",
        "教育",
        "市监",
        "税务",
        "自然资源",
        "交通",
    ),
    *("生态环境", "档案", "公积金", "出入境", "组织", "工会", "流动人口", "团委"),
)
THEMES = (
    *(
        "生育收养",
        "户籍办理",
        "教育科研",
        "入伍服役",
        "就业创业",
        "设立变更",
        "准营准办",
        "职业资格",
        "婚姻登记",
        "优待抚恤",
    ),
    *(
        "住房保障",
        "社会保障",
        "证件办理",
        "交通出行",
        "出境入境",
        "消费维权",
        "公共安全",
        "司法公证",
        "文化体育",
        "医疗卫生",
    ),
    *("离职退休", "党员服务", "群团服务"),
)
CLIENTS = ("自然人", "企业法人", "事业法人", "社会组织法人", "非法人企业", "行政机关")
LAWS = tuple(
    f"《示例{name}条例》"
    for name in ("居住登记", "社会保险", "劳动合同", "义务教育", "基层治理", "便民服务", "权益保障")
)


def guide(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One guide with all its elements."""
    thing = pick(random, WORDS["thing"])
    fields = common(random, "guides", f"{thing}：{pick(random, WORDS['angle'])}（指南{index + 1}）", index, sizes)
    fields |= {
        "clients": [*some(random, CLIENTS, 1, 2)],
        "items": several_of(random, "items", sizes, 2, 5),
        "basis": [*some(random, LAWS, 1, 3)],
        "conditions": [*several(random, 2, 3)],
        "situations": [
            {"name": name, "materials": [*_papers(random)], "note": fill(random, "{lead}，{adverb}{do}。")}
            for name in some(random, ("本人来办", "家人代办", "单位集中办", "材料不全", "人在外地"), 2, 3)
        ],
        "before_you_go": [*several(random, 2, 3)],
        "steps": [
            {"name": name, "detail": sentences(random, 1)}
            for name in ("问清楚", "备材料", "到窗口", "领结果")[: random.randint(3, 4)]
        ],
        "where": [_where(random, sizes) for _ in range(random.randint(1, 3))],
        "hours": pick(random, HOURS),
        "phone": phone(random),
        "complain_phone": "12345",
        "online": [{"name": "示例政务服务平台", "url": "https://www.example.org/online"}],
        "time_cost": f"{random.randint(1, 20)}个工作日左右",
        "fee": pick(random, ("不收费", "只收工本费，窗口公示标准")),
        "tips": [*several(random, 2, 3)],
        "faq": _faq(random, 2, 4),
        "checked_on": "2025-06-01",
        "source_url": "https://www.example.org/guides",
    }
    return fields, body(random, 2, links_to(random, sizes, 2), rich=False)


def _papers(random: Random) -> list[str]:
    return some(
        random, ("居民身份证", "户口簿", "居住证明", "劳动合同", "近期照片", "申请表", "委托书", "社保卡"), 2, 4
    )


def _where(random: Random, sizes: Sizes) -> Value:
    found: Fields = {"name": f"{pick(random, WORDS['name'])}便民服务点", "place": any_of(random, "places", sizes)}
    if random.random() < 0.5:
        found |= {
            "address": f"示例路{random.randint(1, 99)}号（示例）",
            "hours": pick(random, HOURS),
            "phone": phone(random),
        }
    return found | {"district": f"{pick(random, WORDS['name'])}片区"}


def _faq(random: Random, least: int, most: int) -> list[Value]:
    return [
        {"q": fill(random, "{when}去办{thing}，怎样才算{value}？"), "a": sentences(random, 2)}
        for _ in range(random.randint(least, most))
    ]


def item(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One service item with every element of the official list."""
    thing = pick(random, WORDS["thing"])
    fields = common(
        random,
        "items",
        f"{thing}{pick(random, ('登记', '变更', '核验', '补办', '咨询'))}（事项{index + 1}）",
        index,
        sizes,
    )
    at_once, cross = random.random() < 0.4, random.random() < 0.3
    days = random.randint(2, 12)
    fields |= {
        "nicknames": [f"办{thing}"],
        "base_code": f"SAMPLE-{index + 1:06}",
        "item_type": pick(random, ("公共服务", "行政确认", "行政给付", "行政许可", "其他行政权力")),
        "case_type": "即办件" if at_once else "承诺件",
        "level": pick(random, ("市级", "县级", "镇（乡、街道）级")),
        "power_source": "法定本级行使",
        "agency": "望潮街道办事处（示例）",
        "agency_kind": "法定机关",
        "department": pick(random, DEPARTMENTS),
        "clients": [*some(random, CLIENTS, 1, 2)],
        "themes": [*some(random, THEMES, 1, 2)],
        "legal_basis": [
            {"title": law, "no": f"示例令第{random.randint(1, 99)}号", "article": f"第{random.randint(1, 60)}条"}
            for law in some(random, LAWS, 1, 2)
        ],
        "conditions": [*several(random, 2, 3)],
        "materials": [_material(random, name) for name in _papers(random)],
        "legal_limit": f"{days + 10}个工作日",
        "promise_limit": "即办" if at_once else f"{days}个工作日",
    }
    fields |= _money(random) | _doing(random, sizes, at_once, days) | _visits(random)
    fields |= (
        {"scope": "跨省", "cross_mode": pick(random, ("全程网办", "异地代收代办", "多地联办"))}
        if cross
        else {"scope": "全市通办"}
    )
    if cross:
        fields["cross_regions"] = [*some(random, ("青岭省", "云川省", "东原省", "南屏省"), 1, 3)]
    fields |= {
        "one_window": random.random() < 0.7,
        "appointment": random.random() < 0.3,
        "for_migrants": random.random() < 0.3,
        "hot": index % 97 == 0,
        "faq": _faq(random, 1, 3),
        "checked_on": "2025-06-01",
        "source_url": "https://www.example.org/items",
        "note": sentences(random, 1),
    }
    return fields, ""


def _material(random: Random, name: str) -> Value:
    return {
        "name": name,
        "kind": pick(random, ("原件", "复印件", "原件和复印件")),
        "form": pick(random, ("纸质", "电子", "纸质或电子")),
        "copies": random.randint(1, 2),
        "source": pick(random, ("申请人自备", "政府部门核发")),
        "source_note": fill(random, "{when}到{where}"),
        "necessity": pick(random, ("必要", "必要", "非必要", "容缺后补")),
        "shared": random.random() < 0.2,
    }


def _money(random: Random) -> Fields:
    if random.random() < 0.8:
        return {"fee": False}
    return {
        "fee": True,
        "charges": [{"name": "工本费", "standard": f"{random.randint(1, 40)}元", "basis": pick(random, LAWS)}],
    }


def _doing(random: Random, sizes: Sizes, at_once: bool, days: int) -> Fields:
    steps: list[Value] = []
    for name in ("申请", "受理", "审核", "办结")[random.randint(0, 1) :]:
        step: Fields = {
            "name": name,
            "detail": sentences(random, 1),
            "who": pick(random, ("申请人", "窗口", "经办人员")),
        }
        if name == "审核" and not at_once:
            step["limit"] = f"{days}个工作日"
        steps.append(step)
    windows: list[Value] = []
    for place in several_of(random, "places", sizes, 1, 2):
        window: Fields = {"place": place, "window_no": f"{random.randint(1, 12)}号窗口", "floor": "一楼"}
        if random.random() < 0.3:
            window |= {"address": f"示例路{random.randint(1, 99)}号（示例）", "phone": phone(random)}
        windows.append(window)
    return {
        "steps": steps,
        "windows": windows,
        "hours": pick(random, HOURS),
        "consult": {"phone": phone(random), "address": "示例路1号一楼（示例）"},
        "complain": {"phone": "12345"},
        "result": {"name": f"{pick(random, WORDS['thing'])}结果通知", "kind": "其他"},
        "delivery": [*some(random, ("物流", "自行取件", "直接送达"), 1, 2)],
    }


def _visits(random: Random) -> Fields:
    if random.random() < 0.5:
        return {
            "channels": ["窗口办理", "网上办理", "快递申请"],
            "visits": 0,
            "online_depth": "全程网办",
            "express": True,
        }
    reason = fill(random, "需要当面核对{thing}")
    return {"channels": [*some(random, ("窗口办理", "自助机", "代办"), 1, 2)], "visits": 1, "visit_reason": reason}
