"""One question to the finished site per file; each returns a list of diagnostics."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from generator import build, steps
from generator.checks import coverage, freshness, links
from generator.diagnostics import Diagnostic, Language, in_order


def run(options: build.Options, folder: Path) -> tuple[list[Diagnostic], Language]:
    """Every check, on a site that is built into an empty folder and thrown away."""
    whole = replace(options, out=folder / "site", cache=folder / "store", strict=False)
    report = build.build(whole)
    found = list(report.diagnostics)
    if report.targets:
        prepared = steps.prepare(whole)
        assert prepared.site is not None
        found.extend(links.check(folder / "site", prepared.site.base.path))
        found.extend(freshness.check(prepared.site.catalog))
        found.extend(coverage.check(prepared.site))
    return in_order(found), report.language
