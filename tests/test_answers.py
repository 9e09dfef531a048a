"""Which answers of the last build still hold: only what leads up from a change is asked again, and nothing is stale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.engine import rebuild, trace
from generator.engine.graph import TARGET, Graph
from generator.engine.rebuild import MakeError, remake, remember
from generator.engine.trace import UNANSWERED, Answers, Query, Reader, Reason, Target, digest, digest_bytes, stale
from tests.toy import Facts, Note, build, facts, graph_of, refusal, tree

INPUTS, QUESTIONS = 4, 10


@dataclass(frozen=True)
class Rule:
    """How an answer is worked out: read one after the other, until the sum says that it is enough."""

    reads: tuple[int, ...]
    modulus: int
    """A small one gives the same answer for many sums."""
    refuses: bool = False
    pardons: bool = False


@dataclass
class World:
    """Numbers that are given, and questions in several levels about them; each reads only those before it."""

    rules: Sequence[Rule]
    given: list[int]
    asked: list[Query] = field(default_factory=list)
    inputs: frozenset[str | int] = frozenset(("given",))
    fleeting: frozenset[str | int] = frozenset()

    def state(self, query: Query) -> str:
        return digest(self.given[int(query[1])])

    def answer(self, query: Query, read: Reader) -> object:
        self.asked.append(query)
        number = int(query[1])
        return self.given[number] if query[0] == "given" else self.work_out(self.rules[number], read)

    def work_out(self, rule: Rule, read: Reader) -> int:
        total = 0
        for one in rule.reads:
            try:
                total += int(read(*name(one)))
            except MakeError:
                if not rule.pardons:
                    raise
                total += 7
            if total % 5 == 4:
                break
        if rule.refuses and total % 4 == 3:
            raise MakeError([refusal("rule")])
        return total % rule.modulus


def name(number: int) -> Query:
    """The first numbers are those of the given, the others those of the questions."""
    return ("given", number) if number < INPUTS else ("asked", number - INPUTS)


EVERY = [name(number) for number in range(INPUTS + QUESTIONS)]


@dataclass
class Kept:
    """Outputs in memory."""

    files: dict[str, bytes] = field(default_factory=dict)

    def write(self, path: str, data: bytes) -> bool:
        same = self.files.get(path) == data
        self.files[path] = data
        return not same

    def adopt(self, path: str) -> None:
        """Nothing is foreign here."""


def answer_of(answers: Answers, query: Query) -> str:
    """The digest of an answer, or that it was refused."""
    try:
        return answers.digest(query)
    except MakeError:
        return "refused"


def above(known: Facts, changed: Iterable[Query]) -> set[Query]:
    """Everything in the facts that leads to a change."""
    found = set(changed)
    while more := {query for query, (_, reads) in known.items() if found & {*reads}} - found:
        found |= more
    return found


@st.composite
def rules(draw: st.DrawFn, first: int, last: int) -> Rule:
    """One that reads some of these."""
    reads = draw(st.lists(st.integers(first, last), min_size=1, max_size=4, unique=True))
    kind = draw(st.sampled_from(["", "", "", "refuses", "pardons"]))
    return Rule(tuple(reads), draw(st.sampled_from([1, 2, 3, 50])), kind == "refuses", kind == "pardons")


worlds = st.tuples(*(rules(max(0, INPUTS + n - 6), INPUTS + n - 1) for n in range(QUESTIONS)))
givens = st.lists(st.integers(0, 6), min_size=INPUTS, max_size=INPUTS)
plans = st.lists(st.tuples(st.integers(0, 3), rules(0, INPUTS + QUESTIONS - 1)), max_size=4)
Plan = Sequence[tuple[int, Rule]]


def made_of(plan: Plan) -> tuple[list[Target], dict[str, Rule]]:
    """Targets and how each is made; a target of one name may be made in another way later."""
    rules = {f"t{number}": rule for number, rule in plan}
    return [Target(path, "rule", (repr(rule),)) for path, rule in rules.items()], rules


def one_build(world: World, graph: Graph, plan: Plan, kept: Kept) -> tuple[Graph, set[str]]:
    """The next graph, and the paths of the targets that failed."""
    targets, rules = made_of(plan)

    def make(target: Target, read: Reader) -> bytes:
        return str(world.work_out(rules[target.path], read)).encode()

    answers = Answers(world, graph)
    reasons = {target.path: reason for target in targets if (reason := stale(target, graph, answers))}
    dirty = [target for target in targets if target.path in reasons]
    made = remake(dirty, make, answers, kept, jobs=1, progress=lambda done, all_: None)  # type: ignore[arg-type]
    return remember(graph, answers, targets, made, reasons), set(made.failures)


def all_true(graph: Graph, world: World) -> None:
    """What the graph says of an answer is so today: its digest, and what it was worked out from."""
    fresh = Answers(World(world.rules, world.given))
    for query, (seen, reads) in facts(graph).items():
        if query[0] == "given":
            assert seen == world.state(query)
        elif query[0] == "asked":
            assert seen == fresh.digest(query), query
            assert reads == fresh.fresh[query], query
        assert None not in reads


@settings(max_examples=150)
@given(worlds, st.lists(st.tuples(givens, plans), min_size=2, max_size=5))
def test_every_answer_is_that_of_a_world_without_memory(
    known: Sequence[Rule], builds: list[tuple[list[int], Plan]]
) -> None:
    graph, kept = Graph(), Kept()
    for given_, plan in builds:
        world, before = World(known, given_), facts(graph)
        without = Answers(World(known, given_))
        for order in (EVERY, EVERY[::-1]):
            answers = Answers(World(known, given_), graph)
            assert [answer_of(answers, query) for query in order] == [answer_of(without, query) for query in order]
        only_what_leads_up(before, World(known, given_), graph)
        graph, failed = one_build(world, graph, plan, kept)
        all_true(graph, world)
        clean = Kept()
        assert one_build(World(known, given_), Graph(), plan, clean)[1] == failed
        assert {path: kept.files[path] for path in clean.files} == clean.files
        assert graph.made.keys() == {f"t{number}" for number, _ in plan} - failed
        graph = Graph.decode(graph.encode())


NOTHING_MADE = rebuild.Made({}, [], [], {}, [])


def asked_for_all(known: Sequence[Rule], given_: list[int]) -> tuple[Graph, Answers]:
    """What a build leaves in which every question was asked."""
    graph = Graph()
    answers = Answers(World(known, given_), graph)
    for query in EVERY:
        answer_of(answers, query)
    return remember(graph, answers, [], NOTHING_MADE, {}), answers


def value_of(answers: Answers, query: Query) -> object:
    try:
        return answers.value(query)
    except MakeError:
        return "refused"


@settings(max_examples=100)
@given(worlds, givens, givens, st.sets(st.sampled_from(EVERY[:INPUTS])))
def test_what_is_vouched_for_is_not_looked_at(
    known: Sequence[Rule], one: list[int], two: list[int], more: set[Query]
) -> None:
    """With all that changed named, and perhaps more, it is as if everything were looked at."""
    graph, _ = asked_for_all(known, one)
    changed = {query for query in EVERY[:INPUTS] if one[int(query[1])] != two[int(query[1])]}
    thorough = Answers(World(known, two), graph)
    assert Answers(World(known, two), graph, (("given",), changed | more)).suspects == thorough.suspects
    # Other inputs than those are looked at as ever.
    assert Answers(World(known, two), graph, (("else",), ())).suspects == thorough.suspects


@settings(max_examples=100)
@given(worlds, givens, givens)
def test_values_that_are_kept_are_those_of_today(known: Sequence[Rule], one: list[int], two: list[int]) -> None:
    graph, before = asked_for_all(known, one)
    world = World(known, two)
    later = Answers(world, graph)
    later.keep(before)
    without = Answers(World(known, two))
    for query in EVERY:
        assert value_of(later, query) == value_of(without, query), query
    if one == two and UNANSWERED not in graph.numbers:
        # Of what was worked out nothing is worked out again, but for what raised and so gave no value.
        again = {query for query in world.asked if query[0] == "asked"}
        assert again <= {query for query in EVERY if value_of(before, query) == "refused"}


@settings(max_examples=100, deadline=None)
@given(worlds, givens, givens)
def test_answers_that_are_let_go_of_are_given_again(known: Sequence[Rule], one: list[int], two: list[int]) -> None:
    graph, _ = asked_for_all(known, one)
    kept = Answers(World(known, two), graph)
    expected = [answer_of(kept, query) for query in EVERY]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trace, "RECENT", 1)
        world = World(known, two, fleeting=frozenset(("given", "asked")))
        answers = Answers(world, graph)
        assert [answer_of(answers, query) for query in EVERY] == expected
        assert answers.fresh.keys() >= kept.fresh.keys()
        del world.asked[:]
        assert [answers.digest(query) for query in answers.fresh] == [kept.digest(query) for query in answers.fresh]
        assert world.asked == []


def only_what_leads_up(known: Facts, world: World, graph: Graph) -> None:
    """Of the known questions only those that lead up from a change are worked out again, and what these read."""
    changed = {query for query, (seen, _) in known.items() if query[0] == "given" and world.state(query) != seen}
    answers = Answers(world, graph)
    for query in known:
        if query[0] != TARGET and query != UNANSWERED:
            answer_of(answers, query)
    leading = above(known, changed | {UNANSWERED})
    assert answers.fresh.keys() & known.keys() <= leading
    assert {*world.asked} <= below(world, {query for query in world.asked if query in leading})
    if not changed and UNANSWERED not in known:
        assert world.asked == []


def below(world: World, some: set[Query]) -> set[Query]:
    """These questions and all that they may read."""
    found: set[Query] = set()
    waiting = [*some]
    while waiting:
        query = waiting.pop()
        if query not in found:
            found.add(query)
            waiting.extend(name(one) for one in (world.rules[int(query[1])].reads if query[0] == "asked" else ()))
    return found


# One by one


def answered(known: Sequence[Rule], given_: list[int], graph: Graph) -> World:
    """The world after the last question was asked for its digest."""
    world = World(known, given_)
    Answers(world, graph).digest(name(INPUTS + len(known) - 1))
    return world


def test_a_change_that_an_answer_in_the_middle_takes_up_goes_no_further() -> None:
    """Early cutoff: whether a number is odd, and two questions about that."""
    known = [Rule((0,), 2), Rule((4,), 50), Rule((5, 1), 50)]
    plan = [(0, Rule((6,), 50))]
    graph, _ = one_build(World(known, [1, 1, 0, 0]), Graph(), plan, Kept())
    assert answered(known, [1, 1, 0, 0], graph).asked == []
    # Another odd number: that it is odd is worked out again, and nothing else.
    assert answered(known, [3, 1, 0, 0], graph).asked == [("asked", 0), ("given", 0)]
    # An even one, and one that the last question reads by itself, though what it reads first still holds.
    assert {*answered(known, [2, 1, 0, 0], graph).asked} == {name(one) for one in (0, 1, 4, 5, 6)}
    assert answered(known, [1, 2, 0, 0], graph).asked[0] == ("asked", 2)
    # A number that nobody read.
    assert answered(known, [1, 1, 9, 9], graph).asked == []
    assert Answers(World(known, [1, 1, 9, 9]), graph).suspects == set()


def test_a_suspect_is_looked_at_only_when_it_is_asked_for() -> None:
    known = [Rule((0,), 50), Rule((1,), 50)]
    graph, _ = one_build(World(known, [1, 1, 0, 0]), Graph(), [(0, Rule((4,), 50)), (1, Rule((5,), 50))], Kept())
    world = World(known, [2, 2, 0, 0])
    answers = Answers(world, graph)
    assert {graph.queries[number] for number in answers.suspects} == {
        *map(name, (0, 1, 4, 5)),
        (TARGET, "t0"),
        (TARGET, "t1"),
    }
    answers.digest(name(4))
    assert world.asked == [("asked", 0), ("given", 0)]
    verified = {graph.queries[number] for number in answers.suspects if answers.verified(number)}
    assert verified == {name(0), name(4)}


def steps_with_a_suspect_left(out: Path, cache: Path) -> bytes:
    """A body changes while the page that asks for its length is away, and is as before when it has come back."""
    length, page = Target("length", "length", ("a",)), Target("page", "page", ("a",))
    build({"a": Note("A", "one")}, out, cache, targets=[page, length])
    # The body is looked at for the page; of its length nobody asks.
    build({"a": Note("A", "one two")}, out, cache, targets=[page])
    build({"a": Note("A", "one two")}, out, cache, targets=[page, length])
    assert tree(out)["length"] == b"2"
    build({"a": Note("A", "one")}, out, cache, targets=[page, length])
    return tree(out)["length"]


def test_a_suspect_at_which_nobody_looked_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert steps_with_a_suspect_left(tmp_path / "out", tmp_path / "cache") == b"1"
    # Kept, it would be the length of a body that is known to be otherwise: a stale page.
    monkeypatch.setattr(Answers, "verified", lambda self, number: True)
    assert steps_with_a_suspect_left(tmp_path / "out 2", tmp_path / "cache 2") == b"2"


def test_what_only_deciding_asked_is_remembered_as_it_is(tmp_path: Path) -> None:
    """A question that was worked out again with the same answer, so that nothing was made, has read something new."""

    def maker(target: Target, read: Reader) -> bytes:
        return str(read("missed", "x")).encode()

    places, target = (tmp_path / "out", tmp_path / "cache"), Target("t", "any")
    build({"x": Note("T")}, *places, targets=[target], maker=maker)
    assert build({"x": Note("T"), "watch": Note("W")}, *places, targets=[target], maker=maker).paths == []
    known = facts(graph_of(places[1]))
    assert known[("title", "x")] == (digest("T"), ())
    assert known[("missed", "x")] == (digest(False), (("known", "watch"), ("title", "x")))
    assert build({"x": Note("T"), "watch": Note("W")}, *places, targets=[target], maker=maker).world.asked == []
    assert build({"watch": Note("W")}, *places, targets=[target], maker=maker).made.written == ["t"]


def test_the_reason_names_the_first_read_that_changed() -> None:
    known = [Rule((0,), 50), Rule((1,), 50)]
    target = Target("t", "rule")
    graph = Graph()
    answers = Answers(World(known, [1, 1, 0, 0]), graph)
    read = Reader(answers)
    for one in (4, 2, 5):
        read(*name(one))
        answers.digest(name(one))
    trace = rebuild.Trace(target, read.reads, digest_bytes(b""))
    graph = remember(graph, answers, [target], rebuild.Made({"t": trace}, [], [], {}, []), {"t": Reason("new")})
    for given_, reason in (
        ([1, 1, 0, 1], None),
        ([1, 2, 0, 0], Reason("query", name(5))),
        ([1, 2, 2, 0], Reason("query", name(2))),
        ([2, 2, 2, 0], Reason("query", name(4))),
    ):
        assert stale(target, graph, Answers(World(known, given_), graph)) == reason
    other = Target("t", "rule", (1,))
    assert stale(other, graph, Answers(World(known, [1, 1, 0, 0]), graph)) == Reason("target")
    assert stale(Target("u", "rule"), graph, Answers(World(known, [1, 1, 0, 0]), graph)) == Reason("new")
