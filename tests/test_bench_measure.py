"""`make bench` measures what it says: shared memory once, children too, and edits that leave nothing behind."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bench import cases
from tests.bench.__main__ import different, main
from tests.bench.cases import CASES, PortalSite, edited, retitled
from tests.bench.measure import SAMPLING, Command, Failed, Usage, busy, family, held, measure
from tests.bench.report import Result, growth, table, write_between
from tests.portal import snapshot

MEGABYTE = 1 << 20
HOLDING = """\
import os, sys, time
data = bytearray(100 << 20)
data[::4096] = b"1" * len(data[::4096])
workers = int(sys.argv[1])
for _ in range(workers):
    if os.fork() == 0:
        time.sleep(0.5)
        os._exit(0)
time.sleep(0.5)
for _ in range(workers):
    os.wait()
"""
SPAWNING = """\
import subprocess, sys
for _ in range(2):
    subprocess.run([sys.executable, "-I", "-c", "import time\\nwhile time.process_time() < 0.2: pass"], check=True)
"""


def python(folder: Path, text: str, *more: str) -> Command:
    return Command((sys.executable, "-I", "-c", text, *more), folder)


def peak_memory(command: Command) -> int:
    found = measure(command, SAMPLING).memory
    assert found is not None
    return found


def test_memory_shared_by_workers_counts_once(tmp_path: Path) -> None:
    alone = peak_memory(python(tmp_path, HOLDING, "0"))
    together = peak_memory(python(tmp_path, HOLDING, "2"))
    assert 100 * MEGABYTE < alone < 125 * MEGABYTE
    assert 100 * MEGABYTE < together < 140 * MEGABYTE


def test_memory_of_children_of_their_own_adds_up(tmp_path: Path) -> None:
    inner = f"[sys.executable, '-I', '-c', {HOLDING!r}, '0']"
    text = f"import subprocess, sys\nboth = [subprocess.Popen({inner}) for _ in range(2)]\n[p.wait() for p in both]"
    assert 200 * MEGABYTE < peak_memory(python(tmp_path, text)) < 250 * MEGABYTE


def test_fast_command(tmp_path: Path) -> None:
    taken = measure(Command(("true",), tmp_path))
    assert 0 < taken.wall < 5
    assert 0 <= taken.cpu < 1
    assert taken.memory is None
    assert 0 < peak_memory(Command(("true",), tmp_path)) < 1000 * MEGABYTE


def test_seconds_are_those_of_the_command_and_its_children(tmp_path: Path) -> None:
    asleep = measure(python(tmp_path, "import time; time.sleep(0.3)"))
    assert asleep.wall >= 0.3
    assert asleep.cpu < 0.25
    working = measure(python(tmp_path, SPAWNING))
    assert working.cpu >= 0.4
    assert working.wall >= 0.3


@pytest.mark.parametrize("interval", [None, SAMPLING])
def test_failure_shows_its_output(tmp_path: Path, interval: float | None) -> None:
    text = "import sys; print('out'); sys.stdout.flush(); print('because', file=sys.stderr); sys.exit(3)"
    with pytest.raises(Failed, match=r"(?s)exit code 3\nout\nbecause") as raised:
        measure(python(tmp_path, text), interval)
    assert raised.value.code == 3
    killed = python(tmp_path, "import os; os.kill(os.getpid(), 9)")
    with pytest.raises(Failed, match="exit code -9"):
        measure(killed, interval)


def test_missing_program_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        measure(Command(("no-such-program",), tmp_path))


def test_folder_and_environment(tmp_path: Path) -> None:
    text = "import os, pathlib; assert os.environ['GREETING'] == 'hello'; pathlib.Path('here').touch()"
    measure(Command((sys.executable, "-c", text), tmp_path, {"GREETING": "hello"}))
    assert (tmp_path / "here").exists()


def test_living_processes(tmp_path: Path) -> None:
    with subprocess.Popen(python(tmp_path, HOLDING, "2").words) as running:
        deadline = time.monotonic() + 10
        while len(list(family(running.pid))) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(list(family(running.pid))) == 3
        assert held(running.pid) > 100 * MEGABYTE
        assert 0 <= busy(running.pid) < 5
    assert held(running.pid) == 0


def test_titles_in_every_kind_of_front_matter() -> None:
    for before, after in (
        ("---\ntitle: 一课\ndate: 2026\n---\n# title: x\n", "---\ntitle: 新一课\ndate: 2026\n---\n# title: x\n"),
        ('---\n标题: "一课"\n---\n', '---\n标题: "新一课"\n---\n'),
        ('{\n"date": "2026", \n "title": "一课"\n}\n', '{\n"date": "2026", \n "title": "新一课"\n}\n'),
        ('{"title": "一课", "date": "2026"}\n', '{"title": "新一课", "date": "2026"}\n'),
        ('+++\ntitle = "一课"\n+++\n', '+++\ntitle = "新一课"\n+++\n'),
    ):
        assert retitled(before, "新") == after
    with pytest.raises(ValueError, match="no title"):
        retitled("正文", "新")


def test_edits_are_taken_back(tmp_path: Path) -> None:
    site = PortalSite(tmp_path)
    (tmp_path / "content/lessons").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    site.layout.write_text("<body></body>", encoding="utf-8")
    for number in range(200):
        (tmp_path / f"content/lessons/lesson-{number:06}.md").write_text(
            "---\ntitle: 一课\n---\n正文\n", encoding="utf-8"
        )
    before = snapshot(tmp_path)
    for prepare, number in (
        (cases.body, 1),
        (cases.title, 1),
        (cases.added, 1),
        (cases.percent, 2),
        (cases.template, 1),
    ):
        with prepare(site, 3) as prepared:
            assert prepared == site
            during = snapshot(tmp_path)
            assert len(during.items() - before.items()) == number
        assert snapshot(tmp_path) == before
    with pytest.raises(ValueError, match="changes nothing"), edited(site.layout, str):
        pass


def result(site: str, case: str, entries: int, wall: float, memory: int) -> Result:
    return Result(entries, case, site, [Usage(wall, wall), Usage(wall * 2, wall), Usage(wall / 2, wall)], memory)


def test_table() -> None:
    measured = [result("portal", "cold", 10_000, 4, 300_000_000), result("hugo", "cold", 10_000, 10, 600_000_000)]
    lines = table(CASES, measured, 10_000).splitlines()
    assert len(lines) == 3
    assert lines[2] == (
        "| cold | 4.00 (2.00–8.00) | 10.00 (5.00–20.00) | 0.400 | ≤ 0.5 ✓ | 0.400 | 300 | 600 | 0.50 | ≤ 0.35 ✗ |"
    )
    assert table(CASES, measured, 300) == ""
    large = [result("portal", "cold", 100_000, 48, 2_000_000_000), result("portal", "body", 100_000, 1, 1)]
    assert growth([*measured, *large]) == [
        "cold: 12.0 times the seconds of 10,000 entries, aim ≤ 11 ✗",
        "memory: 2000 MB at most, aim ≤ 2500 ✓",
    ]


def test_table_is_put_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("one\n\n<!-- bench -->\nold\n<!-- /bench -->\n\ntwo\n", encoding="utf-8")
    write_between(page, "bench", "new\n")
    write_between(page, "bench", "newer\n")
    assert page.read_text(encoding="utf-8") == "one\n\n<!-- bench -->\n\nnewer\n\n<!-- /bench -->\n\ntwo\n"
    with pytest.raises(ValueError, match="bench-live"):
        write_between(page, "bench-live", "new")


def test_different_files(tmp_path: Path) -> None:
    for name, text in (("a/same", "1"), ("b/same", "1"), ("a/x/other", "1"), ("b/x/other", "2"), ("b/more", "")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert list(different(tmp_path / "a", tmp_path / "b")) == ["more", "x/other"]


def test_bench_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--case", "version", "--runs", "2", "--no-hugo", "--folder", str(tmp_path)]
    assert main([*asked, "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["case"] == "version"
    assert found["wall"] > 0
    assert found["memory"] > MEGABYTE
    assert main([*asked, "--no-memory"]) == 0
    assert re.search(r"\| `portal --version` \| \d\.\d\d \(", capsys.readouterr().out)
    assert list(tmp_path.iterdir()) == []
