"""The site of a corpus as Hugo reads it: the same texts and fields, and layouts that show the same.

What an editor writes for the portal is written for Hugo as its users would: references as paths, links as addresses,
the values that divide a list as taxonomies, the rank in a list as weight. JSON front matter, because Hugo reads it
faster than YAML. `hugo --source FOLDER --destination OUT` builds it, without search and without minifying.
"""

from __future__ import annotations

import json
import re
import shutil
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from generator.engine.trace import digest_bytes
from generator.exports import brand
from generator.model.collections import COLLECTIONS
from generator.model.matters import STAGE_LABELS, STAGES
from generator.render.templates import hashed
from generator.site.addresses import of_brand, of_list
from generator.site.catalog import BRANCH_RANK, CROSS, DEPARTMENT_RANK
from generator.site.listing import feed_of
from tests.bench.corpus import Corpus, Entry, settings
from tests.bench.fields import Fields, Value
from tests.bench.portal_site import SHIPPED, TINY_SETTINGS, tiny_text, tiny_title

LAYOUTS = Path(__file__).parent / "hugo"
REFERENCE = re.compile(rf"(?:{'|'.join(COLLECTIONS)})/[a-z]+-\d{{6}}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
LINK = re.compile(r"\]\(ref:(?:pages/)?([^)]+)\)")
COLOUR = "#a61b1f"
RANKED = 1_000_000
"""More entries than any collection has: a weight is the rank times this, and the number of the entry."""


def write(folder: Path, corpus: Corpus) -> None:
    """Write the site of a corpus into an empty folder."""
    shutil.copytree(LAYOUTS / "portal", folder, dirs_exist_ok=True)
    config = folder / "config" / "_default"
    _json(config / "taxonomies.json", {name: name for name in _taxonomies()})
    _json(config / "params.json", {**settings(), "columns": _columns(corpus), "assets": _assets(folder / "static")})
    for collection in corpus.sizes:
        (folder / "content" / collection).mkdir(parents=True, exist_ok=True)
        _json(folder / "content" / collection / "_index.md", _section(collection))
    for entry in corpus:
        (folder / "content" / f"{entry.id}.md").write_text(source(entry), encoding="utf-8")


def write_tiny(folder: Path, count: int) -> None:
    """Write a site of small pages, whose layouts show a title and a text and nothing else."""
    shutil.copytree(LAYOUTS / "tiny", folder, dirs_exist_ok=True)
    _assets(folder / "static")
    _json(folder / "config" / "_default" / "params.json", {"description": str(TINY_SETTINGS["description"])})
    (folder / "content").mkdir(exist_ok=True)
    for number in range(1, count + 1):
        head = json.dumps({"title": tiny_title(number), "date": "2025-01-01T09:00:00+08:00"})
        (folder / "content" / f"page-{number}.md").write_text(f"{head}\n{tiny_text(number)}\n", encoding="utf-8")


def _assets(folder: Path) -> Fields:
    """Copy stylesheet and scripts under the names that the portal gives them; what a page says of each, by its name."""
    (folder / "assets").mkdir(parents=True)
    found: Fields = {}
    for path in sorted((SHIPPED / "assets").iterdir()):
        data = path.read_bytes()
        published = hashed(path.name, digest_bytes(data))
        (folder / published).write_bytes(data)
        integrity = f"sha256-{b64encode(sha256(data).digest()).decode()}"
        found[path.name] = {"url": f"/{published}", "integrity": integrity}
    # That of both sites: the corpus has the colour that a site has which names none.
    (folder / of_brand(COLOUR)).write_bytes(brand.stylesheet(COLOUR))
    return found


def source(entry: Entry) -> str:
    """The file of an entry."""
    fields = dict(entry.fields)
    head: Fields = {"title": fields.pop("title"), "date": _moment(fields.pop("date"))}
    if "updated" in fields:
        head["lastmod"] = _moment(fields.pop("updated"))
    if weight := _weight(entry):
        head["weight"] = weight
    head |= {name: [*values] for name, values in divided(entry).items() if values}
    head["params"] = {key: _adapted(value) for key, value in fields.items()}
    body = LINK.sub(r"](/\1/)", entry.body)
    return f"{json.dumps(head, ensure_ascii=False)}\n{body}"


def divided(entry: Entry) -> dict[str, list[str]]:
    """The terms of an entry by taxonomy; one for each level of an area."""
    return {
        f"{entry.collection}/{facet.segment}": list(dict.fromkeys(_terms(entry, facet.name)))
        for facet in COLLECTIONS[entry.collection].facets
    }


def _terms(entry: Entry, facet: str) -> Iterable[str]:
    fields: Mapping[str, Any] = entry.fields
    match entry.collection, facet:
        case "branches", "area":
            areas = [area.split() for area in fields.get("origin_areas", ())]
            return ["/".join(parts[:depth]) for parts in areas for depth in range(1, len(parts) + 1)]
        case "branches", "stationed":
            return ["".join(fields["stationed_in"].split()[-2:])] if "stationed_in" in fields else []
        case "branches", "industry":
            return [*filter(None, (fields.get("industry"), *fields.get("industries", ())))]
        case "events", "month":
            return [fields["start"][:7]]
        case "lessons" | "news", "year":
            return [fields.get("start", fields["date"])[:4]]
        case "matters", "stage":
            return [[STAGE_LABELS[name] for name in STAGES if name in fields["stages"]][-1]]
        case "items", "cross":
            return [CROSS, fields["cross_mode"]] if fields["scope"] == "跨省" else []
    names = {"client": "clients", "theme": "themes", "case": "case_type", "channel": "channels"}
    value = fields.get(names.get(facet, facet), ())
    return value if isinstance(value, list) else filter(None, [value])


def _weight(entry: Entry) -> int:
    """The place in lists that are not ordered by date; a list by date has only those at the top before the others."""
    if COLLECTIONS[entry.collection].order != "title":
        return int(bool(entry.fields.get("top")))
    rank = {
        "branches": BRANCH_RANK.get(str(entry.fields.get("type")), 0),
        "items": DEPARTMENT_RANK.get(str(entry.fields.get("department")), 0),
    }.get(entry.collection, 0)
    return rank * RANKED + int(entry.slug.rpartition("-")[2])


def _moment(value: Value) -> str:
    return f"{str(value).replace(' ', 'T')}:00+08:00"


def _adapted(value: Value) -> Value:
    """References as Hugo wants paths, from the root of the content; moments as it reads them."""
    if isinstance(value, str):
        return f"/{value}" if REFERENCE.fullmatch(value) else _moment(value) if MOMENT.fullmatch(value) else value
    if isinstance(value, list):
        return [_adapted(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _adapted(one) for key, one in value.items()}
    return value


def _taxonomies() -> list[str]:
    return [f"{name}/{facet.segment}" for name, column in COLLECTIONS.items() for facet in column.facets]


def _columns(corpus: Corpus) -> dict[str, Any]:
    """What the office calls each collection, how its list is divided and ordered; the menu in its order."""
    listed: Any = settings()["columns"]
    given = {column["collection"]: column for column in listed}
    found: dict[str, Any] = {"order": list(COLLECTIONS), "menu": []}
    for name in [*given, *(name for name in COLLECTIONS if name not in given)]:
        column = COLLECTIONS[name]
        if corpus.sizes[name] and name != "pages" and given.get(name, {}).get("menu", True):
            found["menu"].append(name)
        found[name] = {
            "label": column.label,
            "description": column.description,
            "keywords": given.get(name, {}).get("keywords") or [column.label, str(_brand()["name"])],
            "type": column.column_type,
            "url": f"/{of_list(name)}",
            "feed": f"/{feed_of(name)}" if column.feed else "",
            "size": column.page_size,
            "facets": [asdict(facet) for facet in column.facets],
        }
    found["ranks"] = {
        "department": list(DEPARTMENT_RANK),
        "type": list(BRANCH_RANK),
        "stage": list(STAGE_LABELS.values()),
        "cross": [CROSS],
    }
    return found


def _brand() -> Mapping[str, Value]:
    brand = settings()["brand"]
    assert isinstance(brand, Mapping)
    return brand


def _section(collection: str) -> Fields:
    """The front matter of a section: which feeds it has, and what has no page of its own."""
    head: Fields = {"title": COLLECTIONS[collection].label}
    if COLLECTIONS[collection].feed and collection != "news":
        head["outputs"] = ["html", "feed"]
    if collection == "branches":
        head["cascade"] = {"outputs": ["html", "feed"], "target": {"kind": "page"}}
    if collection == "claims":
        head["cascade"] = {"build": {"render": "never"}, "target": {"kind": "page"}}
    if collection == "pages":
        head["build"] = {"render": "never"}
    return head


def _json(path: Path, value: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
