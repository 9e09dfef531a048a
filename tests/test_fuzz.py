"""Sources changed at random: whatever stands in a file, it is read in time, with a message at a place that is there.

PORTAL_FUZZ sets how many variants of each sample are tried, PORTAL_FUZZ_SEED which; a failure names the variant.
"""

from __future__ import annotations

import datetime
import os
import random
import shutil
import signal
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from generator import build
from generator.diagnostics import (
    INVISIBLE,
    Diagnostic,
    Span,
    as_github,
    as_json,
    as_sarif,
    as_text,
    errors,
    in_order,
    problem,
)
from generator.engine.files import Files
from generator.model import office
from generator.model.collections import COLLECTIONS
from generator.model.decoding import decode
from generator.render import templates
from generator.sources import folders
from tests.broken import complete

ROOT = Path(__file__).parent.parent
COUNT = int(os.environ.get("PORTAL_FUZZ", "15"))
SEED = os.environ.get("PORTAL_FUZZ_SEED", "1")
SECONDS = 5.0
SITES = [ROOT, *sorted(path for path in (ROOT / "tests/portals").glob("*") if (path / "site.yaml").exists())]
SOURCES = sorted(
    path.relative_to(ROOT)
    for site in SITES
    for pattern in ("site.yaml", "content/*/**/*.md", "content/*/**/*.yaml", "templates/**/*.html")
    for path in site.glob(pattern)
    if "static" not in path.parts
)
# A long run is divided, so that the time allowed for one test is enough for its part.
PART = 100

SPECIAL = [
    *":-?[]{},#&*!|>'\"%@`~<=\\\t\r\n/()_^$+. ",
    "---\n",
    "\n---\n",
    "...\n",
    ": ",
    "- ",
    "? ",
    "<<: *a\n",
    "&a ",
    "*a",
    "!!python/object ",
    "|\n",
    ">-\n",
    "**",
    "~~",
    "](",
    "![",
    "[^1]",
    "[^1]: ",
    "<!--",
    "-->",
    "::: ",
    ":::\n",
    "```\n",
    "    ",
    "> ",
    "1. ",
    "| a |\n| - |\n",
    "<b>",
    "&amp;",
    "&#0;",
    "ref:",
    "javascript:",
    "https://[",
    "//",
    "{{",
    "}}",
    "{%",
    "%}",
    "{% include ",
    "{#",
    "entries:\n",
    "defaults:\n",
    "id: ",
    "9999-12-31",
    "0001-01-01",
    "0",
    "-1",
    "9" * 30,
    "null",
    "是",
    "draft",
]
ODD = [
    "\x00",
    "\x1b[31m",
    "\x7f",
    "\x85",
    "\u00a0",
    "\u00ad",
    "\u200b",
    "\u200d",
    "\u2028",
    "\u2029",
    "\u202e",
    "\u3000",
    "\ufeff",
    "\ufffd",
    "\uffff",
    "\U0001f468\u200d\U0001f469",
    "\U00020000",
    "\U0010ffff",
    "e\u0301",
    "e" + "\u0301" * 50,
    "：",
    "，",
    "“",
    "１２",
    "②",
    "\u0661",
    "ǅ",
    "ﬁ",
    "İ",
    "\ud800".encode("utf-8", "surrogatepass"),
    b"\xff",
    b"\xc0\x80",
    "关于".encode("gbk"),
]
Change = Callable[[random.Random, bytes], bytes]


def _place(chance: random.Random, data: bytes) -> int:
    """A place between two characters, mostly; now and then inside one."""
    at = chance.randint(0, len(data))
    while chance.random() < 0.95 and 0 < at < len(data) and data[at] & 0xC0 == 0x80:
        at -= 1
    return at


def flip(chance: random.Random, data: bytes) -> bytes:
    """One bit of one byte."""
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def delete(chance: random.Random, data: bytes) -> bytes:
    """A stretch is gone."""
    at = _place(chance, data)
    return data[:at] + data[at + chance.choice((1, 2, 3, 10, 100)) :]


def truncate(chance: random.Random, data: bytes) -> bytes:
    """The end is gone."""
    return data[: _place(chance, data)]


def insert(chance: random.Random, data: bytes) -> bytes:
    """A character or word that means something to YAML, Markdown or Jinja, or an odd one."""
    at = _place(chance, data)
    word = chance.choice(chance.choice((SPECIAL, ODD)))
    return data[:at] + (word if isinstance(word, bytes) else word.encode("utf-8")) + data[at:]


def insert_at_line(chance: random.Random, data: bytes) -> bytes:
    """The same at the beginning or the end of a line, where it means most."""
    lines = data.split(b"\n")
    number = chance.randrange(len(lines))
    word = chance.choice(SPECIAL).encode()
    line = lines[number]
    key, colon, value = line.partition(b": ")
    lines[number] = chance.choice((word + line, line + word, key + colon + word, key + colon + word + value))
    return b"\n".join(lines)


def repeat(chance: random.Random, data: bytes) -> bytes:
    """A line, or a character of it, very often."""
    lines = data.split(b"\n")
    number = chance.randrange(len(lines))
    times = chance.choice((2, 3, 40, 1000, 20_000))
    if chance.random() < 0.5:
        lines[number] = b"\n".join([lines[number]] * min(times, 500_000 // (len(lines[number]) + 1)))
    else:
        word = chance.choice([*SPECIAL, *(o for o in ODD if isinstance(o, str))]).encode("utf-8", "surrogatepass")
        lines[number] += word * min(times, 200_000 // len(word))
    return b"\n".join(lines)


def swap(chance: random.Random, data: bytes) -> bytes:
    """Two lines change places."""
    lines = data.split(b"\n")
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"\n".join(lines)


def drop_line(chance: random.Random, data: bytes) -> bytes:
    """A line is gone."""
    lines = data.split(b"\n")
    del lines[chance.randrange(len(lines))]
    return b"\n".join(lines)


def indent(chance: random.Random, data: bytes) -> bytes:
    """A line stands elsewhere."""
    lines = data.split(b"\n")
    number = chance.randrange(len(lines))
    lines[number] = chance.choice((b" ", b"  ", b"\t", b"        ")) + lines[number].lstrip()
    return b"\n".join(lines)


def line_ends(chance: random.Random, data: bytes) -> bytes:
    """Those of another system."""
    return data.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\r", b"\xc2\x85", b"\xe2\x80\xa8")))


def encode(chance: random.Random, data: bytes) -> bytes:
    """Saved in another encoding."""
    return data.decode("utf-8", "replace").encode(chance.choice(("utf-8-sig", "gb18030", "utf-16")), "replace")


CHANGES: Sequence[Change] = (
    *(flip, delete, truncate, insert, insert, insert_at_line, insert_at_line, insert_at_line),
    *(repeat, repeat, swap, drop_line, indent, line_ends, encode),
)


def variant(name: str, number: int, data: bytes) -> bytes:
    """The same text every time for the same name, number and seed."""
    chance = random.Random(f"{SEED}:{name}:{number}")
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        data = chance.choice(CHANGES)(chance, data or b"\n")
    return data


@contextmanager
def in_time(what: str) -> Iterator[None]:
    """Fail when something takes more of the processor's time than an editor would wait, and end it at twice as much."""

    def late(*_: Any) -> None:
        raise AssertionError(f"{what}: more than {2 * SECONDS} seconds")

    before = signal.signal(signal.SIGVTALRM, late)
    start = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, 2 * SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    assert time.process_time() - start < SECONDS, what


def right(found: Sequence[Diagnostic], path: str, data: bytes, what: str) -> None:
    """Every place is in the file, and every message can be shown in each language and form."""
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")

    def line_of(_: str, number: int) -> str:
        return lines[number - 1]

    for one in found:
        span: Span = one.span
        assert span.path == path, what
        assert 0 <= span.line <= len(lines), (what, one)
        assert span.line == 0 or 1 <= span.column <= len(lines[span.line - 1]) + 1, (what, one)
        assert span.length >= 1, (what, one)
    # Thousands of them take long to show, and show nothing more.
    shown = in_order(found)[:50]
    for language in ("zh", "en"):
        printed = as_text(shown, language, line_of, lambda text, _: text)
        assert printed.count("\n") <= 4 * len(shown), what
        hidden = {char for char in set(printed) - {"\n"} if unicodedata.category(char) in INVISIBLE}
        assert not hidden, (what, hidden)
        for form in (as_json, as_github, as_sarif):
            form(shown, language).encode("utf-8")


def parts() -> list[Any]:
    """Each source, with a stretch of the numbers of its variants."""
    starts = range(0, COUNT, PART)
    return [pytest.param(path, start, id=f"{path}-{start}") for path in SOURCES for start in starts]


@pytest.mark.parametrize(("path", "start"), parts())
def test_any_text_is_read(path: Path, start: int, tmp_path: Path) -> None:
    """No exception, in time, and with messages that hold."""
    data = (ROOT / path).read_bytes()
    for number in range(start, min(start + PART, COUNT)):
        changed = variant(str(path), number, data)
        what = f"{path}, variant {number} of seed {SEED}"
        with in_time(what):
            shown, found = read(path, changed, tmp_path)
        right(found, shown, changed, what)


def read(path: Path, data: bytes, folder: Path) -> tuple[str, Sequence[Diagnostic]]:
    """Read a text as the file that it came from."""
    if path.name == "site.yaml":
        (folder / "site.yaml").write_bytes(data)
        return "site.yaml", office.read(folder, Files({})).diagnostics
    if "templates" in path.parts:
        shown = "/".join(path.parts[path.parts.index("templates") :])
        analysis = templates._analyse(data)
        return shown, [problem(code, Span(shown, line, 1), said=said) for code, line, said in analysis.problems]
    shown = "/".join(path.parts[path.parts.index("content") :])
    return shown, decode(shown, data, COLLECTIONS[shown.split("/")[1]]).diagnostics


@pytest.mark.parametrize("number", range(max(2, COUNT // 10)))
@pytest.mark.parametrize("site", SITES, ids=lambda path: path.name if path != ROOT else "this")
def test_a_site_of_any_texts_is_built(site: Path, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some files changed: those that can be read go through every later stage, the others only as far as messages."""
    monkeypatch.setattr(folders, "shipped", lambda: Path("absent"))
    shutil.copytree(site / "content", tmp_path / "content")
    shutil.copy(site / "site.yaml", tmp_path)
    complete(tmp_path)
    own = [path for path in SOURCES if (ROOT / path).is_relative_to(site / "content")]
    chance = random.Random(f"{SEED}:{site.name}:{number}")
    for path in chance.sample(own, min(len(own), 25)):
        for attempt in range(5):
            changed = variant(f"{path} in {number}", attempt, (ROOT / path).read_bytes())
            shown, found = read(path, changed, tmp_path)
            if not errors(found):
                (tmp_path / shown).write_bytes(changed)
                break
    for strict in (False, True):
        report = build.build(
            build.Options(
                site=tmp_path, jobs=1, today=datetime.date(2026, 11, 22), drafts=number % 2 == 1, strict=strict
            )
        )
        assert report.ok == (not errors(report.diagnostics, strict=strict))
        as_text(report.diagnostics, "zh", lambda *_: "", lambda text, _: text)


@pytest.mark.parametrize("number", range(max(3, COUNT)))
def test_templates_of_any_text_make_a_page_or_a_message(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A template that was changed fails on its pages, with a message, or makes them."""
    monkeypatch.setattr(folders, "shipped", lambda: Path("absent"))
    complete(tmp_path)
    page = tmp_path / "content/pages/about.md"
    page.parent.mkdir(parents=True)
    page.write_text("---\n标题: 关于\n发布时间: 2026-11-01\n---\n正文\n", encoding="utf-8")
    text = (
        '{% extends "base.html" %}\n{% import "parts.html" as parts %}\n{% block main %}\n'
        "<h1>{{ q.title(args[0]) }}</h1>\n"
        "{% for item in q.menu %}{{ parts.link(item.label, q.href(item.url)) }}{% else %}-{% endfor %}\n"
        "{{ q.body(args[0]) }}{% set e = q.entry(args[0]) %}{{ e.date|moment }}\n"
        "{% include 'foot.html' %}\n{% endblock %}\n"
    )
    others = {
        "base.html": "<!doctype html>\n<title>{{ q.settings.name }}</title>\n{% block main %}{% endblock %}\n",
        "parts.html": '{% macro link(text, url) %}<a href="{{ url }}">{{ text }}</a>{% endmacro %}\n',
        "foot.html": "<footer>{{ q.settings.footer.sponsor }}</footer>\n",
        "entries/pages.html": text,
    }
    for name, given in others.items():
        changed = variant(f"template {name}", number, given.encode()) if number else given.encode()
        (tmp_path / "templates" / name).write_bytes(changed)
    with in_time(f"templates, variant {number} of seed {SEED}"):
        report = build.build(build.Options(site=tmp_path, jobs=1, today=datetime.date(2026, 11, 22)))
    if number == 0:
        assert report.ok, report.diagnostics
        assert "about/index.html" in report.made
    as_text(report.diagnostics, "en", lambda *_: "", lambda text, _: text)
