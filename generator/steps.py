"""The steps of a build that has something to do: read, plan, verify or make, write, prune."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from generator.diagnostics import Diagnostic, Language, Span, errors, in_order, nearest, problem
from generator.engine import rebuild
from generator.engine.files import Files
from generator.engine.graph import Graph
from generator.engine.outputs import TEMPORARY, Outputs
from generator.engine.rebuild import Made
from generator.engine.store import Store
from generator.engine.timing import Times
from generator.engine.trace import Answers, Reason, Target
from generator.exports import EXPORTS
from generator.memory import Memory, State, tool
from generator.model import library, linking, office
from generator.model.settings import Settings
from generator.render import templates
from generator.render.making import Maker
from generator.report import Options, Progress, Report, asked, language_of, today_in
from generator.site import addresses
from generator.site.catalog import Catalog
from generator.site.plan import clashes, plan
from generator.site.world import Site


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


def prepare(
    options: Options, memory: Memory | None = None, files: Files | None = None, times: Times | None = None
) -> Prepared:
    """Read everything and decide what the site consists of; makes nothing."""
    root, memory, times = options.site, memory or Memory(), times or Times()
    files = files or Files(memory.state.marks)
    remembered = memory.state.decoded
    with times.stage("store"):
        known = library.Known(memory.files, remembered, memory.blobs)
    with times.stage("read"):
        found = office.read(root, files, remembered.get(office.NAME))
        books = library.read(root, files, known, options.jobs, times)
        forms = templates.find(root, files, remembered)
    # What the last build knows is of these sources, but for a few texts of entries: so much need not be done again.
    near = books.changed is not None and _near(options, memory, found)
    books = books if near else replace(books, changed=None)
    clean = near and not memory.state.diagnostics
    problems = [*found.diagnostics, *books.diagnostics]
    with times.stage("link"):
        problems += linking.check(books, drafts=options.drafts, changed=books.changed if clean else None)
        problems.extend(office.check(found, books.heads, books.lost))
    language = language_of(found.settings)
    site: Site | None = None
    targets: tuple[Target, ...] = ()
    if found.settings is not None:
        with times.stage("plan"):
            site, targets, more = _planned(options, memory, found.settings, books, forms, near=near)
        problems.extend(more)
    decoded = {**books.known.copied, **forms.decoded}
    if found.encoded is not None:
        decoded[office.NAME] = found.encoded
    return Prepared(tuple(in_order(problems)), language, site, targets, forms, books, decoded)


def _planned(
    options: Options,
    memory: Memory,
    settings: Settings,
    books: library.Library,
    forms: templates.Templates,
    *,
    near: bool,
) -> tuple[Site, tuple[Target, ...], list[Diagnostic]]:
    """The site, what it consists of, and what is wrong with that."""
    catalog = Catalog(settings, books, today_in(settings.time_zone, options), options.drafts)
    base = addresses.base_of(options.base_url or settings.base_url)
    others = {
        "template": forms.digest,
        "asset": forms.asset,
        "asset-digest": forms.published_digest,
        "integrity": forms.integrity,
    }
    site = Site(catalog, base, others)
    problems: list[Diagnostic] = []
    same = near and memory.graph.made.keys() == memory.state.outputs.keys()
    if same and set(forms.assets.values()) == memory.graph.paths("copy:asset"):
        targets = tuple(Target(path, made.maker, made.arguments) for path, made in memory.graph.made.items())
    else:
        targets = tuple(plan(site, forms.assets.values()))
        problems.extend(clashes(targets, catalog))
    problems.extend(forms.problems(dict.fromkeys(t.maker for t in targets if ":" not in t.maker)))
    return site, targets, problems


def _near(options: Options, memory: Memory, found: office.Office) -> bool:
    """Whether the last build made everything, of the same settings, and for the same day and the like."""
    before = memory.state.decoded.get(office.NAME)
    if found.settings is None or found.encoded is None or before is None or found.encoded[0] != before[0]:
        return False
    return memory.state.complete and memory.state.options == asked(options, found.settings.time_zone)


@dataclass(frozen=True, slots=True)
class Run:
    """What one build works with."""

    options: Options
    memory: Memory
    files: Files
    progress: Progress
    times: Times
    urgent: Callable[[], Collection[str]] = frozenset
    """Paths of the outputs for which somebody waits."""
    written: Callable[[Sequence[str]], object] = len
    """Told of those as soon as they are there, before the others are made."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a process that goes on keeps of a build in which everything was made and nothing was wrong."""

    site: Site
    library: library.Library
    graph: Graph
    outputs: Outputs
    maker: Maker
    answers: Answers
    report: Report


Done = tuple[Report, Mapping[str, bytes], Standing | None]
"""The report, the parts for the store (none where nothing is to be remembered), and what may be gone on from."""


def bring_up_to_date(run: Run) -> Done:
    """Read, decide, make and write what is needed."""
    options, memory = run.options, run.memory
    prepared = prepare(options, memory, run.files, run.times)
    if not prepared.ok(strict=options.strict):
        after = msgspec.structs.replace(memory.state, marks=run.files.marks, decoded=prepared.decoded, complete=False)
        report = Report(prepared.diagnostics, prepared.language, ok=False)
        return report, memory.parts(after, files=prepared.library.known.files), None
    try:
        return _make(run, prepared)
    except OSError as error:
        place = str(error.filename or options.output)
        place = str(options.output) if TEMPORARY.search(place) else place
        found = problem("B001", Span(place), why=error.strerror or str(error))
        return Report((*prepared.diagnostics, found), prepared.language, ok=False), {}, None


def _make(run: Run, prepared: Prepared) -> Done:
    """Decide, make, write and prune; raises OSError when the output cannot be written."""
    options, memory, times = run.options, run.memory, run.times
    assert prepared.site is not None
    targets = prepared.targets
    with times.stage("store"):
        graph = memory.graph
    outputs = Outputs(options.output, memory.state.outputs)
    with times.stage("verify"):
        answers = Answers(prepared.site, graph, prepared.site.changes())
        # Either part of the store may be damaged, and stays so until a build has something to do.
        proofs = {path: mark.digest for path, mark in memory.state.outputs.items()}
        outputs.recover({**proofs, **{path: graph.digests[made.number] for path, made in graph.made.items()}})
        outputs.claim(target.path for target in targets)
        reasons = rebuild.decide(targets, graph, answers, outputs)
    dirty = [target for target in targets if target.path in reasons]
    maker = Maker(options.site, prepared.templates, dict(EXPORTS))
    with times.stage("make"):
        # Before workers are forked, so that each inherits the compiled templates instead of compiling them again.
        maker.compile({target.maker for target in dirty})
    made = remake(run, dirty, maker, answers, outputs)
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
        due=catalog.due() if prepared.library.changed is None else memory.state.due,
        path=prepared.site.base.path,
    )
    with times.stage("store"):
        after = rebuild.remember(graph, answers, targets, made, reasons)
        for path, known in after.made.items():
            outputs.expect(path, after.digests[known.number])
        state = State(
            options=asked(options, catalog.settings.time_zone),
            zone=catalog.settings.time_zone,
            language=catalog.settings.language,
            marks=run.files.marks,
            decoded=prepared.decoded,
            outputs=outputs.marks,
            diagnostics=report.diagnostics,
            complete=report.ok and not made.failures and not made.foreign,
            due=report.due,
            path=report.path,
        )
        parts = memory.parts(state, files=prepared.library.known.files, graph=after)
    standing = (
        Standing(prepared.site, prepared.library, after, outputs, maker, answers, report) if state.complete else None
    )
    return report, parts, standing


def remake(run: Run, dirty: Sequence[Target], maker: Maker, answers: Answers, outputs: Outputs) -> Made:
    """Make some targets again, first those for which somebody waits."""
    urgent = run.urgent()
    first = [target for target in dirty if target.path in urgent]
    rest = [target for target in dirty if target.path not in urgent]
    made = Made({}, [], [], {}, [])
    for targets in (first, rest):
        more = rebuild.remake(
            targets, maker, answers, outputs, jobs=run.options.jobs, progress=run.progress, times=run.times
        )
        made = made.joined(more)
        if targets is first and more.written and rest:
            run.written(more.written)
    return made


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
    memory = Memory(store.load(), options.memory, looking=True)
    prepared = prepare(options, memory)
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
