"""What the quick compiler makes of a template is what Jinja's own makes of it: the same text, or the same complaint."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, nodes
from jinja2.compiler import CodeGenerator
from markupsafe import Markup

from generator.engine.files import Files
from generator.engine.trace import Answers, MakeError, Query, Reader, Target
from generator.render import filters, kept
from generator.render.environment import Sandbox
from generator.render.making import Maker
from generator.render.templates import find


class Card(msgspec.Struct, frozen=True):
    """A record with what a template may do with it."""

    title: str = "<b>标题</b>"
    marks: tuple[str, ...] = ("置顶", "<i>")
    date: datetime.datetime = datetime.datetime(2026, 3, 8, 9)
    number: int = 3
    empty: str = ""
    nothing: None = None
    html: str = Markup("<p>段落</p>")

    def shout(self, word: str = "喂", *, twice: bool = False) -> str:
        """A method with a named argument."""
        return word * (2 if twice else 1) + "<!"


class Jinja(Sandbox):
    """The same environment with the compiler of Jinja."""

    def _generate(self, source: nodes.Template, name: Any, filename: Any, defer_init: bool = False) -> str:
        generator = CodeGenerator(self, name, filename)
        generator.visit(source)
        return str(generator.stream.getvalue())  # type: ignore[attr-defined]


def values() -> dict[str, Any]:
    """What the templates of these tests are given."""
    cards = (Card(), Card("另一个", (), number=0), Card("A & B"))
    facts = {"地点": "礼堂", "items": 7}
    return {"card": Card(), "cards": cards, "facts": facts, "word": "a<b", "nothing": None, "n": 5, "nobody": ()}


def outcome(environment: Environment, files: Mapping[str, str]) -> str:
    """What two pages of one template say, or its complaint."""
    environment.loader = DictLoader(files)
    environment.filters.update(filters.OWN)
    try:
        template = environment.get_template("page")
        text = f"{template.render(values())}\n{template.render(values())}"
    except RecursionError:
        return "RecursionError"
    except Exception as error:
        text = f"{type(error).__name__}: {error}".replace("generator.render.running", "jinja2.runtime")
    return re.sub(" at 0x[0-9a-f]+", "", text, flags=re.IGNORECASE)


def compare(files: Mapping[str, str]) -> None:
    """Both compilers agree."""
    assert outcome(Sandbox(), files) == outcome(Jinja(), files)


CASES = (Path(__file__).parent / "rendering/templates.txt").read_text(encoding="utf-8").strip().split("\n\n")
"""Templates, one a line with its name; `page` is the one that is asked for."""


@pytest.mark.parametrize("case", CASES)
def test_written_templates(case: str) -> None:
    compare(dict(line.split(": ", 1) for line in case.split("\n")))  # type: ignore[arg-type]


# No constants: Jinja works out an expression of them while it compiles, and complains before there is a page.
ATOMS = st.sampled_from(
    ("card", "cards", "facts", "word", "nothing", "n", "absent", "one", "m", "nobody", "{'x':word}")
)
SHAPES = st.sampled_from(
    (
        "{0}.title", "{0}.absent", "{0}.x", "{0}.upper()", "{0}.shout({1})", "{0}.get({1})", "{0}[{1}]", "{0}['title']",
        "({0} ~ {1})", "({0} or {1})", "({0} and {1})", "(not {0})", "({0} if {1})", "({0} if {1} else {0})",
        "{0}|default({1})", "{0}|join({1})", "{0}|length", "{0}|list", "{0}|first", "{0}|select|list", "{0}|string",
        "{0}|default('d')", "{0}|selectattr('title')|list", "{0}|rejectattr('number', 'equalto', {1})|list",
        "{0}|map(attribute='title')|list", "m({0})", "m({0}, {1})", "m(b={0})", "{0}({1})",
        "({0} == {1})", "({0} in {1})", "({0} + {1})", "{0} is defined",
    )
)  # fmt: skip
EXPRESSIONS = st.recursive(ATOMS, lambda inner: st.builds(str.format, SHAPES, inner, inner), max_leaves=6)
STATEMENTS = st.sampled_from(
    (
        "{{{{ {0} }}}}", "<{{{{ {0} }}}}{{{{ {1} }}}}>", "{{% if {0} %}}{2}{{% else %}}-{{% endif %}}",
        "{{% for one in {0} %}}{2}{{% else %}}-{{% endfor %}}", "{{% for one in cards if {0} %}}{2}{{% endfor %}}",
        "{{% for one in cards %}}{{{{ loop.index }}}}{2}{{% endfor %}}", "{{% set one = {0} %}}{2}",
        "{{% set one %}}{2}{{% endset %}}{{{{ one }}}}", "{{% filter upper %}}{2}{{% endfilter %}}",
        "{{% macro m(a, b={0}) %}}{{{{ a }}}}{2}{{{{ b }}}}{{% endmacro %}}{{{{ m({1}) }}}}",
    )
)  # fmt: skip
PAGES = st.recursive(
    st.builds(str.format, STATEMENTS, EXPRESSIONS, EXPRESSIONS, st.just("t")),
    lambda inner: st.builds(str.format, STATEMENTS, EXPRESSIONS, EXPRESSIONS, inner),
    max_leaves=4,
)


@given(PAGES)
def test_any_template(page: str) -> None:
    compare({"page": page})


@pytest.mark.parametrize(
    "page",
    [
        '{% set x %}<{% include "part" without context %}>{% endset %}{{ x }}',
        '{% macro m() %}<{% include "part" without context %}>{% endmacro %}{{ m() }}',
    ],
)
def test_an_include_in_its_place(page: str) -> None:
    """Jinja writes an include without context before the text that it stands in."""
    assert outcome(Sandbox(), {"page": page, "part": "p"}) == "<p>\n<p>"


def test_filters_of_jinja_keep_their_arguments() -> None:
    """Those that are done quicker here take what Jinja's take, by the same names."""
    page = '{{ cards|join(d=",", attribute="title") }}{{ cards|join(attribute="number") }}'
    compare({"page": page})
    assert filters.QUICK.keys() <= Environment().filters.keys()


class World:
    """Answers with the question itself, and remembers nothing."""

    inputs = frozenset(("setting", "title", "template"))
    fleeting: frozenset[str | int] = frozenset()

    def state(self, query: Query) -> str:
        """The answer."""
        return "/".join(map(str, query))

    def answer(self, query: Query, read: Reader) -> object:
        """The question as a text."""
        return self.state(query)


def maker(root: Path, files: Mapping[str, str], cache: Path | None = None) -> Maker:
    """A maker for a site with these templates."""
    for name, text in files.items():
        path = root / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    make = Maker(root, find(root, Files({}), {}, cache), {})
    make.compile(files)
    return make


def page(make: Maker, name: str, *arguments: str | int) -> tuple[str, tuple[Query, ...]]:
    """What a page says, and what it asked."""
    read = Reader(Answers(World()))
    text = make(Target(f"{arguments}.html", name, arguments), read).decode("utf-8")
    return text, read.reads


FRAME = "{% macro frame(q, here) %}<{{ q.title(here) }}{{ q.settings.name }}{{ here }}>{% endmacro %}"
SHARING = '{% from "frame.html" import frame %}{{ q.settings.name }}{{ q.shared(frame, args[0]) }}'


def test_what_is_shared_is_recorded_for_each_page(tmp_path: Path) -> None:
    files = {"frame.html": FRAME, "page.html": SHARING}
    make = maker(tmp_path, files)
    first = page(make, "page.html", "a")
    assert first[0] == "setting/name<title/asetting/namea>"
    assert ("title", "a") in first[1]
    assert page(make, "page.html", "a") == first == page(maker(tmp_path, files), "page.html", "a")
    assert page(make, "page.html", "b")[0] == "setting/name<title/bsetting/nameb>"


def test_a_shared_piece_knows_what_the_page_had_asked_already(tmp_path: Path) -> None:
    """The first page asks for the name before the piece does, the second does not ask for it at all."""
    other = SHARING.replace("{{ q.settings.name }}", "")
    make = maker(tmp_path, {"frame.html": FRAME, "page.html": SHARING, "other.html": other})
    page(make, "page.html", "a")
    assert ("setting", "name") in page(make, "other.html", "a")[1]


def test_one_and_true_are_two_pieces(tmp_path: Path) -> None:
    text = '{% from "frame.html" import frame %}{{ q.shared(frame, 1) }}{{ q.shared(frame, true) }}'
    make = maker(tmp_path, {"frame.html": "{% macro frame(q, x) %}{{ x }}{% endmacro %}", "page.html": text})
    assert page(make, "page.html")[0] == "1True"


@pytest.mark.parametrize(
    "text",
    [
        "{% macro m(q) %}{{ url }}{% endmacro %}{{ q.shared(m) }}",
        '{% from "state.html" import m %}{{ q.shared(m) }}',
        '{% from "frame.html" import frame %}{{ q.shared(frame, ["a"]) }}',
        '{{ q.shared("frame") }}',
    ],
)
def test_only_what_is_the_same_on_every_page_is_shared(tmp_path: Path, text: str) -> None:
    state = '{% set c = cycler("a", "b") %}{% macro m(q) %}{{ c.next() }}{% endmacro %}'
    make = maker(tmp_path, {"frame.html": FRAME, "state.html": state, "page.html": text})
    with pytest.raises(MakeError) as raised:
        page(make, "page.html")
    assert [found.code for found in raised.value.diagnostics] == ["T007"]


def test_compiled_templates_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"frame.html": FRAME, "page.html": SHARING}
    cache = tmp_path / "cache"
    first = page(maker(tmp_path, files, cache), "page.html", "a")
    assert len(list(cache.iterdir())) == 4  # for each the code, and what it draws in
    monkeypatch.setattr(Sandbox, "_parse", None)
    assert page(maker(tmp_path, files, cache), "page.html", "a") == first


@pytest.mark.parametrize("damage", ["empty", "short", "long", "changed", "another", "folder"])
def test_a_damaged_file_means_compiling_anew(tmp_path: Path, damage: str) -> None:
    files = {"frame.html": FRAME, "page.html": SHARING}
    cache = tmp_path / "cache"
    first = page(maker(tmp_path, files, cache), "page.html", "a")
    paths = sorted(cache.iterdir())
    data = [path.read_bytes() for path in paths]
    for path, other in zip(paths, reversed(data), strict=True):
        path.unlink()
        match damage:
            case "empty":
                path.write_bytes(b"")
            case "short":
                path.write_bytes(other[:-1])
            case "long":
                path.write_bytes(other + b"\0")
            case "changed":
                path.write_bytes(bytes([other[0] ^ 1]) + other[1:])
            case "another":
                path.write_bytes(other)
            case "folder":
                path.mkdir()
    assert page(maker(tmp_path, files, cache), "page.html", "a") == first


def test_a_changed_template_is_compiled_anew(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    page(maker(tmp_path, {"frame.html": FRAME, "page.html": SHARING}, cache), "page.html", "a")
    changed = {"frame.html": FRAME.replace("<", "["), "page.html": SHARING}
    assert page(maker(tmp_path, changed, cache), "page.html", "a")[0] == "setting/name[title/asetting/namea>"
    assert len(list(cache.iterdir())) == 4  # for each the code, and what it draws in


def test_another_program_compiles_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    files = {"frame.html": FRAME, "page.html": SHARING}
    page(maker(tmp_path, files, cache), "page.html", "a")
    before = {path: path.read_bytes() for path in cache.iterdir()}
    monkeypatch.setattr(kept, "tool", lambda: "another")
    page(maker(tmp_path, files, cache), "page.html", "a")
    assert all(path.read_bytes() != data for path, data in before.items())


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    make = maker(tmp_path, {"frame.html": FRAME, "page.html": SHARING}, tmp_path / "cache")
    assert page(make, "page.html", "a")[0] == "setting/name<title/asetting/namea>"
