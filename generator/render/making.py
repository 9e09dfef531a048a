"""The maker of every target: chooses template, export or copy, and turns what goes wrong into diagnostics."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from generator.diagnostics import Diagnostic, Span, problem
from generator.engine.rebuild import MakeError
from generator.engine.trace import Reader, Target, digest_bytes
from generator.render.portal import Portal
from generator.render.shared import Shared

if TYPE_CHECKING:
    from generator.render.templates import Templates

Export = Callable[[Reader, Target], bytes]


@dataclass(frozen=True)
class Maker:
    """Makes one target from recorded questions."""

    root: Path
    templates: Templates
    exports: dict[str, Export]
    shared: Shared = field(default_factory=Shared)
    """What several pages have in common; of one build, like the answers."""

    def __call__(self, target: Target, read: Reader) -> bytes:
        """The bytes of a target; MakeError with what an editor can mend."""
        way, _, name = target.maker.partition(":")
        if way == "export":
            return self.exports[name](read, target)
        if way == "copy":
            return self._copy(name, str(target.arguments[0]), read)
        read("template", target.maker)
        return self._render(target, read)

    def compile(self, names: Iterable[str]) -> None:
        """Compile templates ahead, with what they draw in; what is wrong with one is reported when it is used."""
        waiting = [name for name in names if ":" not in name]
        if not waiting:
            return
        from jinja2 import TemplateError  # 100 ms: see Templates.environment

        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting.extend(self.templates.analysis(name).names)
                with suppress(TemplateError, MakeError, RecursionError, OSError):
                    self.templates.environment.get_template(name)

    def _copy(self, what: str, path: str, read: Reader) -> bytes:
        folder = {"file": "content", "static": "content/static"}
        file = self.templates.published(path) if what == "asset" else self.root / folder[what] / path
        expected = read("asset-digest" if what == "asset" else what, path)
        shown = f"{folder[what]}/{path}" if what in folder else path
        try:
            data = file.read_bytes() if file else b""
        except OSError as error:
            raise MakeError([problem("S014", Span(shown), why=error.strerror or "")]) from error
        if digest_bytes(data) != expected:
            raise MakeError([problem("B003", Span(shown))])
        return data

    def _render(self, target: Target, read: Reader) -> bytes:
        try:
            template = self.templates.environment.get_template(target.maker)
            text: str = template.render(q=Portal(read, self.shared), args=target.arguments, url=url_of(target.path))
        except MakeError:
            raise
        except Exception as error:
            complaint = self._complaint(error, target)
            if complaint is None:
                raise
            raise complaint from error
        return text.encode("utf-8")

    def _complaint(self, error: Exception, target: Target) -> MakeError | None:
        """What an editor can mend; None for a fault of the program."""
        from jinja2 import TemplateError, TemplateNotFound, UndefinedError  # 100 ms: see Templates.environment
        from jinja2.exceptions import SecurityError  # the same

        match error:
            case TemplateNotFound():
                return MakeError([problem("T005", self._place(error, target), name=error.name or target.maker)])
            case UndefinedError():
                return MakeError([problem("T003", self._place(error, target), said=error.message)])
            case SecurityError():
                return MakeError([problem("T008", self._place(error, target), said=error.message)])
            case TemplateError():
                return MakeError([problem("T001", self._place(error, target), said=error.message)])
            case RecursionError():
                return MakeError([problem("T006", self._leading_back(error) or self._place(error, target))])
            case TypeError() | ValueError() | AttributeError() | LookupError() | ArithmeticError():
                return MakeError([self._mistake(error, target)]) if self._lines(error) else None
        return None

    def _mistake(self, error: Exception, target: Target) -> Diagnostic:
        """An expression of a template that fails on this page."""
        return problem("T007", self._place(error, target), said=f"{type(error).__name__}: {error}", page=target.path)

    def _place(self, error: BaseException, target: Target) -> Span:
        """The innermost line of a template in the traceback."""
        lines = self._lines(error)
        lineno = getattr(error, "lineno", None)
        name = getattr(error, "name", None)
        if isinstance(lineno, int) and isinstance(name, str) and name in self.templates.places:
            return Span(self.templates.places[name][0], lineno, 1)
        if lines:
            return lines[-1]
        place = self.templates.places.get(target.maker)
        return Span(place[0] if place else f"templates/{target.maker}", 1 if place else 0, 1)

    def _leading_back(self, error: BaseException) -> Span | None:
        """The first line of a template from which a line before it was reached again."""
        seen: set[Span] = set()
        for line, following in pairwise(self._lines(error)):
            seen.add(line)
            if following in seen:
                return line
        return None

    def _lines(self, error: BaseException) -> list[Span]:
        shown = {place[0] for place in self.templates.places.values()}
        frames = traceback.extract_tb(error.__traceback__)
        return [Span(frame.filename, frame.lineno or 1, 1) for frame in frames if frame.filename in shown]


def url_of(path: str) -> str:
    """The URL that an output file serves."""
    return path.removesuffix("index.html")
