"""One file to its documents: the text, the front matter or the list of entries, the body, and every problem."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from generator.diagnostics import Diagnostic, Span, problem
from generator.sources import nodes, plain_entry, positioned, privacy
from generator.sources.body import Body
from generator.sources.decode import CONTROL, FORMS, SLUG_KEYS, WRONG, Decoder
from generator.sources.nodes import Node, Place, Scalar

MOST_BYTES = 4_000_000
MOST_LINE = 100_000
BOM = "\ufeff"
FENCE = re.compile(r"---[^\S\n]*(?:\n|\Z)")
NEXT_FENCE = re.compile(r"\n---[^\S\n]*(?:\n|\Z)")


class Places(msgspec.Struct, frozen=True):
    """Where the parts of an entry stand in its file, for messages; moving a line changes no value beside them."""

    slug: Place
    fields: dict[str, Place]
    links: tuple[Place, ...] = ()
    """Of the text, in order."""

    def of(self, part: str | int) -> Place:
        """Where a field, or a link by its index, stands; the entry's beginning for a field that is absent."""
        if isinstance(part, int):
            return self.links[part]
        while part:
            if part in self.fields:
                return self.fields[part]
            part = part.rpartition(".")[0]
        return self.fields.get("title", self.slug)


class Document(msgspec.Struct, frozen=True):
    """One entry as its file has it."""

    slug: str
    entry: Any
    body: Body | None
    places: Places | None
    """None where they were not asked for."""


Parsed = tuple[list[Document], list[Diagnostic]]


def parse(path: str, data: bytes, type_: type[msgspec.Struct], *, placed: bool = False) -> Parsed:
    """The documents of a Markdown or YAML file; `path` is shown in messages and names the entry.

    With `placed`, each knows its places: the same documents, in twice the time.
    """
    text, problems = text_of(path, data)
    if text is None:
        return [], problems
    found, more = (_markdown if path.endswith(".md") else _yaml)(path, text, type_, placed=placed)
    return found, [*problems, *more, *privacy.find(text, path)]


def text_of(path: str, data: bytes) -> tuple[str | None, list[Diagnostic]]:
    """The text with line feeds only, or None where it cannot be read as text."""
    if len(data) > MOST_BYTES:
        return None, [too_large(path, len(data))]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = _with_line_feeds(data[: error.start].decode("utf-8-sig"))
        return None, [problem("S001", _at(path, before, len(before)))]
    notes = []
    if text.startswith(BOM):
        text = text[1:]
        notes.append(problem("S002", Span(path, 1, 1)))
    if "\r" in text:
        notes.append(problem("S003", Span(path, 1, 1)))
        text = _with_line_feeds(text)
    # What is printable is no control character: asked so, 5 µs for a lesson and not 10.
    if not text.replace("\n", " ").isprintable() and (bad := CONTROL.search(text)):
        return None, [*notes, problem("S004", _at(path, text, bad.start()), char=f"U+{ord(bad[0]):04X}")]
    if not text.strip():
        return None, [*notes, problem("S005", Span(path, 1, 1))]
    if len(text) > MOST_LINE and len(longest := max(text.split("\n"), key=len)) > MOST_LINE:
        return None, [*notes, problem("S021", _at(path, text, text.index(longest)), most=MOST_LINE)]
    return text, notes


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def too_large(path: str, size: int) -> Diagnostic:
    """The refusal of a file that nobody wrote by hand; sizes are in bytes."""
    return problem("S006", Span(path), size=f"{size / 1e6:.1f}", most=f"{MOST_BYTES / 1e6:.0f}")


def _at(path: str, text: str, index: int) -> Span:
    line_start = text.rfind("\n", 0, index) + 1
    return Span(path, text.count("\n", 0, index) + 1, index - line_start + 1)


def _stem(path: str) -> str:
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _markdown(path: str, text: str, type_: type[msgspec.Struct], *, placed: bool) -> Parsed:
    start = FENCE.match(text)
    if start is None:
        return [], [problem("S007", Span(path, 1, 1))]
    # The line end of the first fence is looked at again: the second may stand right under it.
    end = NEXT_FENCE.search(text, start.end() - 1)
    if end is None:
        return [], [problem("S008", Span(path, 1, 1, 3))]
    matter = text[start.end() : end.start() + 1] or "\n"
    # Late: 57 ms for the Markdown parser, which a build with no changed text never needs.
    from generator.sources import markdown

    parsed = markdown.parse(text[end.end() :], path, text.count("\n", 0, end.start()) + 3, placed=placed)
    body = parsed.body if parsed.body.html else None
    if not placed and (short := _short(path, matter, type_, body)):
        return short, list(parsed.diagnostics)
    root, problems = positioned.read(matter, path, first_line=2)
    problems.extend(parsed.diagnostics)
    if root is None:
        return [], problems or [problem("S009", Span(path, 1, 1, 3))]
    decoder = Decoder(path)
    document = _document(decoder, root, type_, _stem(path))
    problems.extend(decoder.diagnostics)
    if document is None:
        return [], problems
    links = tuple((span.line, span.column, span.length) for span in parsed.spans)
    places = Places(document.places.slug, document.places.fields, links) if placed and document.places else None
    return [msgspec.structs.replace(document, body=body, places=places)], problems


def _short(path: str, text: str, type_: type[msgspec.Struct], body: Body | None) -> list[Document]:
    """The documents of a text that is plain and right from end to end, else none."""
    found = plain_entry.read(text, type_, listed=not path.endswith(".md")) or ()
    documents = [Document(slug or _stem(path), entry, body, None) for slug, entry in found]
    return documents if all(FORMS["slug"].fullmatch(one.slug) for one in documents) else []


def _yaml(path: str, text: str, type_: type[msgspec.Struct], *, placed: bool) -> Parsed:
    if not placed and (short := _short(path, text, type_, None)):
        return short, []
    root, problems = positioned.read(text, path)
    if root is None:
        return [], problems or [problem("S005", Span(path, 1, 1))]
    if not isinstance(root, nodes.Mapping):
        decoder = Decoder(path)
        decoder.record(root, type_)
        return [], [*problems, *decoder.diagnostics]
    keys = {key: value for key, _, value in root.value}
    if "entries" not in keys:
        decoder = Decoder(path)
        document = _document(decoder, root, type_, _stem(path))
        return [document] if document else [], [*problems, *decoder.diagnostics]
    return _list(path, root, keys, type_, problems)


def _list(
    path: str,
    root: nodes.Mapping,
    keys: dict[str, Node],
    type_: type[msgspec.Struct],
    problems: list[Diagnostic],
) -> Parsed:
    """A file of many entries: `entries:` and what they inherit from `defaults:`."""
    shared = Decoder(path)
    for key, place, _ in root.value:
        if key not in ("entries", "defaults"):
            shared.diagnostics.append(problem("S010", Span(path, *place), key=key))
    defaults: dict[str, Any] = {}
    given = keys.get("defaults")
    if isinstance(given, nodes.Mapping):
        defaults = shared.values(given, type_)
    elif given is not None:
        shared.diagnostics.append(problem("F003", Span(path, *given.place)))
    entries = keys["entries"]
    if not isinstance(entries, nodes.Sequence):
        shared.diagnostics.append(problem("S011", Span(path, *entries.place)))
        return [], [*problems, *shared.diagnostics]
    found = []
    for node in entries.value:
        decoder = Decoder(path, places=dict(shared.places))
        document = _document(decoder, node, type_, "", defaults)
        problems.extend(decoder.diagnostics)
        if document:
            found.append(document)
    return found, [*problems, *shared.diagnostics]


def _document(
    decoder: Decoder,
    node: Node,
    type_: type[msgspec.Struct],
    stem: str,
    defaults: dict[str, Any] | None = None,
) -> Document | None:
    slug, where = _slug(decoder, node, stem)
    entry = decoder.record(node, type_, given=defaults, ignored=SLUG_KEYS)
    if entry is WRONG or slug is None:
        return None
    return Document(slug, entry, None, Places((where.line, where.column, where.length), decoder.places))


def _slug(decoder: Decoder, node: Node, stem: str) -> tuple[str | None, Span]:
    """The permanent part of the entry's id, and where it was given."""
    where = Span(decoder.path, *node.place[:2])
    slug = stem
    if isinstance(node, nodes.Mapping):
        for key, _, value in node.value:
            if key in SLUG_KEYS and isinstance(value, Scalar):
                slug, where = value.value, Span(decoder.path, *value.place)
    if not slug:
        decoder.diagnostics.append(problem("S012", where))
        return None, where
    if not FORMS["slug"].fullmatch(slug):
        if slug is stem:
            where = Span(decoder.path)
        decoder.diagnostics.append(problem("S013", where, slug=slug, guess=suggestion(slug)))
        return None, where
    return slug, where


def suggestion(name: str) -> str:
    """A slug near to the name, for the message."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:60].strip("-") or "report-in"
