"""A toy world for the engine: notes in memory, questions worked out from them, and makers that read both."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from generator.diagnostics import Diagnostic, Span
from generator.engine.files import Mark
from generator.engine.graph import Graph
from generator.engine.outputs import Outputs
from generator.engine.rebuild import Made, MakeError, decide, remake, remember
from generator.engine.store import Store
from generator.engine.trace import Answers, Query, Reader, Reason, Target, digest

TOOL = "toy 1"


@dataclass(frozen=True)
class Note:
    """A note: the title is what lists show, the body is what its own page shows."""

    title: str
    body: str = ""
    tags: tuple[str, ...] = ()


@dataclass
class World:
    """Answers about notes; `asked` logs every answer that was worked out, `looked` every state, both in order."""

    notes: dict[str, Note]
    asked: list[Query] = field(default_factory=list)
    looked: list[Query] = field(default_factory=list)
    inputs: frozenset[str | int] = frozenset(("title", "body", "tags", "names"))
    fleeting: frozenset[str | int] = frozenset()

    def state(self, query: Query) -> str:
        """Empty for what is not there any more, of which the answer may make no sense."""
        self.looked.append(query)
        return digest(self._input(query)) if query == ("names",) or query[1] in self.notes else ""

    def answer(self, query: Query, read: Reader) -> object:
        self.asked.append(query)
        match query:
            case ("list", str(tag)):
                return tuple(name for name in read("names") if tag in read("tags", name))
            case ("count",):
                return len(read("names"))
            case ("known", str(name)):
                return name in read("names")
            case ("words", str(name)):
                return len(read("body", name).split())
            case ("summary", str(name)):
                return f"{read('words', name)} words" if read("known", name) else "unknown"
            case ("missed", str(name)):
                return read("known", "watch") and read("title", name) is None
            case ("refused", str(name)):
                if read("title", name) == "refused":
                    raise MakeError([refusal(name)])
                return True
            case ("pardoned", str(name)):
                try:
                    return read("refused", name)
                except MakeError:
                    return "pardoned"
        return self._input(query)

    def _input(self, query: Query) -> object:
        match query:
            case ("names",):
                return tuple(sorted(self.notes))
            case ("title", str(name)):
                return self.notes[name].title if name in self.notes else None
            case ("body", str(name)):
                # Like a text that was taken away: asking makes sense only of what exists.
                return self.notes[name].body
            case ("tags", str(name)):
                return self.notes[name].tags
        raise LookupError(query)


def refusal(name: str) -> Diagnostic:
    return Diagnostic("toy", Span(name))


def page(target: Target, read: Reader) -> bytes:
    """The note's own page; a body that names another note shows that note's title."""
    name = str(target.arguments[0])
    title = read("title", name)
    if title is None:
        return b"absent"
    if title == "refused":
        raise MakeError([refusal(name)])
    body = read("body", name)
    other = f" -> {read('title', body[1:])}" if body.startswith("@") else ""
    return f"{title}\n{body}{other}\n{' '.join(map(str, target.arguments[1:]))}".encode()


def listing(target: Target, read: Reader) -> bytes:
    """The titles of all notes with a tag; no further reads if there are none."""
    names = read("list", *target.arguments)
    return "\n".join(read("title", name) for name in names).encode() if names else b"empty"


def total(target: Target, read: Reader) -> bytes:
    """Whether there are many notes: most changes of the count give the same bytes."""
    return b"many" if read("count") > 5 else b"few"


def length(target: Target, read: Reader) -> bytes:
    """How long a note is, which makes no sense of one that is not there."""
    name = target.arguments[0]
    return str(read("words", name)).encode() if read("known", name) else b"unknown"


def summary(target: Target, read: Reader) -> bytes:
    """The same by a question that asks in that order."""
    return str(read("summary", *target.arguments)).encode()


MAKERS = {"page": page, "listing": listing, "total": total, "length": length, "summary": summary}


def make(target: Target, read: Reader) -> bytes:
    return MAKERS[target.maker](target, read)


def make_in_worker(target: Target, read: Reader) -> bytes:
    """The same, and leaves word of the process beside the output: its number must not be in the bytes."""
    Path(os.environ["TOY_WORKERS"], str(os.getpid())).touch()
    return make(target, read)


def plan(notes: dict[str, Note], tags: tuple[str, ...] = ("red", "blue")) -> list[Target]:
    return [
        *(Target(f"{name}/index.html", "page", (name,)) for name in sorted(notes)),
        *(Target(f"tags/{tag}.html", "listing", (tag,)) for tag in tags),
        Target("total.txt", "total"),
    ]


@dataclass(frozen=True)
class Result:
    """What one build did."""

    reasons: dict[str, Reason]
    made: Made
    removed: list[str]
    world: World

    @property
    def paths(self) -> list[str]:
        return list(self.reasons)


def build(
    notes: dict[str, Note],
    out: Path,
    cache: Path,
    *,
    targets: list[Target] | None = None,
    jobs: int = 1,
    maker=make,
) -> Result:
    """One whole build in the order that a conductor keeps: load, claim, decide, make, prune, remember, save."""
    world = World(notes)
    targets = plan(notes) if targets is None else targets
    graph = graph_of(cache)
    answers = Answers(world, graph)
    outputs = Outputs(out, marks_of(cache))
    outputs.recover({path: graph.digests[made.number] for path, made in graph.made.items()})
    paths = [target.path for target in targets]
    outputs.claim(paths)
    reasons = decide(targets, graph, answers, outputs)
    dirty = [target for target in targets if target.path in reasons]
    made = remake(dirty, maker, answers, outputs, jobs=jobs, progress=lambda done, all_: None)
    removed = outputs.prune(paths)
    after = remember(graph, answers, targets, made, reasons)
    for path, known in after.made.items():
        outputs.expect(path, after.digests[known.number])
    Store(cache, TOOL).save({"graph": after.encode(), "marks": msgspec.msgpack.encode(outputs.marks)})
    return Result(reasons, made, removed, world)


def graph_of(cache: Path) -> Graph:
    """What the last build with this store asked and read."""
    data = Store(cache, TOOL).load().get("graph")
    return Graph() if data is None else Graph.decode(data)


def marks_of(cache: Path) -> dict[str, Mark]:
    """The marks of its outputs."""
    data = Store(cache, TOOL).load().get("marks")
    return {} if data is None else msgspec.msgpack.decode(data, type=dict[str, Mark])


Facts = dict[Query, tuple[str, tuple[Query | None, ...]]]


def facts(graph: Graph) -> Facts:
    """Every question and target by name, with its digest and what it read: a graph without its numbers."""
    names = graph.queries
    return {
        name: (graph.digests[number], tuple(names[one] for one in graph.reads(number)))
        for number, name in enumerate(names)
        if name is not None
    }


def tree(out: Path) -> dict[str, bytes]:
    """Every file of a folder and its bytes."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
