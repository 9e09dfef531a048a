"""Do the lists agree with the figures that the site gives for them, where an editor declared that they must?"""

from __future__ import annotations

from generator.diagnostics import Diagnostic, problem
from generator.engine.trace import Answers, Reader
from generator.site.values import Figure
from generator.site.world import Site


def check(site: Site) -> list[Diagnostic]:
    """Each claim marked `exact` whose list is shorter or longer; with a qualifier it cannot be exact."""
    found = []
    figures: tuple[Figure, ...] = Reader(Answers(site))("figures")
    for figure in figures:
        claim = figure.claim
        if claim.exact and figure.listed is not None and not claim.qualifier and claim.value != str(figure.listed):
            place = site.catalog.library.record(f"claims/{figure.slug}").place("value")
            found.append(problem("R350", place, title=claim.title, figure=claim.figure, count=figure.listed))
    return found
