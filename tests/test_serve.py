"""The dev server without a browser: what it answers, what it refuses, how it begins and ends."""

from __future__ import annotations

import asyncio
import datetime
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.diagnostics import Span, problem
from generator.serve import pages, watching
from generator.serve.board import Board
from generator.serve.outcome import Outcome, parts, shown
from generator.serve.rebuilding import Rebuilder
from generator.session import Session
from tests.browser.serving import FILES, ROOT, Server, entry, site, until
from tests.portal import SITE, snapshot

BROKEN = "---\ntitle: 第一页\ndate: 后天\n---\n\n正文一\n"
TIMEOUT = 30


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for tests that only ask."""
    folder = tmp_path_factory.mktemp("serve")
    (folder / "secret.txt").write_text("secret")
    portal = site(folder / "site", {"content/static/文件.pdf": b"%PDF", "content/static/data.unknown": b"?"})
    with Server(portal) as running:
        out = portal.options.output
        os.symlink(folder / "secret.txt", out / "link.txt")
        os.symlink(folder, out / "folder")
        (out / ".hidden").write_text("secret")
        yield running


@contextmanager
def stream(server: Server, query: str = "", **headers: str) -> Iterator[Iterator[dict[str, Any]]]:
    """The events of a stream, each with its id."""
    connection = server.connection()
    connection.request("GET", f"/-/portal/events{query}", headers={k.replace("_", "-"): v for k, v in headers.items()})
    response = connection.getresponse()
    assert response.status == 200
    assert response.headers["content-type"] == "text/event-stream"
    try:
        yield _events(response)
    finally:
        connection.close()
        response.close()


def _events(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    name = ""
    while line := response.readline().decode():
        if line.startswith("id: "):
            name = line[4:].strip()
        if line.startswith("data: "):
            yield {**json.loads(line[6:]), "id": name}


# What it answers


def test_a_page_gets_the_script_and_its_file_does_not(tmp_path: Path) -> None:
    portal = site(tmp_path / "site")
    with Server(portal) as server:
        served = server.page("/one/")
        portal.edit({"content/pages/two.md": entry("第二页", "改过")})
        until(lambda: "改过" in server.page("/two/"), "the edit")
    assert '<script src="/-/portal/client.js" defer' in served
    assert served.index("<script") < served.index("</body>")
    published = portal.clean(tmp_path / "clean")
    assert {path: data for path, data in portal.outputs.items() if path != ".portal-owned"} == {
        path: data for path, data in published.items() if path != ".portal-owned"
    }
    assert "portal/client.js" not in published["one/index.html"].decode()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/one/", "text/html; charset=utf-8"),
        ("/one/index.html", "text/html; charset=utf-8"),
        ("/dot.svg", "image/svg+xml"),
        ("/sitemap.xml", "application/xml; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/%E6%96%87%E4%BB%B6.pdf", "application/pdf"),
        ("/data.unknown", "application/octet-stream"),
        ("/-/portal/client.js", "text/javascript; charset=utf-8"),
    ],
)
def test_kinds(server: Server, path: str, kind: str) -> None:
    status, headers, body = server.get(path)
    assert (status, headers["content-type"]) == (200, kind)
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert body
    status, head, none = server.get(path, method="HEAD")
    assert (status, head["content-type"], head["content-length"], none) == (200, kind, headers["content-length"], b"")


def test_head_of_the_events_ends(server: Server) -> None:
    assert server.get("/-/portal/events", method="HEAD")[0] == 200


def test_folders_and_absent_pages(server: Server) -> None:
    status, headers, _ = server.get("/one?a=1")
    assert (status, headers["location"]) == (307, "/one/?a=1")
    for path in ("/absent", "/absent/", "/assets/", "/assets", "/dot.svg/", "/one/index.html/", "//one/", "/one//"):
        status, _, body = server.get(path)
        assert status == 404, path
        assert "没有这一页" in body.decode()
        assert b"client.js" in body
    assert server.get("/one/", method="POST")[0] == 405


def test_base_path(tmp_path: Path) -> None:
    portal = site(tmp_path / "site", {"site.yaml": SITE.replace("example.org/", "example.org/流动/b/")})
    with Server(portal) as server:
        base = "/%E6%B5%81%E5%8A%A8/b/"
        assert server.address.endswith(base)
        assert server.get("/")[1]["location"] == base
        assert server.get(base[:-1])[1]["location"] == base
        assert server.get(base + "one")[1]["location"] == base + "one/"
        assert "正文一" in server.page(base + "one/")
        assert server.get("/one/")[0] == 404
        with stream(server) as events:
            next(events)
            portal.edit({"content/pages/one.md": entry("第一页", "改")})
            assert "/流动/b/one/" in next(events)["changed"]


# What it refuses


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/one/../../../secret.txt",
        "/..%2fsecret.txt",
        "/..%2f..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/one%2findex.html",
        "/link.txt",
        "/folder/secret.txt",
        "/.hidden",
        "/.portal-owned",
        "/%2eportal-owned",
        "/one/%00",
        "/dot.svg%00.html",
        "/%0a",
        "/%ff",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/./one/",
    ],
)
def test_nothing_outside_the_output(server: Server, path: str) -> None:
    status, _, body = server.get(path)
    assert status == 404
    assert b"secret" not in body
    assert b"portal; a build" not in body


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_own_names(server: Server, host: str) -> None:
    assert server.get("/", {"Host": host.format(port=server.port)})[0] == 200


@pytest.mark.parametrize(
    "host", ["evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", "0.0.0.0:{port}", ""]
)
def test_foreign_names(server: Server, host: str) -> None:
    for path in ("/", "/-/portal/events", "/-/portal/client.js"):
        status, _, body = server.get(path, {"Host": host.format(port=server.port)})
        assert status == 403
        assert "正文" not in body.decode()


def test_no_name_at_all(server: Server) -> None:
    with closing(socket.create_connection(("127.0.0.1", server.port), TIMEOUT)) as raw:
        raw.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b" 403 " in raw.recv(4096)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
    ],
)
def test_events_are_for_own_pages(server: Server, headers: dict[str, str]) -> None:
    assert server.get("/-/portal/events", headers)[0] == 403


def test_other_sites_may_not_embed(server: Server) -> None:
    assert server.get("/dot.svg")[1]["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in server.get("/", {"Origin": "https://evil.example"})[1]


# How it begins and ends


def refusal(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "generator", "serve", "--site", str(folder), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 2
    assert not (folder / "public").exists()
    return done.stderr.decode()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", "127.0.0.1.example.org", ""])
def test_only_this_computer(tmp_path: Path, host: str) -> None:
    assert "127.0.0.1" in refusal(site(tmp_path / "site").folder, "--host", host)


def test_busy_port(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        said = refusal(site(tmp_path / "site").folder, "--port", str(port))
    assert str(port) in said
    assert "--port" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_at_once_with_open_streams(tmp_path: Path, number: signal.Signals) -> None:
    with Server(site(tmp_path / "site")) as server, stream(server) as one, stream(server) as two:
        next(one), next(two)
        code, seconds = server.stop(number)
        assert (code, list(one), list(two)) == (0, [], [])
        assert seconds < 2
        until(lambda: "已停止" in server.text, "the last word")
        assert "Traceback" not in server.text


def test_the_port_is_free_again(tmp_path: Path) -> None:
    portal = site(tmp_path / "site")
    with Server(portal) as server:
        port = server.port
        assert server.get("/")[0] == 200
        server.stop()
    with Server(portal, port=port) as server:
        assert server.port == port


def test_first_build_broken(tmp_path: Path) -> None:
    portal = site(tmp_path / "site", {"content/pages/one.md": BROKEN})
    with Server(portal) as server:
        status, headers, body = server.get("/one/")
        assert (status, headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert "content/pages/one.md:3:7" in body.decode()
        assert "content/pages/one.md:3:7" in server.text
        portal.edit({"content/pages/one.md": entry("第一页", "好了")})
        until(lambda: "好了" in server.page("/one/"), "the site")


def test_site_output_of_earlier_stays_when_the_first_build_is_broken(tmp_path: Path) -> None:
    portal = site(tmp_path / "site", {"site.yaml": SITE.replace("example.org/", "example.org/sub/")})
    portal.build()
    portal.edit({"content/pages/one.md": BROKEN})
    with Server(portal) as server:
        assert server.address.endswith("/sub/")
        assert "正文一" in server.page("/sub/one/")
        with stream(server) as events:
            assert next(events)["kind"] == "broken"


# What it tells


def test_events(tmp_path: Path) -> None:
    portal = site(tmp_path / "site")
    with Server(portal) as server, stream(server) as events:
        first = next(events)
        # Of a page that this server never served nobody knows what it missed.
        assert (first["kind"], first["changed"], first["diagnostics"]) == ("built", None, [])
        portal.edit({"content/pages/one.md": entry("第一页", "改")})
        second = next(events)
        assert (second["kind"], second["changed"]) == ("built", ["/one/"])
        portal.edit({"content/pages/one.md": BROKEN})
        third = next(events)
        assert (third["kind"], third["changed"]) == ("broken", [])
        found = third["diagnostics"][0]
        assert (found["file"], found["line"], found["column"]) == ("content/pages/one.md", 3, 7)
        assert (found["place"], found["excerpt"]) == ("content/pages/one.md:3:7", ["date: ", "后天", ""])
        portal.edit({"content/pages/one.md": None})
        fourth = next(events)
        assert fourth["kind"] == "built"
        assert "/one/" in fourth["changed"]
        with stream(server, f"?since={second['id']}") as late:
            assert next(late) == {**fourth, "changed": fourth["changed"]}
        with stream(server, f"?since={first['id']}", Last_Event_ID=fourth["id"]) as again:
            assert next(again)["changed"] == []


def test_an_output_that_was_removed_is_made_again(tmp_path: Path) -> None:
    portal = site(tmp_path / "site")
    with Server(portal) as server:
        before = snapshot(portal.options.output)
        for path in sorted(portal.options.output.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        portal.options.output.rmdir()
        until(lambda: snapshot(portal.options.output) == before, "the output")
        assert server.get("/one/")[0] == 200


def test_messages_keep_their_language_when_the_settings_are_lost(tmp_path: Path) -> None:
    portal = site(tmp_path / "site", {"site.yaml": SITE + "language: en\n"})
    with Server(portal) as server, stream(server) as events:
        next(events)
        portal.edit({"site.yaml": "name: [\n"})
        broken = next(events)
        assert "error" in broken["title"]
        assert broken["diagnostics"][0]["label"].startswith("error ")


def test_a_fault_of_the_program_is_told_and_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = site(tmp_path / "site")
    lines: list[str] = []
    rebuilder = Rebuilder(portal.options, lines.append)
    rebuilder.rebuild()

    def fail(options: object) -> None:
        raise ZeroDivisionError("for a test")

    with monkeypatch.context() as patch:
        patch.setattr(Session, "build", fail)
        outcome = rebuilder.rebuild()
    assert outcome is not None
    assert outcome.changed is None
    assert "ZeroDivisionError: for a test" in outcome.problems[0]["message"]
    assert "ZeroDivisionError: for a test" in lines[-1]
    mended = rebuilder.rebuild(edited=False)
    assert mended is not None
    assert mended.problems == ()
    assert rebuilder.rebuild(edited=False) is None


def test_a_source_that_changes_during_a_build_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = site(tmp_path / "site")
    first = portal.build().report
    overtaken = replace(first, ok=False, diagnostics=(problem("B003", Span("a")),), written=("a",), removed=("b",))
    reports = [overtaken, overtaken, replace(first, written=("c", "a"))]
    monkeypatch.setattr(Session, "build", lambda session: reports.pop(0))
    outcome = Rebuilder(portal.options, lambda text: None).rebuild()
    assert outcome is not None
    assert (outcome.problems, outcome.changed, reports) == ((), ("a", "c", "b"), [])


def test_a_source_that_never_rests_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = site(tmp_path / "site")
    overtaken = replace(portal.build().report, ok=False, diagnostics=(problem("B003", Span("a")),))
    monkeypatch.setattr(Session, "build", lambda session: overtaken)
    outcome = Rebuilder(portal.options, lambda text: None).rebuild()
    assert outcome is not None
    assert outcome.problems[0]["code"] == "B003"


# Its parts


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


@contextmanager
def watch(folder: Path, today: list[datetime.date]) -> Iterator[list[bool]]:
    """What `changes` yields for a site in a thread, as long as the block lasts."""
    seen: list[bool] = []
    stop = threading.Event()
    sources = watching.Sources(folder, folder / "public", (folder / "content/cache",), lambda: today[0])

    def follow() -> None:
        seen.extend(change.edited for change in watching.changes(sources, stop))

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        until(lambda: seen, "the first look")
        yield seen
    finally:
        stop.set()
        thread.join()


def test_a_new_day_is_a_change(tmp_path: Path) -> None:
    today = [datetime.date(2026, 1, 1)]
    with watch(site(tmp_path).folder, today) as seen:
        assert seen == [False]
        today[0] = datetime.date(2026, 1, 2)
        until(lambda: seen == [False, True], "the new day")


def test_what_is_no_source_is_no_change(tmp_path: Path) -> None:
    portal = site(tmp_path)
    with watch(tmp_path, [datetime.date(2026, 1, 1)]) as seen:
        leftovers = (
            "content/pages/.one.md.swp",
            "content/pages/one.md~",
            "content/pages/#one.md#",
            "content/pages/4913",
        )
        written = ("public/one/index.html", "content/cache/store", ".git/index", ".venv/a.py", "node_modules/a.js")
        portal.edit(dict.fromkeys((*leftovers, *written), "x"))
        time.sleep(1)
        assert seen == [False]
        portal.edit({"content/pages/one.md": "x"})
        until(lambda: True in seen, "the change")


@pytest.mark.parametrize("error", [OSError(28, "no space left on device"), RuntimeError("no watch")])
def test_without_watches_it_looks_at_every_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def limited(*folders: Path, **given: object) -> None:
        raise error

    monkeypatch.setattr(watching.watchfiles, "watch", limited)
    portal = site(tmp_path)
    with watch(tmp_path, [datetime.date(2026, 1, 1)]) as seen:
        # Again within a second, and with the same length.
        for number, text in enumerate("xyz", 1):
            portal.edit({"content/pages/one.md": text})
            until(lambda wanted=number: seen.count(True) == wanted, "the change")


def test_a_site_without_folders_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching.folders, "shipped", lambda: tmp_path / "absent")
    with watch(tmp_path, [datetime.date(2026, 1, 1)]) as seen:
        (tmp_path / "content").mkdir()
        until(lambda: True in seen, "the folder")
        count = len(seen)
        (tmp_path / "content/a.md").write_text(FILES["content/pages/one.md"])
        until(lambda: len(seen) > count, "the file")
