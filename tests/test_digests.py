"""A digest tells two answers of one question apart, in whichever process it is taken."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from generator.engine.digests import digest


class Card(msgspec.Struct, frozen=True):
    title: str
    day: datetime.date | None = None


def test_digest_sees_the_order_of_a_mapping() -> None:
    assert digest({"2024": 1, "2023": 2}) != digest({"2023": 2, "2024": 1})
    assert digest({2024: 1}) == digest({2024: 1})


def test_digest_is_the_same_in_every_process() -> None:
    """Of all but sets, whose order is that of the process: no answer holds one (tests/test_world.py)."""
    value = {"b": ("x", 1, 1.5, None, datetime.date(2024, 5, 1)), "a": [Card("y")]}
    code = (
        "import datetime, msgspec; from generator.engine.digests import digest; from tests.test_digests import Card\n"
        "print(digest({'b': ('x', 1, 1.5, None, datetime.date(2024, 5, 1)), 'a': [Card('y')]}))"
    )
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            check=True,
            text=True,
        )
        assert run.stdout.strip() == digest(value)


def test_digest_tells_values_apart() -> None:
    """All that one question may answer; a date and its text, which no question answers both, are the same."""
    day = datetime.date(2024, 5, 1)
    values = [
        None, "", "None", 0, 1, 1.0, True, False, "1", b"1", (), ("a",), ("a", "b"), ("ab",), (("a",), "b"), {"a": 1},
        {}, day, datetime.datetime(2024, 5, 1), datetime.datetime(2024, 5, 1, 8, 30), datetime.time(8, 30), "8:30",
        Card("x"), Card("x", day), Card("", day), (Card("x"),),
    ]  # fmt: skip
    assert len({digest(value) for value in values}) == len(values)
    assert digest(("a", 1)) == digest(["a", 1])
    assert digest(Card("x", day)) == digest(Card("x", datetime.date(2024, 5, 1)))
    with pytest.raises(TypeError, match="object"):
        digest((1, object()))
    with pytest.raises(ValueError, match="surrogates"):
        digest("\ud800")
