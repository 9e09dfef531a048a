"""The dev server from its first build to its end, and what it tells the pages that follow it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from generator.diagnostics import Span, problem
from generator.serve.rebuilding import Rebuilder
from generator.session import Session
from tests.browser.serving import ROOT, Server, entry, site, stream, until
from tests.portal import SITE, snapshot

BROKEN = "---\ntitle: 第一页\ndate: 后天\n---\n\n正文一\n"
TIMEOUT = 30


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
