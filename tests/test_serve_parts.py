"""The parts of the dev server, each by itself: the board, the script in a page, what is shown of a problem."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from generator.diagnostics import Span, problem
from generator.serve import pages
from generator.serve.board import Board
from generator.serve.outcome import Outcome, parts, shown


def test_board_after_a_build_that_broke_off() -> None:
    board = Board(Outcome("zh", "/"))
    start = board.moment
    board.post(Outcome("zh", "/", ("a/index.html", "index.html", "xindex.html")))
    assert board.state(start)["changed"] == ["/a/", "/", "/xindex.html"]
    known = board.moment
    board.post(Outcome("zh", "/", None))
    assert board.state(known)["changed"] is None
    assert board.state(board.moment)["changed"] == []
    assert board.state("other.5")["changed"] is None
    assert board.state("")["changed"] is None


def test_board_closed_ends_streams() -> None:
    async def read() -> list[str]:
        board = Board(Outcome("zh", "/"))
        asyncio.get_running_loop().call_later(0.05, board.close)
        return [text async for text in board.events("")]

    assert len(asyncio.run(read())) == 2


def test_shape_is_that_of_all_but_styles() -> None:
    page = b'<link rel="preload" as="style" href="/a.1.css"><link rel="stylesheet" href="/a.1.css" integrity="x"><p>1'
    other = page.replace(b"a.1.css", b"a.2.css").replace(b'"x"', b'"y"')
    assert pages.shape(page) == pages.shape(other)
    assert pages.shape(page) != pages.shape(page.replace(b"<p>1", b"<p>2"))
    assert pages.shape(page) != pages.shape(b'<link rel="stylesheet" href="/b.css">' + page)


def test_script_goes_before_the_last_end_of_the_body() -> None:
    assert pages.with_script(b"<pre></body ></pre></BODY></html>", "s.1").endswith(b"></script></BODY></html>")
    assert pages.with_script(b"<p>1", "s.1").startswith(b"<p>1<script ")


@pytest.mark.parametrize(
    ("column", "length", "line", "expected"),
    [
        (7, 2, "date: 后天", ["date: ", "后天", ""]),
        (1, 1, "", ["", " ", ""]),
        (99, 3, "短", ["短", " ", ""]),
        (101, 2, "长" * 1000, ["长" * 60, "长长", "长" * 98]),
        (1, 5000, "长" * 1000, ["", "长" * 160, ""]),
    ],
)
def test_excerpt(column: int, length: int, line: str, expected: list[str]) -> None:
    assert parts(Span("x", 1, column, length), line) == expected


def test_errors_are_shown_before_warnings(tmp_path: Path) -> None:
    found = [problem("B004", Span("a"), why="-"), problem("P001", Span("b"), path="-")]
    assert [one["level"] for one in shown(found, "zh", tmp_path)] == ["error", "note"]
