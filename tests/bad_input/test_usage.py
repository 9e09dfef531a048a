"""A command that is given nothing to work on, or fails itself."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from generator import cli, steps
from tests.bad_input.site import run, run_outside, text_of
from tests.portal import snapshot


@pytest.mark.parametrize("missing", ["nowhere", "content", "content/pages/about.md"])
def test_no_site(site: Path, missing: str) -> None:
    """Another folder, none, or a file: two lines and exit code 2."""
    ran = run_outside(site, "build", "--site", missing)
    assert ran.returncode == 2
    assert ran.stdout == b""
    assert "Traceback" not in text_of(ran)
    assert missing in text_of(ran)


def test_no_site_in_a_folder_whose_name_is_no_text(site: Path) -> None:
    """Its name can be printed all the same."""
    ran = run_outside(site, "build", "--site", b"\xb9\xd8")
    assert ran.returncode == 2, ran.stderr
    assert b"P001" in ran.stderr
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "--out", "."),
        ("build", "--out", "content/out"),
        ("build", "--out", ".."),
        ("build", "--today", "2026-02-30"),
        ("build", "--base-url", "portal.example.org"),
        ("build", "--base-url", "https://[a.b/"),
        ("build", "--jobs", "0"),
        ("build", "--format", "xml"),
        ("explain", "/nowhere/"),
        ("nonsense",),
    ],
)
def test_wrong_usage(site: Path, arguments: tuple[str, ...]) -> None:
    """Exit code 2, no traceback, nothing written."""
    good = snapshot(site)
    ran = run(*arguments)
    assert ran.exit_code == 2, ran.output
    assert snapshot(site) == good


def test_a_fault_is_one_line(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit code 3, one line, and the details in a file."""

    def failing(*_: Any) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(steps, "prepare", failing)
    monkeypatch.setattr(sys, "argv", ["portal", "build"])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    printed = capsys.readouterr()
    assert ended.value.code == 3
    assert printed.out == ""
    assert len(printed.err.strip().splitlines()) == 1
    assert "on purpose" in printed.err
    (details,) = tmp_path.glob("portal-*.txt")
    assert "Traceback" in details.read_text(encoding="utf-8")
