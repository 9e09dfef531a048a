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

import msgspec

from generator import glance
from generator.diagnostics import Diagnostic, Language, Span, errors, in_order, nearest, problem
from generator.engine import rebuild
from generator.engine.files import Files
from generator.engine.outputs import TEMPORARY, Outputs
from generator.engine.rebuild import Made
from generator.engine.store import Store
from generator.engine.trace import Answers, Reason, Target, digest_bytes
from generator.exports import EXPORTS
from generator.memory import Memory, State
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
    templates: templates.Templates
    library: library.Library
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
    return _language(settings.language if settings else "zh")


def _language(own: str) -> Language:
    asked = os.environ.get("PORTAL_LANG") or own
    return "zh" if asked.lower().startswith("zh") else "en"


def today_in(zone: str, options: Options) -> datetime.date:
    """The day of the build, in the time zone of the site."""
    return options.today or datetime.datetime.now(ZoneInfo(zone)).date()


def prepare(options: Options, memory: Memory | None = None, files: Files | None = None) -> Prepared:
    """Read everything and decide what the site consists of; makes nothing."""
    root, memory = options.site, memory or Memory()
    files = files or Files(memory.state.marks)
    remembered = memory.state.decoded
    found = office.read(root, files, remembered.get(office.NAME))
    known = library.Known(memory.files, remembered, memory.blobs)
    books = library.read(root, files, known, options.jobs)
    forms = templates.find(root, files, remembered)
    problems = [*found.diagnostics, *books.diagnostics, *linking.check(books, drafts=options.drafts)]
    problems.extend(office.check(found, books.heads, books.lost))
    language = language_of(found.settings)
    site: Site | None = None
    targets: tuple[Target, ...] = ()
    if found.settings is not None:
        catalog = Catalog(found.settings, books, today_in(found.settings.time_zone, options), options.drafts)
        base = addresses.base_of(options.base_url or found.settings.base_url)
        others = {"template": forms.digest, "asset": forms.asset, "asset-digest": forms.published_digest}
        site = Site(catalog, base, others)
        targets = tuple(plan(site, forms.assets.values()))
        problems.extend(clashes(targets, catalog))
        problems.extend(forms.problems(dict.fromkeys(t.maker for t in targets if ":" not in t.maker)))
    decoded = {**books.known.copied, **forms.decoded}
    if found.encoded is not None:
        decoded[office.NAME] = found.encoded
    return Prepared(tuple(in_order(problems)), language, site, targets, forms, books, decoded)


def build(options: Options, progress: Progress = lambda done, total: None) -> Report:
    """Bring the output up to date; a site with errors leaves it as it was. Raises office.NoSite."""
    start = time.perf_counter()
    store = Store(options.memory, tool())
    with store.lock() as held:
        memory = Memory(store.load() if held and not options.clean else None, options.memory if held else None)
        report, parts = _bring_up_to_date(options, memory, progress)
        memory.blobs.close()
        failed = None
        if parts:
            failed = _remember(store, parts, memory) if held else _unwritable(options.memory)
        if failed:
            report = replace(report, diagnostics=(*report.diagnostics, failed))
    alone = held or failed is not None
    return replace(report, seconds=time.perf_counter() - start, alone=alone)


def _bring_up_to_date(options: Options, memory: Memory, progress: Progress) -> tuple[Report, Mapping[str, bytes]]:
    """The report, and the parts for the store; none where nothing is to be remembered."""
    files = Files(memory.state.marks)
    if (done := _nothing_to_do(options, memory, files)) is not None:
        return done
    prepared = prepare(options, memory, files)
    if not prepared.ok(strict=options.strict):
        after = msgspec.structs.replace(memory.state, marks=files.marks, decoded=prepared.decoded, complete=False)
        report = Report(prepared.diagnostics, prepared.language, ok=False)
        return report, memory.parts(after, files=prepared.library.known.files)
    try:
        return _make(options, prepared, memory, files, progress)
    except OSError as error:
        place = str(error.filename or options.output)
        place = str(options.output) if TEMPORARY.search(place) else place
        found = problem("B001", Span(place), why=error.strerror or str(error))
        return Report((*prepared.diagnostics, found), prepared.language, ok=False), {}


def _nothing_to_do(options: Options, memory: Memory, files: Files) -> tuple[Report, Mapping[str, bytes]] | None:
    """The report of a build of which neither the sources nor the output changed since the last one; None for others."""
    state = memory.state
    same = state.complete and state.options == _asked(options, state.zone)
    if not same or errors(state.diagnostics, strict=options.strict):
        return None
    if not (options.site / office.NAME).is_file() or not glance.unchanged(options.site, files, options.jobs):
        return None
    outputs = Outputs(options.output, state.outputs)
    if not outputs.intact(options.jobs):
        return None
    language = _language(state.language)
    report = Report(state.diagnostics, language, ok=True, targets=len(state.outputs), due=state.due, base=state.base)
    after = msgspec.structs.replace(state, marks=files.marks, outputs=outputs.marks)
    return report, memory.parts(after) if after != state else {}


def _asked(options: Options, zone: str) -> tuple[str | None, bool, datetime.date]:
    """What a build depends on beside the files."""
    return options.base_url, options.drafts, today_in(zone, options)


def _unwritable(folder: Path) -> Diagnostic | None:
    """Why a store was not to be had, if not because another build held it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("ab"):
            return None
    except OSError as error:
        return problem("B004", Span(str(error.filename or folder)), why=error.strerror or str(error))


def _remember(store: Store, parts: Mapping[str, bytes], memory: Memory) -> Diagnostic | None:
    """Save what the next build may use; a store that cannot be written costs time and nothing else."""
    try:
        store.save(parts)
        memory.blobs.sweep()
    except OSError as error:
        return problem("B004", Span(str(error.filename or store.folder)), why=error.strerror or str(error))
    return None


def _make(
    options: Options, prepared: Prepared, memory: Memory, files: Files, progress: Progress
) -> tuple[Report, Mapping[str, bytes]]:
    """Decide, make, write and prune; raises OSError when the output cannot be written."""
    assert prepared.site is not None
    graph, targets = memory.graph, prepared.targets
    outputs = Outputs(options.output, memory.state.outputs)
    answers = Answers(prepared.site, graph)
    outputs.recover({path: graph.digests[made.number] for path, made in graph.made.items()})
    outputs.claim(target.path for target in targets)
    reasons = rebuild.decide(targets, graph, answers, outputs)
    dirty = [target for target in targets if target.path in reasons]
    maker = Maker(options.site, prepared.templates, dict(EXPORTS))
    # Before workers are forked, so that each inherits the compiled templates instead of compiling them again.
    maker.compile({target.maker for target in dirty})
    made = rebuild.remake(dirty, maker, answers, outputs, jobs=options.jobs, progress=progress)
    removed = outputs.prune(target.path for target in targets)
    problems = [*prepared.diagnostics, *_failures(made, options.output)]
    catalog = prepared.site.catalog
    report = Report(
        tuple(in_order(problems)),
        prepared.language,
        ok=not errors(problems, strict=options.strict),
        targets=len(targets),
        made=tuple(made.traces),
        written=tuple(made.written),
        removed=tuple(removed),
        reasons=reasons,
        due=catalog.due(),
        base=prepared.site.base,
    )
    after = rebuild.remember(graph, answers, targets, made, reasons)
    for path, known in after.made.items():
        outputs.expect(path, after.digests[known.number])
    state = State(
        options=_asked(options, catalog.settings.time_zone),
        zone=catalog.settings.time_zone,
        language=catalog.settings.language,
        marks=files.marks,
        decoded=prepared.decoded,
        outputs=outputs.marks,
        diagnostics=report.diagnostics,
        complete=report.ok and not made.failures and not made.foreign,
        due=report.due,
        base=report.base,
    )
    return report, memory.parts(state, files=prepared.library.known.files, graph=after)


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
    memory = Memory(store.load(), options.memory)
    prepared = prepare(options, Memory(store.load()))
    by_path = {target.path: target for target in prepared.targets}
    path = _path_of(url, prepared.site.base if prepared.site else None, by_path)
    if prepared.site is None:
        return Unreadable(prepared.language, prepared.diagnostics)
    if path is None:
        return Unknown(prepared.language, nearest(url, by_path))
    graph = memory.graph
    answers = Answers(prepared.site, graph)
    outputs = Outputs(options.output, memory.state.outputs)
    known = graph.made.get(path)
    seen = graph.reads(known.number) if known else ()
    questions = tuple((graph.queries[number] or (), not answers.holds(number)) for number in seen)
    now = rebuild.decide([by_path[path]], graph, answers, outputs).get(path)
    last = msgspec.msgpack.decode(known.reason, type=Reason) if known else None
    return Explanation(by_path[path], prepared.language, questions, last, now)


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
