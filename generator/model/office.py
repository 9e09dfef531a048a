"""Reads site.yaml: what one office sets for its portal."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from generator.diagnostics import Diagnostic, Span, nearest, problem
from generator.engine.files import Files
from generator.model.collections import COLLECTIONS
from generator.model.colours import WHITE, contrast, darkened, readable
from generator.model.head import Head
from generator.model.references import references
from generator.model.settings import Settings
from generator.sources import document, folders, positioned, privacy
from generator.sources.decode import WRONG, Decoder, Place

NAME = folders.SETTINGS


class NoSite(Exception):
    """A folder that is not that of a portal; carries the path."""


class Office(NamedTuple):
    """The settings, the place of each in the file, and what is wrong with them."""

    settings: Settings | None
    places: Mapping[str, Place]
    diagnostics: tuple[Diagnostic, ...]
    encoded: tuple[str, bytes] | None = None
    """For the next build: the digest of the file, and the rest of this."""


_Kept = tuple[Settings | None, dict[str, Place], tuple[Diagnostic, ...]]


def read(root: Path, files: Files, remembered: tuple[str, bytes] | None = None) -> Office:
    """The settings of the site at `root`, or those that are remembered of the same file; NoSite without site.yaml."""
    try:
        data, digest = files.read(NAME, root / NAME)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoSite(str(root)) from error
    except OSError as error:
        return Office(None, {}, (problem("S014", Span(NAME), why=error.strerror),))
    if remembered is not None and remembered[0] == digest:
        settings, places, diagnostics = msgspec.msgpack.decode(remembered[1], type=_Kept)
        return Office(settings, places, diagnostics, remembered)
    found = _read(data)
    kept = (found.settings, dict(found.places), found.diagnostics)
    return found._replace(encoded=(digest, msgspec.msgpack.encode(kept)))


def _read(data: bytes) -> Office:
    text, problems = document.text_of(NAME, data)
    if text is None:
        return Office(None, {}, tuple(problems))
    problems.extend(privacy.find(text, NAME))
    node, more = positioned.read(text, NAME)
    if node is None:
        return Office(None, {}, (*problems, *(more or [problem("S005", Span(NAME, 1, 1))])))
    problems.extend(more)
    decoder = Decoder(NAME)
    settings = decoder.record(node, Settings)
    found = None if settings is WRONG else settings
    diagnostics = [*problems, *decoder.diagnostics]
    if found is not None:
        diagnostics += [*_columns(found, decoder.places), *_identity(found, decoder.places)]
    return Office(found, decoder.places, tuple(diagnostics))


def _columns(settings: Settings, places: Mapping[str, Place]) -> Iterator[Diagnostic]:
    for index, column in enumerate(settings.columns):
        if column.collection not in COLLECTIONS:
            span = Span(NAME, *places[f"columns.{index}.collection"])
            guess = nearest(column.collection, COLLECTIONS) or "pages"
            yield problem("P002", span, name=column.collection, guess=guess, known=" ".join(COLLECTIONS))


def _identity(settings: Settings, places: Mapping[str, Place]) -> Iterator[Diagnostic]:
    """The site's identification code and domain, which other programs read from the meta tags, and its colour."""
    code, domain = settings.site_id_code, settings.domain
    if code and not re.fullmatch(r"\d{10}|bm\d{8}|N\d{9}", code):
        yield problem("P003", Span(NAME, *places["site_id_code"]), given=code)
    if domain and not re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", domain):
        yield problem("P004", Span(NAME, *places["domain"]), domain=domain)
    if not readable(colour := settings.brand.colour):
        span = Span(NAME, *places["brand.colour"])
        yield problem("P005", span, colour=colour, ratio=f"{contrast(colour, WHITE):.1f}", guess=darkened(colour))


def check(office: Office, heads: Mapping[str, Head], lost: Collection[str]) -> Iterator[Diagnostic]:
    """References of the settings to entries, which must exist and be public."""
    if office.settings is None:
        return
    for reference in references(office.settings):
        span = Span(NAME, *office.places[reference.field])
        head = heads.get(reference.id)
        if reference.id in lost:
            continue
        if head is None:
            guess = nearest(reference.id, [id_ for id_ in heads if id_.startswith(reference.collections)])
            if guess:
                yield problem("C003", span, id=reference.id, guess=guess)
            else:
                yield problem("C010", span, id=reference.id)
        elif head.outline.audience == "内部":
            yield problem("C006", span, id=reference.id)
        elif head.outline.status == "草稿":
            yield problem("C007", span, id=reference.id)
