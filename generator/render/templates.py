"""The templates of a site: its own folder first, then those that come with the program; what each depends on."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from generator.diagnostics import Diagnostic, Span, problem
from generator.engine.files import Files, Problem
from generator.engine.trace import digest, digest_bytes
from generator.render.kept import Kept, of_program
from generator.site.addresses import segment_of
from generator.sources import folders

if TYPE_CHECKING:
    from jinja2 import Environment

ASSETS = "assets/"
PROBLEMS = {"link-outside": "S017", "link-folder": "S019", "special": "S020", "name": "S022", "unreadable": "S014"}


class Analysis(msgspec.Struct, frozen=True, array_like=True):
    """What the text of one template says of itself: a pure function of its bytes."""

    names: tuple[str, ...]
    """Templates that it extends, includes or imports."""
    problems: tuple[tuple[str, int, str], ...] = ()
    """Code of the diagnostic, line, and what Jinja said."""


@dataclass(frozen=True)
class Templates:
    """The templates that are in force, by name; a file in the site's folder wins over the shipped one."""

    places: Mapping[str, tuple[str, Path, str]]
    """Name -> (path as shown in messages, file, digest of its bytes)."""
    assets: Mapping[str, str]
    """Files in assets/ by name, with the name under which they are published."""
    diagnostics: tuple[Diagnostic, ...]
    decoded: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """The analyses, for the store."""
    remembered: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    cache: Path | None = None
    """Where what is made of the site's own templates is kept between builds."""

    def digest(self, name: str) -> str:
        """The digest of a template with all that it draws in, names that lead nowhere included."""
        closure: dict[str, str] = {}
        waiting = [name]
        while waiting:
            one = waiting.pop()
            if one not in closure:
                place = self.places.get(one)
                closure[one] = place[2] if place else ""
                waiting.extend(self.analysis(one).names)
        return digest(sorted(closure.items()))

    def analysis(self, name: str) -> Analysis:
        """What a template draws in; nothing for one that is absent."""
        place = self.places.get(name)
        if place is None:
            return Analysis(())
        key = f"template:{place[0]}"
        known = self.decoded.get(key) or self.remembered.get(key)
        if known is None or known[0] != place[2]:
            made = self.kept(name).get(f"{name}:names", place[2])
            if made is None:
                try:
                    data = place[1].read_bytes()
                except OSError:
                    data = b""
                if digest_bytes(data) != place[2]:
                    # Changed or deleted since the listing; remembered under the old digest it would be found again.
                    return Analysis((), (("B003", 0, ""),))
                made = msgspec.msgpack.encode(_analyse(data))
                self.kept(name).put(f"{name}:names", place[2], made)
            known = (place[2], made)
        self.decoded[key] = known
        return msgspec.msgpack.decode(known[1], type=Analysis)

    def kept(self, name: str) -> Kept:
        """Where what is made of a template is kept: with the program if it came with it, else with the site's own."""
        return self._with_program if self.places[name][1].is_relative_to(folders.shipped()) else Kept(self.cache)

    @cached_property
    def _with_program(self) -> Kept:
        return of_program()

    def asset(self, name: str) -> str:
        """The published name of an asset, or an empty text."""
        return self.assets.get(name, "")

    def integrity(self, name: str) -> str:
        """What a page says of an asset, so that a browser takes no other (Subresource Integrity); empty if absent."""
        place = self.places.get(ASSETS + name)
        if place is None:
            return ""
        key = f"integrity:{place[0]}"
        known = self.decoded.get(key) or self.remembered.get(key)
        if known is None or known[0] != place[2]:
            try:
                data = place[1].read_bytes()
            except OSError:
                data = b""
            if digest_bytes(data) != place[2]:
                # Changed or deleted since the listing, which the target that copies it reports.
                return ""
            known = (place[2], b"sha256-" + b64encode(sha256(data).digest()))
        self.decoded[key] = known
        return known[1].decode()

    def published_digest(self, asset: str) -> str:
        """The digest of the file behind a published name, or an empty text."""
        return next((self.places[ASSETS + name][2] for name, shown in self.assets.items() if shown == asset), "")

    def published(self, asset: str) -> Path | None:
        """The file behind a published name."""
        name = next((name for name, published in self.assets.items() if published == asset), None)
        return self.places[ASSETS + name][1] if name is not None else None

    def problems(self, names: Iterable[str]) -> Iterator[Diagnostic]:
        """What is wrong with the templates that are in use."""
        yield from self.diagnostics
        seen: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in seen or name not in self.places:
                continue
            seen.add(name)
            analysis = self.analysis(name)
            for code, line, said in analysis.problems:
                yield problem(code, Span(self.places[name][0], line, min(line, 1)), said=said)
            waiting.extend(analysis.names)

    @cached_property
    def environment(self) -> Environment:
        """Jinja with every template of this build; a build with changed templates has another one."""
        # Late: 100 ms for Jinja, which a build with nothing to make never needs.
        from generator.render.environment import build

        return build(self)


def find(root: Path, files: Files, remembered: Mapping[str, tuple[str, bytes]], cache: Path | None = None) -> Templates:
    """The templates of the site at `root`; `cache` is a folder for what is made of its own."""
    places: dict[str, tuple[str, Path, str]] = {}
    diagnostics: list[Diagnostic] = []
    shown = "templates"
    for mark, folder in folders.of_templates(root, folders.shipped()):
        found = files.scan(folder)
        diagnostics.extend(_reported(found.problems, shown))
        for name in found.files:
            try:
                value = files.digest(f"{mark}templates/{name}", folder / name)
            except FileNotFoundError:
                continue
            except OSError as error:
                diagnostics.append(problem("S014", Span(f"{shown}/{name}"), why=error.strerror))
                continue
            places[name] = (f"{shown}/{name}", folder / name, value)
    assets = {
        name.removeprefix(ASSETS): hashed(name.removeprefix(ASSETS), value)
        for name, (_, _, value) in places.items()
        if name.startswith(ASSETS)
    }
    return Templates(places, assets, tuple(diagnostics), {}, remembered, cache)


def hashed(name: str, value: str) -> str:
    """`portal.css` -> `assets/portal.1a2b3c4d5e.css`: a new content gets a new address, and caches may keep the old."""
    stem, _, suffix = name.rpartition(".")
    folder, _, base = stem.rpartition("/")
    prefix = "/".join(segment_of(part) for part in folder.split("/") if part)
    return f"{ASSETS}{prefix + '/' if prefix else ''}{segment_of(base)}.{value[:10]}.{suffix.lower()}"


def _reported(problems: Iterable[Problem], shown: str) -> Iterator[Diagnostic]:
    for found in problems:
        yield problem(PROBLEMS.get(found.kind, "S018"), Span(f"{shown}/{found.path}"), why="cannot be opened")


def _analyse(data: bytes) -> Analysis:
    # Late: only a changed template is analysed.
    from jinja2 import TemplateSyntaxError, meta

    from generator.render.environment import syntax

    try:
        text = data.decode("utf-8")
        tree = syntax().parse(text)
    except UnicodeDecodeError as error:
        return Analysis((), (("T004", data[: error.start].count(b"\n") + 1, ""),))
    except TemplateSyntaxError as error:
        return Analysis((), (("T001", error.lineno, error.message or ""),))
    except RecursionError:
        return Analysis((), (("T001", 1, "too deep"),))
    found = list(meta.find_referenced_templates(tree))
    names = tuple(dict.fromkeys(name for name in found if name is not None))
    problems: tuple[tuple[str, int, str], ...] = ()
    if None in found:
        line = next((n for n, line in enumerate(text.split("\n"), 1) if _COMPUTED.search(line)), 1)
        problems = (("T002", line, ""),)
    return Analysis(names, problems)


_COMPUTED = re.compile(r"\{%-?\s*(include|import|from|extends)\s+(?![\"'(\[])")
