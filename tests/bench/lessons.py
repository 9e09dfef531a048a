"""Lessons, which have the longest texts."""

from __future__ import annotations

from random import Random

from tests.bench.fields import Fields, Sizes, Value, any_of, common, id_of, links_to, published, several_of, stamp
from tests.bench.words import WORDS, body, fill, pick, sentences, several, some

SERIES = ("微课进车间", "乡音夜话", "新邻里课堂", "党史小故事", "办事明白人", "安全生产一刻钟")
FORMS = ("专题党课", "微型党课", "音乐流动党课", "情景党课", "现场教学", "送学上门", "其他")


def lesson(random: Random, index: int, sizes: Sizes) -> tuple[Fields, str]:
    """One lesson with about 3,400 bytes of text."""
    title = f"{pick(random, WORDS['topic'])}：{pick(random, WORDS['angle'])}（第{index + 1}讲）"
    fields = common(random, "lessons", title, index, sizes)
    form = pick(random, FORMS)
    fields |= {"form": form, "series": pick(random, SERIES), "series_no": 1 + index % 999}
    fields["state"] = pick(random, ("已开展", "已开展", "已开展", "计划"))
    fields["speakers"] = [
        {"name": "党支部书记", "title": "志愿讲师", "org": f"{pick(random, WORDS['name'])}社区（示例）"}
    ]
    fields |= {
        "start": stamp(published("lessons", index, sizes)),
        "minutes": random.randint(8, 15) if form == "微型党课" else random.randint(30, 90),
        "place": any_of(random, "places", sizes),
        "host": any_of(random, "branches", sizes),
        "learners": [*some(random, ("全体党员", "流动党员", "入党积极分子", "职工", "群众"), 1, 3)],
        "key_points": [*several(random, 3, 4)],
        "quiz": [_quiz(random) for _ in range(random.randint(1, 2))],
        "credit_hours": f"{random.randint(1, 8) / 4}",
    }
    if form == "音乐流动党课":
        fields["programme"] = [
            {"title": f"{name}之歌", "copyright": "群众现场演唱，不提供录音"}
            for name in some(random, WORDS["name"], 2, 4)
        ]
    if fields["state"] == "已开展":
        fields |= {"recap": sentences(random, 1), "headcount": random.randint(5, 200)}
    if related := [id_ for id_ in several_of(random, "lessons", sizes, 0, 2) if id_ != id_of("lessons", index)]:
        fields["related"] = related
    links = links_to(random, sizes, random.randint(1, 3))
    return fields, body(random, 4, links, rich=True)


def _quiz(random: Random) -> Value:
    choices = several(random, 3, 3)
    answer = 1 + int(random.random() * len(choices))
    return {
        "question": fill(random, "{when}，{who}该怎样做？"),
        "choices": [*choices],
        "answer": answer,
        "why": sentences(random, 1),
    }
