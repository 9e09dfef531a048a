"""The engine's promise, in a toy world: a warm build equals a clean one, and makes only what would be different."""

from __future__ import annotations

import datetime
import os
import random
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from generator.engine.outputs import Outputs
from generator.engine.rebuild import MakeError, decide, remake
from generator.engine.store import Store
from generator.engine.trace import (
    UNANSWERED,
    Answers,
    Dependency,
    Reader,
    Reason,
    Target,
    Trace,
    digest,
    digest_bytes,
    stale,
)
from tests.toy import Note, World, build, make, plan, tree

NOTES = {
    "a": Note("Alpha", "text of a", ("red",)),
    "b": Note("Beta", "@a", ("red", "blue")),
    "c": Note("Gamma", "text of c"),
}
ALL = ["a/index.html", "b/index.html", "c/index.html", "tags/red.html", "tags/blue.html", "total.txt"]


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "out", tmp_path / "cache"


def traces_of(cache: Path) -> dict[str, Trace]:
    return dict(Store(cache, "toy 1").load().traces)


def quiet(done: int, total: int) -> None:
    """No progress."""


# Digests


class Card(msgspec.Struct, frozen=True):
    title: str
    day: datetime.date | None = None


class Other(msgspec.Struct, frozen=True):
    title: str
    day: datetime.date | None = None


def test_digest_sees_the_order_of_a_mapping() -> None:
    assert digest({"2024": 1, "2023": 2}) != digest({"2023": 2, "2024": 1})
    assert digest({2024: 1}) == digest({2024: 1})


def test_digest_does_not_see_the_order_of_a_set() -> None:
    texts = [f"word {number}" for number in range(50)]
    assert digest(set(texts)) == digest(frozenset(texts))
    code = "from generator.engine.trace import digest; print(digest({str(n) for n in range(50)}))"
    seen = set()
    for seed in ("1", "2", "3"):
        run = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            check=True,
        )
        seen.add(run.stdout)
    assert len(seen) == 1


def test_digest_tells_values_apart() -> None:
    day = datetime.date(2024, 5, 1)
    values = [
        None, "", "None", 0, 1, 1.0, True, "1", b"1", (), ("a",), ("a", "b"), ("ab",), {"a": 1}, {"a"},
        day, "2024-05-01", datetime.datetime(2024, 5, 1, 8, 30), datetime.time(8, 30), "8:30",
        Card("x"), Card("x", day), Other("x"), "\ud800",
    ]  # fmt: skip
    assert len({digest(value) for value in values}) == len(values)
    assert digest(("a", 1)) == digest(["a", 1])
    assert digest(Card("x", day)) == digest(Card("x", datetime.date(2024, 5, 1)))
    with pytest.raises(TypeError, match="object"):
        digest((1, object()))


# Reading and asking


def test_a_query_is_asked_once_and_recorded_in_order_of_first_reading() -> None:
    world = World(NOTES)
    answers = Answers(world)
    read = Reader(answers)
    assert read("title", "b") == "Beta"
    assert read("title", "a") == "Alpha"
    assert read("title", "b") == "Beta"
    assert Reader(answers)("title", "a") == "Alpha"
    assert world.asked == [("title", "b"), ("title", "a")]
    assert read.dependencies == (
        Dependency(("title", "b"), digest("Beta")),
        Dependency(("title", "a"), digest("Alpha")),
    )


def test_an_answer_that_raises_is_not_kept() -> None:
    world = World({})
    answers = Answers(world)
    for _ in range(2):
        with pytest.raises(KeyError):
            answers.value(("body", "x"))
    world.notes["x"] = Note("X", "now there")
    assert answers.value(("body", "x")) == "now there"


def test_a_swallowed_failure_is_never_fresh() -> None:
    answers = Answers(World({"x": Note("refused")}))
    read = Reader(answers)
    with pytest.raises(MakeError):
        read("refused", "x")
    assert read.dependencies == (Dependency(("refused", "x"), UNANSWERED),)
    target = Target("x", "page")
    trace = Trace(target.digest, read.dependencies, digest_bytes(b""))
    for title in ("refused", "mended"):
        assert stale(target, trace, Answers(World({"x": Note(title)}))) == Reason("query", ("refused", "x"))


def test_a_later_dependency_is_not_asked_once_an_earlier_one_changed(places: tuple[Path, Path]) -> None:
    build(NOTES, *places)
    trace = traces_of(places[1])["a/index.html"]
    assert [dependency.query for dependency in trace.dependencies] == [("title", "a"), ("body", "a")]
    world = World({})
    assert stale(Target("a/index.html", "page", ("a",)), trace, Answers(world)) == Reason("query", ("title", "a"))
    assert world.asked == [("title", "a")]


# Builds


def test_the_first_build_makes_everything_and_the_second_nothing(places: tuple[Path, Path]) -> None:
    first = build(NOTES, *places)
    assert first.made.written == ALL
    assert set(first.reasons.values()) == {Reason("new")}
    assert (places[0] / "b/index.html").read_bytes() == b"Beta\n@a -> Alpha\n"
    second = build(NOTES, *places)
    assert second.paths == []
    # Each distinct query once, however many targets depend on it.
    assert len(second.world.asked) == len(set(second.world.asked)) == 9


def test_a_body_is_its_own_page_and_a_title_is_all_that_show_it(places: tuple[Path, Path]) -> None:
    build(NOTES, *places)
    body = build({**NOTES, "a": Note("Alpha", "other text", ("red",))}, *places)
    assert body.reasons == {"a/index.html": Reason("query", ("body", "a"))}
    title = build({**NOTES, "a": Note("Aleph", "other text", ("red",))}, *places)
    assert title.paths == ["a/index.html", "b/index.html", "tags/red.html"]


def test_same_answer_makes_nothing_and_same_bytes_write_nothing(places: tuple[Path, Path]) -> None:
    build(NOTES, *places)
    before = (places[0] / "total.txt").stat()
    moved = build(dict(reversed(NOTES.items())), *places)
    assert moved.paths == []
    more = build({**NOTES, "d": Note("Delta")}, *places)
    assert more.reasons["total.txt"] == Reason("query", ("count",))
    assert more.made.unchanged == ["total.txt"]
    assert more.made.written == ["d/index.html"]
    after = (places[0] / "total.txt").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    assert build({**NOTES, "d": Note("Delta")}, *places).paths == []


def test_what_was_absent_and_appears_is_noticed(places: tuple[Path, Path]) -> None:
    notes = {"b": Note("Beta", "@a")}
    build(notes, *places)
    assert (places[0] / "b/index.html").read_bytes() == b"Beta\n@a -> None\n"
    result = build({**notes, "a": Note("Alpha")}, *places)
    assert result.reasons["b/index.html"] == Reason("query", ("title", "a"))
    assert (places[0] / "b/index.html").read_bytes() == b"Beta\n@a -> Alpha\n"
    gone = build(notes, *places)
    assert gone.removed == ["a/index.html"]
    assert "b/index.html" in gone.paths


def test_other_arguments_or_another_maker_are_noticed(places: tuple[Path, Path]) -> None:
    build(NOTES, *places, targets=[Target("x", "page", ("a",)), Target("y", "page", ("a",))])
    result = build(NOTES, *places, targets=[Target("x", "page", ("a", 2)), Target("y", "listing", ("red",))])
    assert result.reasons == {"x": Reason("target"), "y": Reason("target")}
    assert tree(places[0])["x"] == b"Alpha\ntext of a\n2"


def test_damaged_and_missing_outputs_are_made_again(places: tuple[Path, Path]) -> None:
    build(NOTES, *places)
    good = tree(places[0])
    (places[0] / "total.txt").write_bytes(b"FEW")  # the same size
    (places[0] / "a/index.html").unlink()
    (places[0] / "b/index.html").unlink()
    (places[0] / "b/index.html").symlink_to(places[0] / "c/index.html")
    result = build(NOTES, *places)
    assert result.reasons == {
        "a/index.html": Reason("missing"),
        "b/index.html": Reason("damaged"),
        "total.txt": Reason("damaged"),
    }
    assert tree(places[0]) == good
    assert not (places[0] / "b/index.html").is_symlink()


def test_an_option_switched_there_and_back_is_written_back(places: tuple[Path, Path]) -> None:
    other = places[1].with_name("other cache")
    build(NOTES, *places)
    good = tree(places[0])
    build({**NOTES, "a": Note("Aleph", "else", ("red",))}, places[0], other)
    assert tree(places[0]) != good
    assert "a/index.html" in build(NOTES, *places).paths
    assert tree(places[0]) == good


def test_a_failing_target_keeps_its_last_good_output_until_mended(places: tuple[Path, Path]) -> None:
    build(NOTES, *places)
    broken = {**NOTES, "a": Note("refused", "x"), "n": Note("refused")}
    result = build(broken, *places)
    assert list(result.made.failures) == ["a/index.html", "n/index.html"]
    assert [diagnostic.code for diagnostic in result.made.failures["a/index.html"]] == ["toy"]
    assert (places[0] / "a/index.html").read_bytes() == b"Alpha\ntext of a\n"
    # The others went on.
    assert (places[0] / "tags/red.html").read_bytes() == b"Beta"
    assert "a/index.html" not in traces_of(places[1])
    # What never came to be is not owned.
    assert "n/index.html" not in Outputs(places[0], {}).owned
    assert build(broken, *places).paths == ["a/index.html", "n/index.html"]
    mended = build(NOTES, *places)
    assert mended.reasons["a/index.html"] == Reason("new")
    assert mended.made.unchanged == ["a/index.html", "total.txt"]
    assert build(NOTES, *places).paths == []


def test_a_failing_answer_fails_the_targets_that_read_it(tmp_path: Path) -> None:
    def maker(target: Target, read: Reader) -> bytes:
        return str(read("refused", "x")).encode()

    targets = [Target("p", "any")]
    for title, failed in (("fine", False), ("refused", True)):
        outputs = Outputs(tmp_path, {})
        outputs.claim(["p"])
        traces = {} if title == "fine" else made.traces  # noqa: F821
        answers = Answers(World({"x": Note(title)}))
        assert list(decide(targets, traces, answers, outputs)) == ["p"]
        made = remake(targets, maker, answers, outputs, jobs=1, progress=quiet)
        assert bool(made.failures) == failed
    assert tree(tmp_path)["p"] == b"True"


def test_a_fault_of_the_program_names_the_target(tmp_path: Path) -> None:
    outputs = Outputs(tmp_path, {})
    targets = [Target(f"{n}", "nobody") for n in range(100)]
    outputs.claim([target.path for target in targets])
    for jobs in (1, 2):
        with pytest.raises(KeyError, match="nobody") as caught:
            remake(targets, make, Answers(World({})), outputs, jobs=jobs, progress=quiet)
        assert "(nobody)" in caught.value.__notes__[0]


def test_a_foreign_file_is_reported_and_left_alone(places: tuple[Path, Path]) -> None:
    (places[0] / "a").mkdir(parents=True)
    (places[0] / "a/index.html").write_bytes(b"mine")
    (places[0] / "total.txt").write_bytes(b"few")
    result = build(NOTES, *places)
    assert result.made.foreign == ["a/index.html"]
    assert result.made.unchanged == ["total.txt"]
    assert (places[0] / "a/index.html").read_bytes() == b"mine"
    assert build(NOTES, *places).made.foreign == ["a/index.html"]
    (places[0] / "a/index.html").unlink()
    assert build(NOTES, *places).made.written == ["a/index.html"]
    assert Outputs(places[0], {}).owned == set(ALL)


def test_a_lost_list_of_owned_files_locks_nobody_out(places: tuple[Path, Path]) -> None:
    build(NOTES, *places)
    (places[0] / ".portal-owned").unlink()
    changed = {**NOTES, "a": Note("Aleph", "text of a", ("red",))}
    result = build(changed, *places)
    assert result.made.foreign == []
    assert result.made.written == ["a/index.html", "b/index.html", "tags/red.html"]
    assert Outputs(places[0], {}).owned == set(ALL)


# Deciding


def test_decide_equals_stale(places: tuple[Path, Path]) -> None:
    build(NOTES, *places)
    traces = traces_of(places[1])
    worlds = [
        NOTES,
        {**NOTES, "a": Note("Aleph")},
        {**NOTES, "d": Note("Delta", "@a", ("blue",))},
        {"c": NOTES["c"]},
        {},
    ]
    several = 0
    for notes in worlds:
        targets = [*plan(World(NOTES)), Target("d/index.html", "page", ("d",)), Target("total.txt", "page", ("c",))]
        answers = Answers(World(notes))
        each = {
            target.path: reason for target in targets if (reason := stale(target, traces.get(target.path), answers))
        }
        world = World(notes)
        assert decide(targets, traces, Answers(world), Outputs(places[0], {})) == each
        assert len(world.asked) == len(set(world.asked))
        several += len(each)
    assert several > 15


# The promise


def edited(notes: dict[str, Note], chance: random.Random) -> dict[str, Note]:
    """The notes after one random edit."""
    notes = dict(notes)
    name = f"n{chance.randrange(8)}"
    old = notes.get(name, Note("T"))
    match chance.randrange(5):
        case 0:
            notes.pop(name, None)
        case 1:
            notes[name] = Note(chance.choice(["T", "U", "refused"]), old.body, old.tags)
        case 2:
            notes[name] = Note(old.title, chance.choice(["text", "", f"@n{chance.randrange(8)}"]), old.tags)
        case 3:
            notes[name] = Note(old.title, old.body, tuple(chance.sample(["red", "blue"], chance.randrange(3))))
        case 4:
            notes[name] = Note("new", "@n0", ("red",))
    return notes


def vandalised(out: Path, chance: random.Random) -> None:
    """An output file deleted or overwritten with as many other bytes."""
    files = [path for path in sorted(out.rglob("*.*")) if path.is_file() and path.name != ".portal-owned"]
    if files and chance.random() < 0.3:
        file = chance.choice(files)
        if chance.random() < 0.5:
            file.unlink()
        else:
            file.write_bytes(b"?" * file.stat().st_size)


@pytest.mark.parametrize("seed", range(25))
def test_warm_equals_clean_after_random_edits(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    notes: dict[str, Note] = {}
    saved = 0
    for step in range(12):
        notes = edited(notes, chance)
        vandalised(tmp_path / "out", chance)
        warm = build(notes, tmp_path / "out", tmp_path / "cache")
        clean = build(notes, tmp_path / f"clean {step}", tmp_path / f"clean cache {step}")
        saved += len(clean.paths) - len(warm.paths)
        failed = set(warm.made.failures)
        assert failed == set(clean.made.failures)
        # A failed target keeps its last good output, which a clean build has never had.
        good = {path: data for path, data in tree(tmp_path / "out").items() if path not in {*failed, ".portal-owned"}}
        expected = {path: data for path, data in tree(tmp_path / f"clean {step}").items() if path != ".portal-owned"}
        assert good == expected
        assert set(build(notes, tmp_path / "out", tmp_path / "cache").paths) == failed
    assert saved > 10
