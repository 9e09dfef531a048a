"""The short ways for plain sources, and the exact ways behind them: they agree on every text that both can read."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.model.collections import COLLECTIONS
from generator.sources import document, libyaml, markdown, plain_entry, plain_yaml, privacy
from generator.sources.decode import plan
from generator.sources.markdown import plain, syntax

ROOT = Path(__file__).parent.parent
SOURCES = [
    path.read_text(encoding="utf-8")
    for folder in ("content", "tests/portals", "tests/markdown")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".md", ".yaml") and "static" not in path.parts
]
MATTERS = [re.split(r"^---\n", text, flags=re.MULTILINE)[1] if text.startswith("---\n") else text for text in SOURCES]
BODIES = [text.split("\n---\n", 1)[1] for text in SOURCES if text.startswith("---\n") and "\n---\n" in text]

YAML_LINES = re.split(
    "¦",
    "a: b¦c:¦- d¦- e: f¦g: [h, i]¦j: {k: l, m: n}¦¦# o¦p: |¦q: |-¦r r¦s: 't'¦u: \"v\"¦- [w]¦- {x: y}¦-¦z: >"
    "¦a: b # c¦b:  c  ¦- |¦-   a: 1¦d: # x¦e: http://x/y:z¦f: a, b¦g: 'it''s'¦- 'x'¦- \"y\""
    "¦l: [a, [b, {c: d}], 'e']¦m: []¦- - n¦k: [a #b, c#d]¦n: [a :b]",
)
YAML_BITS = re.split(
    "¦",
    " ¦  ¦\n¦\n  ¦\n- ¦- ¦: ¦:¦#¦ #¦[¦]¦{¦}¦,¦, ¦'¦\"¦|\n¦|\n  ¦|-¦>¦-¦?¦&a ¦*a¦!¦!!str ¦%¦@¦`¦~¦a: b¦\n\n¦\t¦---"
    "¦...¦<<: ¦http://a¦一¦：¦\\¦[a, b]¦{a: b}¦''¦[]¦\u3000¦\u00a0¦\u2028¦\ufeff¦ :¦::¦\n    ¦=¦0",
)
BLOCKS = re.split(
    "¦",
    "一段话。¦**粗**体和*斜*体。¦[链接](ref:pages/about)好¦- 一\n- 二¦1. 一\n2. 二¦## 标题¦# 大¦#### 四 级¦> 引用"
    "¦[去](#标题)¦| 甲 | 乙 |\n| --- | :-: |\n| [一](a.md)、[二](a.md) | **2** |\n| 3 | |"
    "¦::: 提示\n里面\n\n- 一\n:::¦**“引。”** 文¦*（甲）*¦::: 提示\n里面\n:::¦```\ncode\n```¦    code¦术语\n: 解释"
    "¦[^1]: 注¦文[^1]字¦[a]: http://x.cn¦[a]¦<!-- c -->¦<!-- c¦<b>x</b>¦***¦- [x] 做¦* a\n\n* b¦- a\n  - b¦a\nb"
    "¦![图](a.jpg)¦3. 三\n4. 四¦0. 零¦10) 十\n11) 十一¦+ p\n+ q¦2026年¦2026. 三¦[外](https://a.cn/b?c=d)"
    "¦<https://a.cn>¦<ref:pages/a>¦a & b¦~~删~~¦x_y_z¦5 * 3 * 2¦**“引”**后¦**a**b**c**¦*a***b**¦【甲】(ref:a/b)"
    "¦- :::¦|a|\n|-|\n|b|¦a | b\n--- | ---\n1 | 2¦# | a\n|---|---|¦标题\n===¦\u3000\u3000缩进¦> 一\n> 二¦> - a"
    "¦- > a¦- # a¦- a\n1. b¦## 标题 ##¦a > b¦a!¦![b](c)¦[空](x y)¦[ ](a.md)¦<!-- a -->  文¦*甲。*乙¦: 释¦  缩进"
    "¦# :::¦- a\n* b¦1. a\n2) b¦::: 注意 题\n\n## 内\n:::¦::: 提示\n> a\n:::\n后¦::: 提示\n: a\n:::¦**“a”**b"
    "¦a*“b”*¦x*“b”* c¦|**“a”**|\n|-|\n|b|",
)
PLAIN = 14
"""So many of them are plain."""
MARKS = re.split(
    "¦",
    "\n¦\n\n¦ ¦    ¦\t¦*¦**¦_¦[¦]¦(¦)¦](¦#¦# ¦> ¦- ¦1. ¦|¦:¦:::¦`¦~~¦<¦>¦&amp;¦\\¦!¦【¦a¦1¦一¦。¦\u3000¦\u200b"
    "¦===¦---¦+¦<!--¦-->¦[^1]¦[a]: b¦: ¦\u2028¦\u0085¦ref:¦①¦'",
)
SEEDS = st.integers(0, 2**32)
NUMBERS = re.split(
    "¦",
    "13812345678¦138 1234 5678¦138 - 1234 - 5678¦１３８12345678¦&#49;3812345678¦138.1234.5678¦a＠b.cn"
    "¦+86 138-1234-5678¦008613812345678¦86¦0¦330225197001011231¦6222021234567890128¦浙B12345¦浙A·D12345¦新¦A"
    "¦a@b.cn¦＠¦１３８¦\u200b¦&#49;¦&nbsp;¦-¦ ¦·¦.¦\n¦—¦href=\"¦d='¦\"¦'¦http://a.cn/1¦](¦/a/¦0574-00000002¦元"
    "¦href=\"/a\n¦d='1\n",
)


def changed(chance: random.Random, texts: list[str], lines: int, bits: list[str]) -> str:
    """Some lines of one of the texts with some bits put in."""
    given = chance.choice(texts).split("\n")
    first = chance.randrange(len(given))
    text = "\n".join(given[first : first + chance.randrange(1, lines)]) + "\n"
    return broken(chance, text, bits)


def broken(chance: random.Random, text: str, bits: list[str]) -> str:
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(bits) + text[at + chance.choice((0, 0, 1, 2)) :]
    return text


# YAML.


def assert_same_nodes(text: str) -> bool:
    """Both readers give the same nodes, styles and places, if the short way gives any; whether it does."""
    found = plain_yaml.read(text, 2)
    if found is not None:
        assert (found, []) == libyaml.read(text, "a.yaml", 2)
    return found is not None


def test_the_sources_are_plain_yaml() -> None:
    """The short way is right, and taken, or it would save nothing."""
    assert sum(map(assert_same_nodes, MATTERS)) > 0.95 * len(MATTERS)


@settings(max_examples=1000)
@given(SEEDS)
def test_yaml_of_changed_sources(seed: int) -> None:
    assert_same_nodes(changed(random.Random(seed), MATTERS, 60, YAML_BITS))


@settings(max_examples=5000)
@given(SEEDS)
def test_yaml_of_any_lines(seed: int) -> None:
    chance = random.Random(seed)
    # A few lines again and again, so that keys are repeated and blocks go on.
    few = chance.sample(YAML_LINES, 4)
    indents = chance.choice(((0,), (0, 0, 2), (0, 2, 4), (0, 0, 0, 2, 2, 4, 1, 3)))
    lines = (" " * chance.choice(indents) + chance.choice(few) + "\n" for _ in range(chance.randrange(1, 9)))
    assert_same_nodes(broken(chance, "".join(lines), YAML_BITS))


# Entries.


ENTRIES = [
    (path.name, path.read_text(encoding="utf-8"), COLLECTIONS[path.relative_to(folder).parts[0]].type)
    for folder in (ROOT / "content", ROOT / "tests/portals/tumd/content")
    for path in sorted(folder.rglob("*"))
    if path.suffix in (".md", ".yaml") and path.relative_to(folder).parts[0] in COLLECTIONS
]
LINES = sorted({line for _, text, _ in ENTRIES for line in text.split("\n---\n")[0].split("\n")})
VALUES = re.split(
    "¦",
    "null¦~¦…¦..¦.5¦[a, b]¦[ a,b ]¦[a , b]¦[]¦['', b]¦[~, b]¦[a: b, c]¦'x'¦\"\"¦\" y \"¦{a: b}¦{name: x, detail: y}"
    "¦2026-02-30¦2026-2-3¦2026-03-08 09:00¦2026-03-08T09:00¦２０２６-03-08¦0999-01-01¦是¦yes¦True¦否¦1¦-1¦007¦99999"
    "¦a: b¦a:b¦a:¦a # b¦a#b¦# c¦ ¦  x¦x ¦x\n  y¦|¦|\n  x¦\n  - x¦\n  - name: x¦\n- x¦\n  name: x¦draft¦5个工作日¦即办"
    "¦示例省 示例市¦&a¦*a¦!x¦%¦@¦`¦- x¦? x¦\u3000¦a\u00a0b¦http://a.cn/b¦0574-00000000¦places/station¦已开展¦公安",
)


def assert_same_documents(path: str, text: str, type_: type[msgspec.Struct]) -> bool:
    """Both ways give the same documents and find the same problems; whether the short one was taken."""
    documents, problems = document.parse(path, text.encode(), type_)
    placed, others = document.parse(path, text.encode(), type_, placed=True)
    assert problems == others
    assert [(one.slug, one.entry, one.body) for one in documents] == [(one.slug, one.entry, one.body) for one in placed]
    assert all(one.places for one in placed)
    matter = text.split("\n---\n", maxsplit=1)[0].removeprefix("---\n") + "\n" if path.endswith(".md") else text
    return plain_entry.read(matter, type_, listed=not path.endswith(".md")) is not None


def mistaken(chance: random.Random, text: str) -> str:
    """The text of an entry with some lines that are gone, repeated, of another entry, or with another value."""
    lines = text.split("\n")
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        at = chance.randrange(len(lines))
        line = lines[at]
        match chance.randrange(7):
            case 0:
                del lines[at]
            case 1:
                lines.insert(chance.randrange(len(lines)), line)
            case 2:
                lines.insert(at, chance.choice(LINES))
            case 3:
                lines[at] = chance.choice((" ", "  ", "- ", "# ")) + line
            case 4:
                lines[at] = broken(chance, line, YAML_BITS)
            case _:
                lines[at] = line.partition(":")[0] + ": " + chance.choice(VALUES)
        lines = lines or [""]
    return "\n".join(lines)


def test_the_sources_are_plain_entries() -> None:
    assert all(assert_same_documents(*one) for one in ENTRIES)


def test_no_field_is_written_as_a_list_of_entries_is() -> None:
    """Or a file would be an entry on one way, and a list of them on the other."""
    assert not any("entries" in plan(collection.type).steps for collection in COLLECTIONS.values())


@settings(max_examples=1500, deadline=None)
@given(SEEDS)
def test_entries_of_changed_sources(seed: int) -> None:
    chance = random.Random(seed)
    path, text, type_ = chance.choice(ENTRIES)
    assert_same_documents(path, mistaken(chance, text), type_)


# Markdown.


@pytest.fixture
def at_length(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], object]:
    """Parses with markdown-it alone."""

    def parse(text: str) -> object:
        with monkeypatch.context() as patch:
            patch.setattr(plain, "block", lambda *_: None)
            patch.setattr(syntax, "TEXT", re.compile("(?!)"))
            return markdown.parse(text, "a.md")

    return parse


def bodies() -> Iterator[str]:
    chance = random.Random(1)
    for text in BODIES:
        yield text
        yield changed(chance, [text], 40, MARKS)
    for _ in range(3000):
        blocks = BLOCKS[: chance.choice((PLAIN, len(BLOCKS)))]
        count = chance.randrange(1, 6)
        joints = (chance.choice(("\n\n", "\n\n", "\n\n", "\n", "\n\n\n", "\n \n")) for _ in range(count))
        yield broken(chance, "".join(chance.choice(blocks) + joint for joint in joints), MARKS)


def test_markdown_of_any_blocks(at_length: Callable[[str], object]) -> None:
    short = 0
    for text in bodies():
        short += plain.blocks(text + "\n") is not None
        found = markdown.parse(text, "a.md")
        assert found == at_length(text), text
        assert markdown.parse(text, "a.md", placed=False) == msgspec.structs.replace(found, spans=()), text
    assert short > 400


@pytest.mark.parametrize("end", ["", "b", "- b", "| - | - |\n| b |", "2. b", "\n    b"])
@pytest.mark.parametrize(
    "unit",
    [
        "- a\n",
        "- a\n\n",
        "1. a\n",
        "| a |\n| - |\n",
        "| a |\n| - | - |\n",
        "*a",
        "[a](b",
        "> a\n\n",
        "a\n\n",
        "::: 提示\na\n:::\n",
        "::: 提示\n",
    ],
)
def test_long_plain_texts_take_linear_time(unit: str, end: str) -> None:
    text = unit * (60_000 // len(unit)) + end
    start = time.process_time()
    plain.blocks(text + "\n")
    # Generous: a busy machine must not fail it; quadratic work takes a minute.
    assert time.process_time() - start < 5


# Personal data.


@settings(max_examples=1000)
@given(SEEDS)
def test_no_line_with_a_finding_is_harmless(seed: int) -> None:
    chance = random.Random(seed)
    if chance.random() < 0.5:
        text = changed(chance, SOURCES, 40, NUMBERS)
    else:
        text = "".join(
            chance.choice(NUMBERS) if chance.random() < 0.6 else str(chance.randrange(10 ** chance.randrange(1, 9)))
            for _ in range(chance.randrange(1, 30))
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(privacy, "_doubtful", lambda text: text)
        expected = list(privacy.find(text, "a.md"))
    assert list(privacy.find(text, "a.md")) == expected
