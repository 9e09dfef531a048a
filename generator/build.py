"""The conductor: read, plan, verify or make, write, prune; returns a Report and prints nothing."""

from __future__ import annotations

import datetime
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from generator.diagnostics import Diagnostic, Language, Span, errors, in_order, nearest, problem
from generator.engine import rebuild
from generator.engine.files import Files
from generator.engine.outputs import TEMPORARY, Outputs
from generator.engine.rebuild import Made
from generator.engine.store import Memory, Store
from generator.engine.trace import Answers, Reason, Target, digest_bytes
from generator.exports import EXPORTS
from generator.model import library, linking, office
from generator.model.settings import Settings
from generator.render import templates
from generator.render.making import Maker
from generator.site import addresses
from generator.site.catalog import Catalog
from generator.site.plan import clashes, plan
from generator.site.world import Site

Progress = Callable[[int, int], None]
LIBRARIES = ("jinja2", "markupsafe", "markdown-it-py", "mdit-py-plugins", "mdurl", "pyyaml", "msgspec")


@dataclass(frozen=True, slots=True)
class Options:
    """What a command was asked to do; paths may be relative to the current folder."""

    site: Path = Path()
    out: Path | None = None
    """Of the output; `public` in the site's folder if not given."""
    cache: Path | None = None
    """Of the store; `.portal` in the site's folder if not given."""
    clean: bool = False
    """Use nothing of earlier builds."""
    strict: bool = False
    """Let warnings stop a build."""
    drafts: bool = False
    today: datetime.date | None = None
    base_url: str | None = None
    jobs: int = field(default_factory=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)

    @property
    def output(self) -> Path:
        """The output folder."""
        return self.out or self.site / "public"

    @property
    def memory(self) -> Path:
        """The folder of the store."""
        return self.cache or self.site / ".portal"


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did."""

    diagnostics: tuple[Diagnostic, ...]
    language: Language
    ok: bool
    targets: int = 0
    made: tuple[str, ...] = ()
    """Paths that were made again, whether their bytes changed or not."""
    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    seconds: float = 0.0
    due: datetime.date | None = None
    """The next day on which the site changes without an edit."""
    alone: bool = True
    """Whether the store was ours; otherwise another build held it, and this one did without."""
    base: addresses.Base | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """The world of one build, and what is wrong with it."""

    diagnostics: tuple[Diagnostic, ...]
    language: Language
    site: Site | None
    targets: tuple[Target, ...]
    templates: templates.Templates | None
    files: Files
    decoded: Mapping[str, tuple[str, bytes]]

    def ok(self, *, strict: bool) -> bool:
        """Whether pages may be made of it."""
        return self.site is not None and not errors(self.diagnostics, strict=strict)


@cache
def tool() -> str:
    """The digest of the program's own code and of the libraries that shape the output."""
    from importlib import metadata  # 20 ms, and only a command that builds needs it

    root = Path(__file__).parent
    parts = [platform.python_implementation(), *map(str, sys.version_info[:3])]
    parts += [f"{name} {metadata.version(name)}" for name in LIBRARIES]
    for path in sorted(root.rglob("*.py")):
        parts.append(f"{path.relative_to(root).as_posix()} {digest_bytes(path.read_bytes())}")
    return digest_bytes("\n".join(parts).encode())


def language_of(settings: Settings | None) -> Language:
    """The language of messages: PORTAL_LANG, else that of the site."""
    asked = os.environ.get("PORTAL_LANG") or (settings.language if settings else "zh")
    return "zh" if asked.lower().startswith("zh") else "en"


def today_in(settings: Settings, options: Options) -> datetime.date:
    """The day of the build, in the time zone of the site."""
    return options.today or datetime.datetime.now(ZoneInfo(settings.time_zone)).date()


def prepare(options: Options, memory: Memory) -> Prepared:
    """Read everything and decide what the site consists of; makes nothing."""
    root = options.site
    files = Files(memory.marks)
    found = office.read(root, files)
    books = library.read(root, files, memory.decoded)
    forms = templates.find(root, files, memory.decoded)
    problems = [*found.diagnostics, *books.diagnostics, *linking.check(books, drafts=options.drafts)]
    problems.extend(office.check(found, books.records, books.lost))
    language = language_of(found.settings)
    site: Site | None = None
    targets: tuple[Target, ...] = ()
    if found.settings is not None:
        catalog = Catalog(found.settings, books, today_in(found.settings, options), options.drafts)
        base = addresses.base_of(options.base_url or found.settings.base_url)
        others = {"template": forms.digest, "asset": forms.asset, "asset-digest": forms.published_digest}
        site = Site(catalog, base, others)
        targets = tuple(plan(site, forms.assets.values()))
        problems.extend(clashes(targets, catalog))
        problems.extend(forms.problems(dict.fromkeys(t.maker for t in targets if ":" not in t.maker)))
    decoded = {**books.decoded, **forms.decoded}
    return Prepared(tuple(in_order(problems)), language, site, targets, forms, files, decoded)


def build(options: Options, progress: Progress = lambda done, total: None) -> Report:
    """Bring the output up to date; a site with errors leaves it as it was. Raises office.NoSite."""
    start = time.perf_counter()
    store = Store(options.memory, tool())
    with store.lock() as held:
        memory = store.load() if held and not options.clean else Memory()
        prepared = prepare(options, memory)
        if not prepared.ok(strict=options.strict):
            if held:
                _remember(store, _unbuilt(memory, prepared), options.memory)
            return Report(prepared.diagnostics, prepared.language, ok=False, seconds=time.perf_counter() - start)
        try:
            report, after = _make(options, prepared, memory, progress)
        except OSError as error:
            place = str(error.filename or options.output)
            place = str(options.output) if TEMPORARY.search(place) else place
            found = problem("B001", Span(place), why=error.strerror or str(error))
            shown = (*prepared.diagnostics, found)
            return Report(shown, prepared.language, ok=False, seconds=time.perf_counter() - start)
        failed = _remember(store, after, options.memory) if held else _unwritable(options.memory)
        if failed:
            report = replace(report, diagnostics=(*report.diagnostics, failed))
    alone = held or failed is not None
    return replace(report, seconds=time.perf_counter() - start, alone=alone)


def _unwritable(folder: Path) -> Diagnostic | None:
    """Why a store was not to be had, if not because another build held it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("ab"):
            return None
    except OSError as error:
        return problem("B004", Span(str(error.filename or folder)), why=error.strerror or str(error))


def _remember(store: Store, memory: Memory, folder: Path) -> Diagnostic | None:
    """Save what the next build may use; a store that cannot be written costs time and nothing else."""
    try:
        store.save(memory)
    except OSError as error:
        return problem("B004", Span(str(error.filename or folder)), why=error.strerror or str(error))
    return None


def _unbuilt(memory: Memory, prepared: Prepared) -> Memory:
    """The memory after a build that made nothing: what was decoded is new, what was made is as before."""
    return Memory(prepared.files.marks, prepared.decoded, memory.traces, memory.outputs, memory.reasons)


def _make(options: Options, prepared: Prepared, memory: Memory, progress: Progress) -> tuple[Report, Memory]:
    """Decide, make, write and prune; raises OSError when the output cannot be written."""
    assert prepared.site is not None
    assert prepared.templates is not None
    outputs = Outputs(options.output, memory.outputs)
    answers = Answers(prepared.site)
    outputs.recover({path: trace.result for path, trace in memory.traces.items()})
    outputs.claim(target.path for target in prepared.targets)
    reasons = rebuild.decide(prepared.targets, memory.traces, answers, outputs)
    dirty = [target for target in prepared.targets if target.path in reasons]
    maker = Maker(options.site, prepared.templates, dict(EXPORTS))
    # Before workers are forked, so that each inherits the compiled templates instead of compiling them again.
    maker.compile({target.maker for target in dirty})
    made = rebuild.remake(dirty, maker, answers, outputs, jobs=options.jobs, progress=progress)
    removed = outputs.prune(target.path for target in prepared.targets)
    problems = [*prepared.diagnostics, *_failures(made, options.output)]
    traces = {t.path: memory.traces[t.path] for t in prepared.targets if t.path not in reasons} | made.traces
    after = Memory(prepared.files.marks, prepared.decoded, traces, outputs.marks, {**_kept(memory, traces), **reasons})
    report = Report(
        tuple(in_order(problems)),
        prepared.language,
        ok=not errors(problems, strict=options.strict),
        targets=len(prepared.targets),
        made=tuple(made.traces),
        written=tuple(made.written),
        removed=tuple(removed),
        reasons=reasons,
        due=prepared.site.catalog.due(),
        base=prepared.site.base,
    )
    return report, after


def _kept(memory: Memory, traces: Mapping[str, object]) -> dict[str, Reason]:
    return {path: reason for path, reason in memory.reasons.items() if path in traces}


def _failures(made: Made, folder: Path) -> list[Diagnostic]:
    found = [failure for failures in made.failures.values() for failure in failures]
    return [*found, *(problem("B002", Span((folder / path).as_posix())) for path in made.foreign)]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one output was made from."""

    target: Target
    language: Language
    dependencies: tuple[tuple[tuple[str | int, ...], bool], ...]
    """Each question that it asked, and whether the answer has changed since."""
    last: Reason | None
    """Why it was last made."""
    now: Reason | None
    """Why the next build would make it again."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """That no output is where it was looked for, and which is the nearest."""

    language: Language
    near: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """That the settings are wrong, so that nobody knows of what the site consists."""

    language: Language
    diagnostics: tuple[Diagnostic, ...]


def explain(options: Options, url: str) -> Explanation | Unknown | Unreadable:
    """The explanation of the output at a URL or path. Raises NoSite."""
    store = Store(options.memory, tool())
    memory = store.load()
    prepared = prepare(options, memory)
    by_path = {target.path: target for target in prepared.targets}
    path = _path_of(url, prepared.site.base if prepared.site else None, by_path)
    if prepared.site is None:
        return Unreadable(prepared.language, prepared.diagnostics)
    if path is None:
        return Unknown(prepared.language, nearest(url, by_path))
    trace = memory.traces.get(path)
    answers = Answers(prepared.site)
    outputs = Outputs(options.output, memory.outputs)
    seen = trace.dependencies if trace else ()
    questions = tuple((one.query, answers.digest(one.query) != one.digest) for one in seen)
    now = rebuild.decide([by_path[path]], memory.traces, answers, outputs).get(path)
    return Explanation(by_path[path], prepared.language, questions, memory.reasons.get(path), now)


def _path_of(url: str, base: addresses.Base | None, paths: Mapping[str, Target]) -> str | None:
    """The output that serves what an editor may write: a full address, a path of the site, or a file."""
    path = unquote(urlsplit(url).path)
    prefix = base.path if base else "/"
    tried = [path.removeprefix(prefix), path.lstrip("/")]
    for one in tried:
        for candidate in (one, f"{one}index.html", f"{one}/index.html"):
            if candidate in paths:
                return candidate
    return None
