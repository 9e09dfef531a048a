"""`make bench`: builds the same site with the portal and with Hugo, in turn, and prints what both took."""

from __future__ import annotations

import argparse
import compileall
import filecmp
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.bench.cases import (
    CASES,
    ROOT,
    Case,
    Group,
    HugoSite,
    NoHugo,
    PortalSite,
    Site,
    hugo_program,
    hugo_version,
    sites,
)
from tests.bench.measure import SAMPLING, Command, Failed, Usage, measure
from tests.bench.report import LARGE, Result, growth, machine, table, write_between

# A large site is there to see how the portal grows.
LARGE_CASES = ("cold", "unchanged", "body")
COARSE = 0.25  # seconds between two looks at the memory in a run that is also timed

SMALL: tuple[Group, ...] = ("tiny", "own")

Say = Callable[[str], None]


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """What is asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    keys = [case.key for case in CASES]
    parser.add_argument("--entries", type=int, nargs="+", default=[10_000], help="of the corpus; several are possible")
    parser.add_argument("--case", choices=keys, action="append", help="only these; default: all")
    parser.add_argument("--runs", type=int, default=3, help="timed runs of each case; default: 3")
    parser.add_argument("--memory", action=argparse.BooleanOptionalAction, default=True, help="one more run for it")
    parser.add_argument("--hugo", action=argparse.BooleanOptionalAction, default=True, help="the portal with Hugo")
    parser.add_argument("--verify", action="store_true", help="compare each warm build of the portal with a clean one")
    parser.add_argument("--write", type=Path, help="put the tables into this document")
    parser.add_argument("--json", action="store_true", help="print every figure")
    parser.add_argument("--folder", type=Path, help="where the sites are put, about 10 KB of disk for each entry")
    return parser.parse_args(arguments)


def run(asked: argparse.Namespace, say: Say) -> list[Result]:
    """Measure all that was asked for."""
    results: list[Result] = []
    cases = [case for case in CASES if not asked.case or case.key in asked.case]
    for entries in asked.entries:
        results += _group("corpus", entries, [case for case in cases if _fits(case, entries)], asked, say)
    for group in SMALL:
        results += _group(group, 0, [case for case in cases if case.group == group], asked, say)
    return results


def _fits(case: Case, entries: int) -> bool:
    return case.group == "corpus" and (entries < LARGE or case.key in LARGE_CASES)


def _group(group: Group, entries: int, cases: Sequence[Case], asked: argparse.Namespace, say: Say) -> list[Result]:
    """Measure the cases of a group on sites that are written for it and then removed."""
    if not cases:
        return []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=asked.folder) as folder:
        say(f"writing the sites ({f'{entries:,} entries' if entries else group})")
        both = sites(group, Path(folder), entries, hugo_program() if asked.hugo else None)
        results: list[Result] = []
        for case in cases:
            results += _case(case, both, entries, asked, say)
        return results


def _case(case: Case, both: Sequence[Site], entries: int, asked: argparse.Namespace, say: Say) -> Iterator[Result]:
    """Measure a case on each site, in turn, so that both meet the same noise of the machine."""
    looks = {site: _looks(case, site, entries, asked) for site in both}
    found: dict[Site, list[Usage]] = {site: [] for site in both}
    for number in range(max(map(len, looks.values()))):
        for site in both:
            for look in looks[site][number : number + 1]:
                try:
                    took = _once(case, site, number + 1, look, verify=asked.verify and number == 0)
                except Failed as failure:
                    if not _only_once(site, entries):
                        raise
                    say(f"{case.title}: {site.name} failed, and has no figures: {failure}")
                    continue
                found[site].append(took)
                space = "" if took.memory is None else f", {took.memory / 1e6:.0f} MB"
                say(f"{case.title}: {site.name} {took.wall:.2f} s, processor {took.cpu:.2f} s{space}")
    for site, usages in found.items():
        if usages:
            timed = [usage for usage in usages if usage.memory is None] or usages
            memory = max((usage.memory for usage in usages if usage.memory is not None), default=None)
            yield Result(entries, case.key, site.name, timed, memory)


def _looks(case: Case, site: Site, entries: int, asked: argparse.Namespace) -> list[float | None]:
    """One item for each run of a case: None for one that is timed, else the interval between looks at the memory."""
    if _only_once(site, entries):
        return [COARSE] if case.key == "cold" else []
    return [None] * asked.runs + [SAMPLING] * asked.memory


def _only_once(site: Site, entries: int) -> bool:
    """Whether one run has to do: Hugo takes minutes for a large site, and may not have the memory for it."""
    return entries >= LARGE and isinstance(site, HugoSite)


def _once(case: Case, site: Site, number: int, look: float | None, *, verify: bool) -> Usage:
    if case.warm:
        site.settle()
    with case.prepare(site, number) as prepared:
        # What was written so far goes to the disk now, not while the clock runs.
        os.sync()
        taken = measure(prepared if isinstance(prepared, Command) else prepared.command(), look)
        if verify and case.warm and isinstance(prepared, PortalSite):
            _verify(case, prepared)
    return taken


def _verify(case: Case, site: PortalSite) -> None:
    """End the bench if the output of a warm build is not that of a clean one."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=site.folder.parent) as folder:
        if wrong := list(different(site.output, site.clean(Path(folder)))):
            sys.exit(f"{case.title}: the warm build differs from a clean one: {', '.join(wrong[:10])}")


def different(one: Path, other: Path) -> Iterator[str]:
    """The files, relative to the folders, that only one of two folders has or that differ."""
    names = [{path.relative_to(root) for path in root.rglob("*") if path.is_file()} for root in (one, other)]
    for name in sorted(names[0] | names[1]):
        if name not in names[0] & names[1] or not filecmp.cmp(one / name, other / name, shallow=False):
            yield str(name)


def text(results: Sequence[Result], asked: argparse.Namespace, hugo: str) -> str:
    """The whole report in Markdown."""
    parts = [f"Measured on {machine(hugo)}; medians of {asked.runs} runs, with the least and the most."]
    for entries in asked.entries:
        if rows := table(CASES, results, entries):
            parts.append(f"### {entries:,} entries\n\n{rows}")
    if rows := table(CASES, results, 0):
        parts.append(f"### Other sites\n\n{rows}")
    if said := growth(results):
        parts.append("### Growth\n\n" + "\n".join(f"- {sentence}" for sentence in said))
    return "\n\n".join(parts)


def main(arguments: Sequence[str]) -> int:
    """Measure and report; 2 where Hugo is missing."""
    asked = options(arguments)
    try:
        hugo = hugo_version() if asked.hugo else "without Hugo"
    except NoHugo as missing:
        print(missing, file=sys.stderr)
        return 2
    # Compiled code is kept beside the sources in normal use; the first run is not to pay for it.
    compileall.compile_dir(ROOT / "generator", quiet=1)
    results = run(asked, lambda line: print(line, file=sys.stderr, flush=True))
    found = text(results, asked, hugo)
    if asked.write:
        write_between(asked.write, "bench", found)
    print(json.dumps([result.data() for result in results], indent=2) if asked.json else found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
