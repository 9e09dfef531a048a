"""The graph of what was asked and read: what goes in comes out, and the way up from a change misses nothing."""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.engine.graph import TARGET, Graph, Made, Query
from tests.toy import Facts, facts

NAMES: list[Query] = [("q", number) for number in range(12)]


@dataclass
class Model:
    """The same by names, as plain as can be."""

    facts: Facts = field(default_factory=dict)
    inputs: set[Query] = field(default_factory=set)

    def put(self, query: Query, digest: str, reads: Iterable[Query]) -> None:
        self.facts[query] = digest, tuple(reads)
        for one in reads:
            self.facts.setdefault(one, ("", ()))

    def above(self, changed: Iterable[Query]) -> set[Query]:
        """Everything that leads to a change by what it read: looked for until nothing more is found."""
        found = set(changed)
        while more := {query for query, (_, reads) in self.facts.items() if found & {*reads}} - found:
            found |= more
        return found

    def forget(self, gone: Iterable[Query]) -> None:
        for query in gone:
            self.facts.pop(query, None)
            self.inputs.discard(query)


def names(graph: Graph, numbers: Iterable[int]) -> set[Query | None]:
    return {graph.queries[number] for number in numbers}


def same(graph: Graph, model: Model) -> None:
    """The graph says what the model says, asked in every way."""
    assert facts(graph) == model.facts
    assert {query for query, _ in graph.inputs()} == model.inputs
    assert all(graph.queries[number] == query for query, number in graph.numbers.items())
    assert graph.numbers.keys() == model.facts.keys()
    for query in model.facts:
        assert names(graph, graph.above([graph.numbers[query]])) == model.above([query]), query
    assert graph.above([]) == set()


def after(graph: Graph, model: Model, step: tuple[Any, ...]) -> Graph:
    """The graph, which may be another one, after a step that is taken with both."""
    match step:
        case "put", number, digest, reads:
            # Only to what stands below, as an answer reads only what was worked out before it.
            below = [NAMES[one] for one in dict.fromkeys(reads) if one < number]
            model.put(NAMES[number], digest, below)
            assert graph.put(NAMES[number], digest, below) == graph.numbers[NAMES[number]]
        case "input", number, digest:
            model.facts[NAMES[number]] = digest, model.facts.get(NAMES[number], ("", ()))[1]
            model.inputs.add(NAMES[number])
            graph.put_input(NAMES[number], digest)
        case "forget", number:
            if NAMES[number] in model.facts:
                # With all that has read it, since what holds has read nothing that was forgotten.
                for one in graph.above([graph.numbers[NAMES[number]]]):
                    graph.forget(one)
                    graph.forget(one)
                model.forget(model.above([NAMES[number]]))
        case ("settle",):
            graph.settle()
        case ("compact",):
            return compacted(graph, model)
        case ("store",):
            return Graph.decode(graph.encode())
    return graph


def compacted(graph: Graph, model: Model) -> Graph:
    """Smaller once a quarter was forgotten; then nothing of it is left."""
    found = graph.compact()
    if len(model.facts) * 4 <= len(graph.queries) * 3:
        assert len(found.queries) == len(model.facts)
    else:
        assert found is graph
    return found


numbers = st.integers(0, len(NAMES) - 1)
steps = st.one_of(
    st.tuples(st.just("put"), numbers, st.sampled_from("abc"), st.lists(numbers, max_size=5)),
    st.tuples(st.just("put"), numbers, st.sampled_from("abc"), st.lists(numbers, max_size=5)),
    st.tuples(st.just("input"), st.integers(0, 3), st.sampled_from("abc")),
    st.tuples(st.just("forget"), numbers),
    st.tuples(st.sampled_from(["settle", "compact", "store"])),
)


@given(st.lists(steps, max_size=40))
def test_any_steps_leave_what_was_put(taken: list[tuple[Any, ...]]) -> None:
    graph, model = Graph(), Model()
    for step in taken:
        graph = after(graph, model, step)
    same(graph, model)


@given(st.lists(st.lists(steps, max_size=8), max_size=8))
def test_looking_upwards_between_the_steps_changes_nothing(groups: list[list[tuple[Any, ...]]]) -> None:
    """Each look brings the way up to date for a few changes; at the end it is as if worked out from nothing."""
    graph, model = Graph(), Model()
    for group in groups:
        for step in group:
            graph = after(graph, model, step)
        same(graph, model)


def grown(seed: int, count: int) -> tuple[Graph, Model]:
    """A graph of some size in which each question reads a few that came before it."""
    chance = random.Random(seed)
    graph, model = Graph(), Model()
    for number in range(count):
        reads = [("q", chance.randrange(number)) for _ in range(chance.randrange(4))] if number > 5 else []
        reads = list(dict.fromkeys(reads))
        for one in (graph, model):
            one.put(("q", number), f"d{number}", reads)
    return graph, model


def inverted(graph: Graph) -> dict[Query | None, set[Query | None]]:
    """Who read what, worked out from nothing."""
    fresh = Graph()
    for query, (digest, reads) in facts(graph).items():
        fresh.put(query, digest, [one for one in reads if one is not None])
    return {query: names(fresh, fresh.above([number])) for query, number in fresh.numbers.items()}


@pytest.mark.parametrize("seed", range(10))
def test_a_few_changes_at_a_time_equal_inversion_from_nothing(seed: int) -> None:
    chance = random.Random(seed)
    graph, model = grown(seed, 120)
    graph.settle()
    for _ in range(15):
        # Fewer than a quarter, so that the way up is mended and not made again.
        for number in chance.choices(range(6, 120), k=4) + [chance.randrange(6, 60)] * 2:
            if chance.random() < 0.3:
                gone = graph.above([graph.numbers[("q", number)]]) if ("q", number) in graph.numbers else set()
                if len(gone) < 10:
                    model.forget(model.above([("q", number)] if gone else []))
                    for one in gone:
                        graph.forget(one)
                continue
            known = [one for one in range(number) if ("q", one) in model.facts]
            reads = [("q", one) for one in chance.sample(known, min(3, len(known)))]
            for one in (graph, model):
                one.put(("q", number), f"{number} again", reads)
        same(graph, model)
        for query, users in inverted(graph).items():
            assert names(graph, graph.above([graph.numbers[query or ()]])) == users


def test_several_changes_are_looked_up_together() -> None:
    graph, model = grown(3, 60)
    changed: list[Query] = [("q", 7), ("q", 8), ("q", 7)]
    assert names(graph, graph.above(graph.numbers[query] for query in changed)) == model.above(changed)


def test_the_order_of_reading_is_kept_and_each_number_its_own() -> None:
    graph = Graph()
    order: list[Query] = [("b",), ("a",), ("a", 1), ("a", "1")]
    graph.put(("q",), "d", order)
    assert facts(graph)[("q",)] == ("d", tuple(order))
    graph.put(("q",), "e", order[::-1])
    assert facts(Graph.decode(graph.encode()))[("q",)] == ("e", tuple(order[::-1]))
    assert len(graph.numbers) == 5


# Targets


def made(graph: Graph) -> Mapping[str, tuple[str, tuple[str | int, ...], bytes]]:
    return {path: (one.maker, one.arguments, bytes(one.reason)) for path, one in graph.made.items()}


def test_targets_stand_among_the_questions() -> None:
    graph, reason = Graph(), msgspec.msgpack.encode("why")
    graph.put_input(("text", "a"), "t")
    for path in ("a.html", "b.html"):
        graph.put((TARGET, path), f"bytes of {path}", [("text", "a")])
        graph.put_target(path, ("page", (path, 1)), reason)
    expected = {path: ("page", (path, 1), reason) for path in ("a.html", "b.html")}
    again = Graph.decode(graph.encode())
    for one in (graph, again):
        assert made(one) == expected
        above = one.above([one.numbers[("text", "a")]])
        assert above == {0, *(known.number for known in one.made.values())}
        assert [one.digests[known.number] for known in one.made.values()] == ["bytes of a.html", "bytes of b.html"]
    again.forget_target("a.html")
    again.forget_target("a.html")
    again.forget_target("never made")
    assert made(again).keys() == {"b.html"}
    assert (TARGET, "a.html") not in again.numbers
    assert names(again, again.above([0])) == {("text", "a"), (TARGET, "b.html")}


def test_compacting_keeps_targets_with_their_numbers() -> None:
    graph, reason = Graph(), msgspec.msgpack.encode("why")
    for number in range(40):
        graph.put_input(("text", number), f"t{number}")
        graph.put((TARGET, str(number)), f"b{number}", [("text", number)])
        graph.put_target(str(number), ("page", (number,)), reason)
    for number in range(30):
        graph.forget_target(str(number))
    assert graph.compact() is not graph
    small = Graph.decode(graph.compact().encode())
    assert len(small.queries) == 50
    assert made(small) == {str(number): ("page", (number,), reason) for number in range(30, 40)}
    assert all(small.queries[known.number] == (TARGET, path) for path, known in small.made.items())
    assert facts(small)[(TARGET, "31")] == ("b31", (("text", 31),))
    assert names(small, small.above([small.numbers[("text", 31)]])) == {("text", 31), (TARGET, "31")}


# Damage


def packed(*numbers: int) -> bytes:
    return array("I", numbers).tobytes()


SOUND: list[Any] = [
    [("a",), ("b",), (TARGET, "x")],
    ["1", "2", "3"],
    [b"", packed(0), packed(1, 0)],
    [packed(1, 2), packed(2), b""],
    packed(0),
    {"x": Made(2, "page", (), msgspec.Raw(msgspec.msgpack.encode("why")))},
]


def payload(**changes: Any) -> bytes:
    """A graph as it is kept, with some parts replaced."""
    parts = dict(zip(("queries", "digests", "reads", "users", "inputs", "made"), SOUND, strict=True))
    return msgspec.msgpack.encode([*{**parts, **changes}.values()])


def test_a_sound_payload_is_read() -> None:
    """Next to those below there is one that makes sense, or they might all be refused for something else."""
    graph = Graph.decode(payload())
    assert facts(graph) == {("a",): ("1", ()), ("b",): ("2", (("a",),)), (TARGET, "x"): ("3", (("b",), ("a",)))}
    assert names(graph, graph.above([0])) == {("a",), ("b",), (TARGET, "x")}


SENSELESS = {
    "nothing": b"",
    "no MessagePack": b"\xc1",
    "too few parts": b"\x90",
    "more than a graph": payload() + b"\0",
    "fewer questions": payload(queries=[("a",), ("b",)]),
    "no question": payload(queries=[("a",), ("b",), (1.5,)]),
    "fewer digests": payload(digests=["1", "2"]),
    "fewer reads": payload(reads=[b"", packed(0)]),
    "more users": payload(users=[packed(1, 2), packed(2), b"", b""]),
    "a target without a reason": payload(made={"x": [2, "page", []]}),
}
ASTRAY = {
    "inputs in no numbers": payload(inputs=b"\0\0\0\0\0"),
    "inputs beyond the end": payload(inputs=packed(3)),
    "a target beyond the end": payload(made={"x": [3, "page", [], "why"]}),
    "a target before the beginning": payload(made={"x": [-1, "page", [], "why"]}),
}


@pytest.mark.parametrize("name", SENSELESS)
def test_a_payload_that_makes_no_sense_is_refused(name: str) -> None:
    with pytest.raises((msgspec.MsgspecError, ValueError)):
        Graph.decode(SENSELESS[name])


@pytest.mark.parametrize("name", ASTRAY)
def test_numbers_that_lead_nowhere_are_refused(name: str) -> None:
    """Though the checksum of the part fits. The reads are not looked through: they are as the checksum says."""
    with pytest.raises((msgspec.MsgspecError, ValueError, TypeError)):
        Graph.decode(ASTRAY[name])


def test_every_truncation_is_refused() -> None:
    graph, _ = grown(1, 30)
    data = graph.encode()
    for length in range(len(data)):
        with pytest.raises((msgspec.MsgspecError, ValueError)):
            Graph.decode(data[:length])
