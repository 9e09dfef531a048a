"""A build that is killed at any moment leaves whole files, and the next build puts everything right."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from generator.diagnostics import errors
from tests.compiling import compile_once
from tests.edits import Editing
from tests.portal import Portal

KILLS = int(os.environ.get("PORTAL_KILLS", "200"))
Outputs = Mapping[str, bytes]


def kill_within(portal: Portal, today: str, seconds: float) -> bool:
    """Start a build and kill it, workers and all; whether it was still running."""
    arguments = ["build", "--site", str(portal.folder), "--today", today, "--jobs", "2"]
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def all_whole(found: Outputs, before: Outputs, after: Outputs) -> None:
    """Every file that a server would give out is that of before the build or that of after it, to the byte."""
    for name, data in found.items():
        if not name.startswith(".portal-") and "/.portal-" not in name:
            assert data in (before.get(name), after.get(name)), name
            if name.endswith(".html"):
                assert b"</footer>" in data or b"<a href=" in data, name


@pytest.mark.timeout(3000)
def test_killed_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_once(monkeypatch)
    editing = Editing(tmp_path / "site", 7)
    portal = editing.portal
    for _ in range(60):
        editing.add()
    start = time.monotonic()
    portal.build(today=editing.today)
    whole = max(0.3, time.monotonic() - start)
    chance = random.Random(7)
    killed = 0
    for number in range(KILLS):
        # A change of the frame makes all pages again; others make a few, and the clean start makes the list of owned.
        editing.portal.edit(
            {"templates/inner.html": f"{{% macro mark(text) %}}<b>{{{{ text }}}}{number}</b>{{% endmacro %}}"}
        )
        editing.step()
        if number % 7 == 6:
            # Nothing at all is known of earlier builds: the first one is killed.
            shutil.rmtree(portal.options.output)
            shutil.rmtree(portal.options.memory)
        before = portal.outputs
        killed += kill_within(portal, str(editing.today), chance.uniform(0.05, 0.4 + 2 * whole))
        found = portal.outputs
        warm = portal.build(today=editing.today)
        assert warm.report.ok, errors(warm.diagnostics)
        all_whole(found, before, portal.outputs)
        if number % 10 == 0 or number == KILLS - 1:
            clean = portal.clean(tmp_path / f"clean-{number}", today=editing.today)
            assert {name: data for name, data in portal.outputs.items() if ".tmp" not in name} == clean
    assert killed > KILLS // 3
