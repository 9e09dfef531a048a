"""Turns what was measured into tables of Markdown: medians and spread, ratios, and whether each aim is reached."""

from __future__ import annotations

import datetime
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.cases import Case
from tests.bench.measure import Usage

AIMED_AT = 10_000  # entries, for which the ratios of the cases are meant
MEGABYTE = 1_000_000
NOTHING = "–"
HEAD = ("case", "portal s", "Hugo s", "ratio", "aim", "processor", "portal MB", "Hugo MB", "ratio", "aim")
# How much more a site of 100,000 entries may take than one of 10,000, and the bytes that it may need.
GROWTH = {"cold": 11.0, "body": 12.0}
LARGE = 100_000
MOST_BYTES = 2_500 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Result:
    """What one case took on one site."""

    entries: int
    case: str
    site: str
    runs: Sequence[Usage]
    """Those that were timed."""
    memory: int | None
    """Bytes, from a run of its own."""

    @property
    def wall(self) -> float:
        """The median of the seconds by the clock."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        """The median of the processor seconds."""
        return statistics.median(run.cpu for run in self.runs)

    def data(self) -> dict[str, object]:
        """The same as JSON has it."""
        return {**asdict(self), "wall": self.wall, "cpu": self.cpu}


def table(cases: Sequence[Case], results: Sequence[Result], entries: int) -> str:
    """The table of the cases that were measured with so many entries; empty if there are none."""
    lines = []
    for case in cases:
        found = {result.site: result for result in results if (result.case, result.entries) == (case.key, entries)}
        if "portal" in found:
            lines.append(_row(case, found["portal"], found.get("hugo"), entries))
    return grid(HEAD, lines) if lines else ""


def grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown whose figures stand to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def growth(results: Sequence[Result]) -> list[str]:
    """Sentences on how time and memory grow from 10,000 entries to 100,000, where both were measured."""
    ours = {(result.case, result.entries): result for result in results if result.site == "portal"}
    said = []
    for case, most in GROWTH.items():
        small, large = ours.get((case, AIMED_AT)), ours.get((case, LARGE))
        if small and large:
            ratio = large.wall / small.wall
            said.append(f"{case}: {ratio:.1f} times the seconds of {AIMED_AT:,} entries, aim {reached(ratio, most)}")
    if used := [r.memory for (_, entries), r in ours.items() if entries == LARGE and r.memory is not None]:
        most_used = max(used)
        said.append(f"memory: {_megabytes(most_used)} MB at most, aim {reached(most_used, MOST_BYTES, MEGABYTE)}")
    return said


def machine(hugo: str) -> str:
    """The day, and what it was measured on."""
    system = f"Linux {platform.release().partition('-')[0]}, Python {platform.python_version()}"
    return f"{datetime.date.today()}: {len(os.sched_getaffinity(0))} cores, {system}, {hugo}"


def reached(value: float, most: float, unit: float = 1.0) -> str:
    """What is aimed at, and whether it is reached."""
    return f"≤ {most / unit:g} {'✓' if value <= most else '✗'}"


def write_between(path: Path, name: str, text: str) -> None:
    """Replace what stands between `<!-- NAME -->` and `<!-- /NAME -->`; ValueError where these are missing."""
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, found, rest = path.read_text(encoding="utf-8").partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{path} has no lines {start.strip()} and {end}")
    path.write_text(f"{before}{start}\n{text.strip()}\n\n{end}{after}", encoding="utf-8")


def _row(case: Case, ours: Result, theirs: Result | None, entries: int) -> list[str]:
    aimed = case.group != "corpus" or entries == AIMED_AT
    times = [_seconds(ours), NOTHING, NOTHING, _alone(case, ours), f"{ours.cpu:.2f} s"]
    space = [_megabytes(ours.memory), NOTHING, NOTHING, NOTHING]
    if theirs:
        ratio = ours.wall / theirs.wall
        aim = reached(ratio, case.most_time) if aimed and case.most_time else NOTHING
        times[1:] = [_seconds(theirs), f"{ratio:.3f}", aim, f"{ours.cpu / theirs.cpu:.3f}"]
        space[1] = _megabytes(theirs.memory)
        if ours.memory and theirs.memory:
            share = ours.memory / theirs.memory
            aim = reached(share, case.most_memory) if aimed and case.most_memory else NOTHING
            space[2:] = [f"{share:.2f}", aim]
    return [case.title, *times, *space]


def _alone(case: Case, ours: Result) -> str:
    """What is aimed at where there is nothing to compare with."""
    if case.most_cpu is not None:
        return f"processor {reached(ours.cpu, case.most_cpu)}"
    return reached(ours.wall, case.most_wall) if case.most_wall is not None else NOTHING


def _seconds(result: Result) -> str:
    """The median by the clock, with the least and the most in brackets where there are several."""
    walls = [run.wall for run in result.runs]
    spread = f" ({min(walls):.2f}–{max(walls):.2f})" if len(walls) > 1 else ""
    return f"{result.wall:.2f}{spread}"


def _megabytes(size: int | None) -> str:
    return NOTHING if size is None else f"{size / MEGABYTE:.0f}"
