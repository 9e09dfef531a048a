"""The engine's promise, in a toy world: a warm build equals a clean one, and makes only what would be different."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest

from generator.engine.outputs import Outputs
from generator.engine.rebuild import MakeError, decide, remake
from generator.engine.trace import UNANSWERED, Answers, Reader, Reason, Target, stale
from tests.toy import Note, World, build, graph_of, make, plan, tree

NOTES = {
    "a": Note("Alpha", "text of a", ("red",)),
    "b": Note("Beta", "@a", ("red", "blue")),
    "c": Note("Gamma", "text of c"),
}
ALL = ["a/index.html", "b/index.html", "c/index.html", "tags/red.html", "tags/blue.html", "total.txt"]


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "out", tmp_path / "cache"


def quiet(done: int, total: int) -> None:
    """No progress."""


# Reading and asking


def test_a_query_is_asked_once_and_recorded_in_order_of_first_reading() -> None:
    world = World(NOTES)
    answers = Answers(world)
    read = Reader(answers)
    assert read("title", "b") == "Beta"
    assert read("count") == 3
    assert read("title", "a") == "Alpha"
    assert read("title", "b") == "Beta"
    assert Reader(answers)("title", "a") == "Alpha"
    assert world.asked == [("title", "b"), ("count",), ("names",), ("title", "a")]
    assert read.reads == (("title", "b"), ("count",), ("title", "a"))
    assert answers.fresh == {("count",): (("names",),)}


def test_an_answer_that_raises_is_not_kept() -> None:
    world = World({})
    answers = Answers(world)
    for query in (("body", "x"), ("words", "x"), ("body", "x")):
        with pytest.raises(KeyError):
            answers.value(query)
    world.notes["x"] = Note("X", "now there")
    assert answers.value(("body", "x")) == "now there"
    assert answers.value(("words", "x")) == 2


def swallowing(target: Target, read: Reader) -> bytes:
    """Goes on after a failure, and makes the same of it as of success."""
    with suppress(MakeError):
        read("refused", "x")
    return b"same"


def test_a_swallowed_failure_is_never_fresh(places: tuple[Path, Path]) -> None:
    answers = Answers(World({"x": Note("refused")}))
    read = Reader(answers)
    assert swallowing(Target("x", "any"), read) == b"same"
    assert read.reads == (UNANSWERED,)
    targets = [Target("x", "any")]
    for title, reasons in (
        ("refused", {"x": Reason("new")}),
        ("refused", {"x": Reason("query", UNANSWERED)}),
        ("mended", {"x": Reason("query", UNANSWERED)}),
        ("mended", {}),
    ):
        result = build({"x": Note(title)}, *places, targets=targets, maker=swallowing)
        assert result.reasons == reasons, title
        assert result.made.failures == {}


def test_an_answer_that_swallowed_a_failure_is_worked_out_in_every_build(places: tuple[Path, Path]) -> None:
    def maker(target: Target, read: Reader) -> bytes:
        return str(read("pardoned", "x")).encode()

    targets = [Target("x", "any")]
    for title, made in (("refused", ["x"]), ("refused", []), ("refused", []), ("mended", ["x"]), ("mended", [])):
        result = build({"x": Note(title)}, *places, targets=targets, maker=maker)
        assert result.paths == made
        assert (("pardoned", "x") in result.world.asked) == (title == "refused" or bool(made))


@pytest.mark.parametrize("maker", ["length", "summary"])
def test_a_later_read_is_not_asked_once_an_earlier_one_changed(maker: str, places: tuple[Path, Path]) -> None:
    """Neither of a target nor of a question: how long a note is makes no sense of one that is gone."""
    target = Target("x", maker, ("a",))
    build(NOTES, *places, targets=[target])
    world = World({})
    first = "known" if maker == "length" else "summary"
    assert stale(target, graph_of(places[1]), Answers(world, graph_of(places[1]))) == Reason("query", (first, "a"))
    assert ("words", "a") not in world.asked
    assert ("known", "a") in world.asked
    assert build({}, *places, targets=[target]).made.written == ["x"]
    assert tree(places[0])["x"] == b"unknown"
    # One that comes back is asked all of it again.
    assert build({"a": Note("Alpha", "one two")}, *places, targets=[target]).made.written == ["x"]


# Builds


def test_the_first_build_makes_everything_and_the_second_nothing(places: tuple[Path, Path]) -> None:
    first = build(NOTES, *places)
    assert first.made.written == ALL
    assert set(first.reasons.values()) == {Reason("new")}
    assert (places[0] / "b/index.html").read_bytes() == b"Beta\n@a -> Alpha\n"
    second = build(NOTES, *places)
    assert second.paths == []
    # Each source is looked at once, however many targets depend on it, and nothing is worked out.
    assert second.world.asked == []
    assert len(second.world.looked) == len(set(second.world.looked)) == 10
    assert len(first.world.asked) == len(set(first.world.asked)) == 13


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
    assert "a/index.html" not in graph_of(places[1]).made
    # What never came to be is not owned.
    assert "n/index.html" not in Outputs(places[0], {}).owned
    assert build(broken, *places).paths == ["a/index.html", "n/index.html"]
    mended = build(NOTES, *places)
    assert mended.reasons["a/index.html"] == Reason("new")
    assert mended.made.unchanged == ["a/index.html", "total.txt"]
    assert build(NOTES, *places).paths == []


def test_a_failing_answer_fails_the_targets_that_read_it(places: tuple[Path, Path]) -> None:
    def maker(target: Target, read: Reader) -> bytes:
        return str(read("refused", "x")).encode()

    targets = [Target("p", "any"), Target("q", "any")]
    for title, paths in (("fine", ["p", "q"]), ("refused", ["p", "q"]), ("refused", ["p", "q"]), ("other", ["p", "q"])):
        result = build({"x": Note(title)}, *places, targets=targets, maker=maker)
        assert result.paths == paths
        assert list(result.made.failures) == (paths if title == "refused" else [])
        assert tree(places[0])["p"] == b"True"
    assert build({"x": Note("else")}, *places, targets=targets, maker=maker).paths == []


@pytest.mark.forks
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
    """Which targets come first, and what was asked for them, changes no decision."""
    more = [Target(f"{maker}/{name}", maker, (name,)) for maker in ("length", "summary") for name in NOTES]
    build(NOTES, *places, targets=[*plan(NOTES), *more])
    worlds = [
        NOTES,
        {**NOTES, "a": Note("Aleph")},
        {**NOTES, "d": Note("Delta", "@a", ("blue",))},
        {"c": NOTES["c"]},
        {},
    ]
    several = 0
    for notes in worlds:
        targets = [*plan(NOTES), *more, Target("d/index.html", "page", ("d",)), Target("total.txt", "page", ("c",))]
        graph = graph_of(places[1])
        each = {
            target.path: reason
            for target in targets
            if (reason := stale(target, graph, Answers(World(notes), graph_of(places[1]))))
        }
        world = World(notes)
        assert decide(targets, graph, Answers(world, graph), Outputs(places[0], {})) == each
        assert len(world.asked) == len(set(world.asked))
        several += len(each)
    assert several > 25


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


def planned(notes: dict[str, Note], chance: random.Random) -> list[Target]:
    """Most of the targets: one that is left out leaves answers at which this build does not look."""
    names = [f"n{number}" for number in range(8)]
    more = [Target(f"{maker}/{name}", maker, (name,)) for maker in ("length", "summary") for name in names]
    return [target for target in [*plan(notes), *more] if chance.random() < 0.8]


@pytest.mark.parametrize("seed", range(25))
def test_warm_equals_clean_after_random_edits(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    notes: dict[str, Note] = {}
    saved = 0
    for step in range(12):
        notes = edited(notes, chance)
        vandalised(tmp_path / "out", chance)
        targets = planned(notes, chance)
        warm = build(notes, tmp_path / "out", tmp_path / "cache", targets=targets)
        clean = build(notes, tmp_path / f"clean {step}", tmp_path / f"clean cache {step}", targets=targets)
        saved += len(clean.paths) - len(warm.paths)
        failed = set(warm.made.failures)
        assert failed == set(clean.made.failures)
        # A failed target keeps its last good output, which a clean build has never had.
        good = {path: data for path, data in tree(tmp_path / "out").items() if path not in {*failed, ".portal-owned"}}
        expected = {path: data for path, data in tree(tmp_path / f"clean {step}").items() if path != ".portal-owned"}
        assert good == expected
        assert set(build(notes, tmp_path / "out", tmp_path / "cache", targets=targets).paths) == failed
    assert saved > 10
