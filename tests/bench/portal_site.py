"""The site of a corpus as the portal reads it: site.yaml, one Markdown file per entry, a frame of its own."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench.corpus import Corpus, Entry, settings
from tests.bench.fields import Fields, Value

SHIPPED = Path(__file__).parent.parent.parent / "templates"
PLAIN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d|[\w（“《](?:[^:#,\n\"'{}\[\]&*!|>%@`]|\d:\d|://)*(?<!\s)")
"""A text that YAML reads as itself without quotation marks."""
TINY = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{{ q.title(args[0]) }}</title>
</head>
<body>
<h1>{{ q.title(args[0]) }}</h1>
{{ q.body(args[0]) }}
</body>
</html>
"""
EVENTS = """\
{% extends "parts/list.html" %}
{% from "parts/cards.html" import diary %}
{% from "parts/calendar.html" import subscription %}
{% block before %}
{{ subscription(q, "events/" if facet != "kind" else q.division("events", "kind", value)) }}
{% endblock %}
{% block members %}
{% set over = listing.cards|marked("已结束") %}
{% set next = listing.cards|unmarked("已结束") %}
{% for title, cards in (("接下来", next), ("已经结束", over)) if cards %}
<h2>{{ title }}</h2>
{{ diary(cards, q) }}
{% endfor %}
{% endblock %}
"""
"""The list of events without the table of a month, which Hugo's side does not draw."""
BARE = "<!doctype html>\n<title>%s</title>\n"
TINY_SETTINGS: Fields = {
    "name": "Tiny pages",
    "description": "Many small pages.",
    "language": "en",
    "base_url": "https://portal.example.org/",
    "brand": {"name": "Tiny"},
    "footer": {"sponsor": "Bench"},
}


def write(folder: Path, corpus: Corpus) -> None:
    """Write the site of a corpus into an empty folder."""
    for collection in corpus.sizes:
        (folder / "content" / collection).mkdir(parents=True)
    (folder / "site.yaml").write_text(yaml(settings()), encoding="utf-8")
    (folder / "templates").mkdir()
    shutil.copy(SHIPPED / "base.html", folder / "templates" / "base.html")
    (folder / "templates" / "lists").mkdir()
    (folder / "templates" / "lists" / "events.html").write_text(EVENTS, encoding="utf-8")
    for entry in corpus:
        (folder / "content" / f"{entry.id}.md").write_text(source(entry), encoding="utf-8")


def source(entry: Entry) -> str:
    """The file of an entry."""
    return f"---\n{yaml(entry.fields)}---\n{entry.body}"


def write_tiny(folder: Path, count: int) -> None:
    """Write a site of small pages, whose templates show a title and a text and nothing else."""
    pages = folder / "content" / "pages"
    pages.mkdir(parents=True)
    (folder / "site.yaml").write_text(yaml(TINY_SETTINGS), encoding="utf-8")
    (folder / "templates" / "entries").mkdir(parents=True)
    (folder / "templates" / "entries" / "pages.html").write_text(TINY, encoding="utf-8")
    for name, title in (("home", "Home"), ("404", "Not found"), ("sitemap", "Site map")):
        (folder / "templates" / f"{name}.html").write_text(BARE % title, encoding="utf-8")
    for number in range(1, count + 1):
        fields: Fields = {"title": tiny_title(number), "date": "2025-01-01 09:00"}
        (pages / f"page-{number}.md").write_text(f"---\n{yaml(fields)}---\n{tiny_text(number)}\n", encoding="utf-8")


def tiny_title(number: int) -> str:
    """The title of a small page."""
    return f"Page number {number}"


def tiny_text(number: int) -> str:
    """The one sentence of a small page."""
    return f"This is the sentence of page {number}, which has no other."


def yaml(fields: Mapping[str, Value]) -> str:
    """A mapping in the block style that editors write."""
    return "\n".join(_mapping(fields, "")) + "\n"


def _mapping(fields: Mapping[str, Value], indent: str) -> Iterator[str]:
    for key, value in fields.items():
        if isinstance(value, Mapping):
            yield f"{indent}{key}:"
            yield from _mapping(value, indent + "  ")
        elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
            yield f"{indent}{key}:"
            for one in value:
                assert isinstance(one, Mapping)
                first, *rest = _mapping(one, indent + "    ")
                yield f"{indent}  - {first.strip()}"
                yield from rest
        elif isinstance(value, list):
            yield f"{indent}{key}: [{', '.join(map(_scalar, value))}]"
        else:
            yield f"{indent}{key}: {_scalar(value)}"


def _scalar(value: Value) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value)
    return text if PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
