"""A toy world for the engine: notes in memory, and makers that read them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from generator.diagnostics import Diagnostic, Span
from generator.engine.outputs import Outputs
from generator.engine.rebuild import Made, MakeError, decide, remake
from generator.engine.store import Memory, Store
from generator.engine.trace import Answers, Query, Reader, Reason, Target


@dataclass(frozen=True)
class Note:
    """A note: the card is what lists show, the body is what its own page shows."""

    title: str
    body: str = ""
    tags: tuple[str, ...] = ()


@dataclass
class World:
    """Answers about notes; `asked` logs every question in order."""

    notes: dict[str, Note]
    asked: list[Query] = field(default_factory=list)

    def answer(self, query: Query) -> object:
        self.asked.append(query)
        match query:
            case ("title", str(name)):
                return self.notes[name].title if name in self.notes else None
            case ("body", str(name)):
                # Like an entry's body: asking makes sense only of what exists.
                return self.notes[name].body
            case ("list", str(tag)):
                return tuple(name for name, note in sorted(self.notes.items()) if tag in note.tags)
            case ("count",):
                return len(self.notes)
            case ("refused", str(name)):
                if self.notes[name].title == "refused":
                    raise MakeError([refusal(name)])
                return True
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


def make(target: Target, read: Reader) -> bytes:
    return {"page": page, "listing": listing, "total": total}[target.maker](target, read)


def make_in_worker(target: Target, read: Reader) -> bytes:
    """The same, and leaves word of the process beside the output: its number must not be in the bytes."""
    Path(os.environ["TOY_WORKERS"], str(os.getpid())).touch()
    return make(target, read)


def plan(world: World, tags: tuple[str, ...] = ("red", "blue")) -> list[Target]:
    return [
        *(Target(f"{name}/index.html", "page", (name,)) for name in sorted(world.notes)),
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
    """One whole build in the order that a conductor keeps: load, claim, decide, make, prune, save."""
    world = World(notes)
    targets = plan(world) if targets is None else targets
    answers = Answers(world)
    store = Store(cache, "toy 1")
    memory = store.load()
    outputs = Outputs(out, memory.outputs)
    paths = [target.path for target in targets]
    outputs.claim(paths)
    reasons = decide(targets, memory.traces, answers, outputs)
    dirty = [target for target in targets if target.path in reasons]
    made = remake(dirty, maker, answers, outputs, jobs=jobs, progress=lambda done, all_: None)
    removed = outputs.prune(paths)
    kept = {path: memory.traces[path] for path in paths if path not in reasons}
    store.save(
        Memory(traces=kept | made.traces, outputs=outputs.marks, reasons={**memory.reasons, **reasons}),
    )
    return Result(reasons, made, removed, world)


def tree(out: Path) -> dict[str, bytes]:
    """Every file of a folder and its bytes."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
