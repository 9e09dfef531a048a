"""The documents agree with the code: tables are generated from it, and what is written by hand is compared with it.

`ACCEPT=1 pytest tests/test_docs.py` writes docs/diagnostics.md and docs/fields.md again.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import click
import msgspec
import pytest

from generator import build, cli, diagnostics, printing, steps
from generator.model.collections import COLLECTIONS
from generator.model.entry import Entry
from generator.model.settings import Settings
from generator.render.environment import syntax
from generator.render.portal import PLAIN, Portal
from generator.render.templates import Templates
from generator.site import cards, values
from generator.site.addresses import Base
from generator.site.plan import plan
from generator.site.world import INPUTS, QUESTIONS, Site
from generator.sources.body import Heading
from generator.sources.fields import EXAMPLES, Form, Kind, Shape, Spec, specs
from generator.sources.markdown.anchors import RESERVED
from tests import portal as portals

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
GUIDE = ROOT / "README.zh-CN.md"
NOTE = "<!-- Written by `make docs` from the code; a change by hand is lost. -->"

FAMILIES = {
    "Y": ("YAML 的写法", "the YAML of a file"),
    "S": ("文件", "the file itself"),
    "F": ("一条内容的各项", "the fields of an entry"),
    "M": ("正文", "the text"),
    "R": ("各栏目的规则", "the rules of a content type"),
    "X": ("不能公开的", "what must never be published"),
    "C": ("内容之间", "entries together"),
    "T": ("模板", "templates"),
    "B": ("生成", "building"),
    "P": ("网站的设置", "the settings of the portal"),
    "K": ("完整网站的检查（`portal check`）", "checks of the finished site (`portal check`)"),
}
LEVELS = {"error": "错误 error", "warning": "警告 warning", "note": "提示 note"}


def cell(text: str) -> str:
    """A text in a table, shown as it is."""
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", text).replace("\n", " ")


def row(*cells: str) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |"


def diagnostics_page() -> str:
    """docs/diagnostics.md, from generator/messages.toml."""
    table = diagnostics.messages()
    lines = [
        NOTE,
        "",
        "# 诊断信息 / Diagnostics",
        "",
        "每条信息都说明在哪个文件的哪一行、哪里不对、应当怎样写。错误会让整个网站或者那一页保持上一次的样子；警告和提示不会。",
        "`--strict` 把警告也当作错误。花括号里的词由程序填写。",
        "",
        "Each message names the file, the line and the column, what is wrong, and what to write instead.",
        "An error leaves the site, or the page concerned, as it was; warnings and notes do not.",
        "`--strict` counts warnings as errors. The program fills in the words in braces.",
    ]
    for letter, (chinese, english) in FAMILIES.items():
        found = sorted(code for code in table if code[0] == letter)
        lines += ["", f"## {letter}: {chinese} / {english}", ""]
        lines += [row("代码 code", "级别 level", "中文", "怎样写", "English", "what to write"), row(*["---"] * 6)]
        for code in found:
            one = table[code]
            texts = (one.text["zh"], one.help["zh"], one.text["en"], one.help["en"])
            shown = [cell(text.replace("{{", "{").replace("}}", "}")) for text in texts]
            lines.append(row(code, LEVELS[one.level], *shown))
    return "\n".join([*lines, ""])


KINDS: Mapping[Kind, str] = {
    "int": "整数",
    "bool": "是 / 否",
    "date": "日期",
    "datetime": "日期和时间",
    "choice": "选一个",
}
FORMS: Mapping[Form, str] = {
    "text": "文字",
    "month": "年月",
    "phone": "电话",
    "url": "网址",
    "slug": "小写英文、数字和连字符",
    "file": "文件名",
    "number": "数字",
    "time": "时间",
    "colour": "颜色",
    "language": "语言代码",
    "zone": "时区",
}


def type_of(spec: Spec, shape: Shape) -> str:
    """What one writes there, in a few words."""
    match shape.kind:
        case "list":
            assert shape.item is not None
            return f"列表：{type_of(spec, shape.item)}"
        case "record":
            return f"[一组 {shape.type.__name__}](#{shape.type.__name__.lower()})"
        case "written":
            return f"写成“{shape.type.EXAMPLE}”"
        case "str" if spec.field.refs:
            where = "、".join(f"`{name}/…`" for name in spec.field.refs if name != "*")
            return f"编号 {where}".strip() if where else "任何内容的编号"
        case "str":
            example = f"，如 `{EXAMPLES[spec.field.form]}`" if spec.field.form != "text" else ""
            return FORMS[spec.field.form] + example
        case "date" | "datetime":
            return f"{KINDS[shape.kind]}，如 `{EXAMPLES[shape.kind]}`"
        case "int" if spec.field.least is not None or spec.field.most is not None:
            least, most = ("" if limit is None else str(limit) for limit in (spec.field.least, spec.field.most))
            return f"整数 {least}–{most}"
        case _:
            return KINDS[shape.kind]


def field_row(spec: Spec) -> str:
    """One field."""
    choices = (spec.shape.item or spec.shape).choices
    shown = "、".join(cell(choice) for choice in choices if choice)
    also = f"也可以写作 {'、'.join(f'`{key}`' for key in spec.field.also)}" if spec.field.also else ""
    hint = "；".join(part for part in (cell(spec.field.help), also) if part)
    needed = "必填" if spec.required else ""
    return row(f"`{spec.name}`", spec.field.label, type_of(spec, spec.shape), needed, shown, hint)


def field_table(found: list[Spec]) -> list[str]:
    """The table of some fields."""
    head = row("键 key", "中文 label", "类型 type", "必填 required", "可以写的值 values", "说明 help")
    return [head, row(*["---"] * 6), *map(field_row, found)]


def groups_in(types: list[type[msgspec.Struct]]) -> list[type[msgspec.Struct]]:
    """The records that stand in fields of these, in the order in which they are met."""
    found: dict[type[msgspec.Struct], None] = {}
    waiting = list(types)
    while waiting:
        for spec in specs(waiting.pop(0)):
            shape = spec.shape.item or spec.shape
            if shape.kind == "record" and shape.type not in found:
                found[shape.type] = None
                waiting.append(shape.type)
    assert len({group.__name__ for group in found}) == len(found), "two groups of one name need two headings"
    return list(found)


def fields_page() -> str:
    """docs/fields.md, from the declarations of the model."""
    lines = [
        NOTE,
        "",
        "# 每个栏目可以写什么 / The fields of every collection",
        "",
        "键可以写英文的，也可以写中文的，意思一样，同一个键只写一次。“一组”是下一级缩进两格的几行“键: 值”，",
        "各组的写法在[最后](#groups)。除了这里的键，列表文件里每一条还要有 `id`（`编号`）。",
        "",
        "A key is written by its English name or its Chinese label. Enumerated values are written in Chinese.",
        "",
        "## 所有栏目都有的 / Common fields",
        "",
        *field_table(list(specs(Entry))),
    ]
    common = set(specs(Entry))
    for collection in COLLECTIONS.values():
        lines += ["", f"## {collection.name} {collection.label}", "", f"{collection.description}。", ""]
        own = [spec for spec in specs(collection.type) if spec not in common]
        lines += field_table(own) if own else ["没有别的键。"]
    lines += ["", "## site.yaml", "", *field_table(list(specs(Settings)))]
    lines += ["", "## Groups", "", "缩进在一个键下面的几行。"]
    for group in groups_in([Entry, *(collection.type for collection in COLLECTIONS.values()), Settings]):
        lines += ["", f"### {group.__name__}", "", f"{inspect.getdoc(group)}", "", *field_table(list(specs(group)))]
    return "\n".join([*lines, ""])


PAGES: Mapping[str, Callable[[], str]] = {"docs/diagnostics.md": diagnostics_page, "docs/fields.md": fields_page}


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_those_of_the_code(name: str) -> None:
    if os.environ.get("ACCEPT"):
        (ROOT / name).write_text(PAGES[name](), encoding="utf-8")
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name](), "make docs writes it again"


def test_every_code_has_a_family() -> None:
    assert {code[0] for code in diagnostics.messages()} == set(FAMILIES)


def test_every_form_has_a_name() -> None:
    assert set(FORMS) == set(get_args(Form))


@pytest.mark.parametrize("name", cli.commands.commands)
def test_readme_has_every_option(name: str) -> None:
    """The row of a command names its arguments and options, all of them and no other."""
    command = cli.commands.commands[name]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [line for line in text.split("\n") if re.match(rf"\| `portal {name}[ `]", line)]
    assert len(rows) == 1
    options = {opt for param in command.params if isinstance(param, click.Option) for opt in param.opts}
    assert set(re.findall(r"--[a-z-]+", rows[0])) == options
    for param in command.params:
        if isinstance(param, click.Argument):
            assert (param.name or "").upper() in rows[0]


def test_readme_has_every_exit_code() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for code in (0, cli.CONTENT_WRONG, cli.USAGE_WRONG, cli.FAULT):
        assert re.search(rf"^\| {code} \|", text, re.MULTILINE), code


def test_readme_has_every_export_and_check() -> None:
    for folder in ("generator/checks", "generator/exports"):
        for path in (ROOT / folder).glob("[a-z]*.py"):
            text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
            assert f"`{path.stem}`" in text, path


TEMPLATES = ROOT / "docs/templates.md"


def signature(function: Callable[..., Any]) -> str:
    """The parameters after the first, without their types."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    bare = [one.replace(annotation=inspect.Parameter.empty, name=one.name.rstrip("_")) for one in parameters]
    return str(inspect.Signature(bare)).replace("'", '"')


def questions() -> Iterator[str]:
    """Every way to ask, as it is written in a template."""
    for name, found in vars(Portal).items():
        if isinstance(found, property):
            yield f"q.{name}"
        elif not name.startswith("_"):
            yield f"q.{name}{signature(found)}"
    for name in PLAIN:
        yield f"q.{name}{signature(QUESTIONS[name])}"


def test_templates_page_has_every_reserved_id() -> None:
    text = TEMPLATES.read_text(encoding="utf-8")
    assert [name for name in sorted(RESERVED) if f"`{name}`" not in text] == []


def test_templates_page_has_every_question_and_no_other() -> None:
    written = re.findall(r"^\| `(q\.[^`]+)`", TEMPLATES.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(written) == sorted(questions())


def test_templates_page_has_every_recorded_question(tmp_path: Path) -> None:
    text = TEMPLATES.read_text(encoding="utf-8")
    asked = {*QUESTIONS, *INPUTS, "template", "asset", "asset-digest", "integrity"}
    written = re.search(r"## What `portal explain` prints\n(.*?)\n## ", text, re.DOTALL)
    assert written is not None
    assert set(re.findall(r"^\| `([a-z-]+)", written[1], re.MULTILINE)) == asked


def test_templates_page_has_every_filter() -> None:
    from generator.render.environment import build as environment

    added = environment(Templates({}, {}, ())).filters.keys() - syntax().filters.keys()
    written = re.search(r"^## Filters\n(.*?)^## ", TEMPLATES.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert written is not None
    assert set(re.findall(r"^\| `([a-z]+)`", written[1], re.MULTILINE)) == added


def test_templates_page_has_every_field_of_an_answer() -> None:
    text = TEMPLATES.read_text(encoding="utf-8")
    answers = [one for one in vars(values).values() if inspect.isclass(one) and one.__module__ == values.__name__]
    every: list[Any] = [*answers, cards.Card, Heading, Base]
    for one in every:
        line = next((line for line in text.split("\n") if line.startswith(f"| `{one.__name__}`")), "")
        assert re.findall(r"`(\w+)`", line)[1:] == list(one.__struct_fields__), one.__name__


def test_templates_page_has_every_template() -> None:
    """Every maker of a target that is a template, for the portal of this repository, has a line with its arguments."""
    prepared = steps.prepare(build.Options(site=ROOT, jobs=1))
    assert isinstance(prepared.site, Site)
    makers = {target.maker for target in plan(prepared.site, ()) if ":" not in target.maker}
    text = TEMPLATES.read_text(encoding="utf-8")
    for maker in makers:
        assert f"`{re.sub('/[a-z]+[.]', '/COLLECTION.', maker)}`" in text, maker


FENCE = re.compile(r"^(`{3,}).*?^\1`*$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def anchor(heading: str) -> str:
    """The id that a git host gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    for link in re.findall(r"(?<!\\)\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, fragment = link.partition("#")
        goal = (path.parent / name) if name else path
        assert goal.exists(), link
        if fragment:
            headings = HEADING.findall(FENCE.sub("", goal.read_text(encoding="utf-8")))
            assert fragment in map(anchor, headings), link


EXAMPLE = re.compile(r"^`(content/[^`]+)`[^\n]*\n+```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ERROR = re.compile(r"^```text\n(content/.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def portal(tmp_path: Path) -> portals.Portal:
    """A site of the examples in the editors' guide."""
    examples = EXAMPLE.findall(GUIDE.read_text(encoding="utf-8"))
    assert len(examples) >= 3
    return portals.Portal.of(tmp_path / "site", {**dict(examples), "content/news/photo.jpg": b"\xff\xd8\xff\xd9"})


def test_examples_of_the_guide_build(portal: portals.Portal) -> None:
    built = portal.build()
    assert built.report.ok
    assert built.diagnostics == ()


def test_errors_of_the_guide_are_real(portal: portals.Portal) -> None:
    """What the guide shows of two mistakes is what the program says."""
    shown = ERROR.findall(GUIDE.read_text(encoding="utf-8"))
    assert len(shown) == 2
    portal.replace("content/news/winter-hours.md", "关键词:", "关健词:")
    portal.replace("content/news/winter-hours.md", "ref:pages/about", "ref:pages/abuot")
    found = diagnostics.as_text(
        portal.build().diagnostics, "zh", printing.reader(portal.folder), lambda text, level: text
    )
    for text in shown:
        assert text.strip() in found


def test_documents_name_no_place_on_a_machine() -> None:
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])/(home|root|work|tmp|Users)/", text), path
