"""What the site tells the engine, broken on purpose: of templates, of the day, of what need not be done again."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from generator import build, report, steps
from generator.engine import digests, trace
from generator.model import decoding, head, library, linking
from generator.model.head import Head, Outline
from generator.render.templates import Templates
from generator.site import catalog as catalogs
from generator.site import world
from generator.site.catalog import Catalog, Naming
from generator.site.world import Site
from tests.breaks_of_engine import Break, Patch

# Templates


def template_without_closure(patch: Patch) -> None:
    """A template depends on its own text only."""
    patch.setattr(Templates, "digest", lambda self, name: self.places[name][2] if name in self.places else "")


def closure_without_imports_of_imports(patch: Patch) -> None:
    """A template depends on what it names, but not on what that names."""

    def shallow(self: Templates, name: str) -> str:
        names = (name, *self.analysis(name).names)
        return trace.digest([(one, self.places[one][2] if one in self.places else "") for one in names])

    patch.setattr(Templates, "digest", shallow)


def closure_without_absent_names(patch: Patch) -> None:
    """A template that includes nothing yet does not wait for it."""
    real = Templates.analysis

    def analysis(self: Templates, name: str) -> Any:
        found = real(self, name)
        return type(found)(tuple(one for one in found.names if one in self.places), found.problems)

    def digest(self: Templates, name: str) -> str:
        names = {name}
        while more := {one for known in names for one in analysis(self, known).names} - names:
            names |= more
        # Absent ones were dropped, and so is the fact that one vanished.
        return trace.digest([self.places[one][2] for one in sorted(names - {"notice.html"}) if one in self.places])

    patch.setattr(Templates, "digest", digest)


# The day, and the state of the content


def in_warm_builds(patch: Patch) -> Callable[[], bool]:
    """Whether the build that is running is a warm one; a clean one must not be broken as well, and agree."""
    warm: list[bool] = [True]
    real = build.build

    def wrapped(options: report.Options, *more: Any) -> report.Report:
        warm[0] = options.out is None
        return real(options, *more)

    patch.setattr(build, "build", wrapped)
    return lambda: warm[0]


def clock_ignored(patch: Patch) -> None:
    """The day of the first build is every day."""
    warm = in_warm_builds(patch)
    real = report.today_in
    days: list[datetime.date] = []

    def today(zone: str, options: report.Options) -> datetime.date:
        days.append(real(zone, options))
        return days[0] if warm() else days[-1]

    patch.setattr(report, "today_in", today)
    patch.setattr(steps, "today_in", today)


def status_cached(patch: Patch) -> None:
    """Whether an entry is visible is decided once for each of its outlines, as in Pelican."""
    warm = in_warm_builds(patch)
    real = head.visible
    seen: dict[str, bool] = {}

    def visible(outline: Outline, today: datetime.date, *, drafts: bool = False) -> bool:
        now = real(outline, today, drafts=drafts)
        return seen.setdefault(digests.digest(outline), now) if warm() else now

    patch.setattr(catalogs, "visible", visible)


def lists_without_the_day(patch: Patch) -> None:
    """A list of events does not change when one of them is over."""

    def states(self: Catalog) -> dict[str, str]:
        found: dict[str, list[str]] = {name: [] for name in self.columns}
        for id_, one in self.heads.items():
            found[id_.partition("/")[0]].append(f"{id_} {one.outline_digest}")
        return {name: digests.digest(lines) for name, lines in found.items()}

    patch.setattr(Catalog, "states", property(states))


def _input_by(patch: Patch, name: str, state: Callable[[Site, str], str]) -> None:
    patch.setattr(world, "INPUTS", {**world.INPUTS, name: (state, world.INPUTS[name][1])})


def entries_by_title(patch: Patch) -> None:
    """An entry is the same as long as its title is."""
    _input_by(patch, "entry", lambda site, id_: site.catalog.heads[id_].title if id_ in site.catalog.heads else "")


def texts_by_presence(patch: Patch) -> None:
    """A text is the same as long as there is one."""
    _input_by(patch, "body", lambda site, id_: str(id_ in site.catalog.heads))


def naming_without_goals(patch: Patch) -> None:
    """Who names an entry changes with the entry alone."""
    _input_by(patch, "named-by", lambda site, id_: str(id_ in site.catalog.heads))


def outline_without(field: str) -> Break:
    """A field by which entries are listed, divided or linked is left out of what tells two outlines apart."""

    def apply(patch: Patch) -> None:
        real = head.head_of

        def head_of(*given: Any) -> Head:
            found = real(*given)
            told = digests.digest({n: getattr(found.outline, n) for n in Outline.__struct_fields__ if n != field})
            return Head(*(told if n == "outline_digest" else getattr(found, n) for n in Head.__struct_fields__))

        patch.setattr(decoding, "head_of", head_of)

    return apply


# What need not be done again after an edit of a text


def everything_else_is_the_same(patch: Patch) -> None:
    """Of the content, nothing but texts is ever looked at again."""
    real = Site.changes
    patch.setattr(Site, "changes", lambda self: real(self) or (world.OF_CONTENT - {*world.OF_ONE}, []))


def titles_are_the_same(patch: Patch) -> None:
    """After an edit of a text, what lists all titles is not looked at again."""
    real = Site.changes

    def changes(self: Site) -> Any:
        found = real(self)
        return found and (found[0], [query for query in found[1] if query[0] not in world.OF_ALL])

    patch.setattr(Site, "changes", changes)


def near_whatever_was_asked(patch: Patch) -> None:
    """The last build was for another day, another address or with drafts, and no matter."""
    patch.setattr(steps, "_near", lambda options, memory, found: memory.state.complete)


def near_whatever_was_set(patch: Patch) -> None:
    """The last build was of another site.yaml, and consisted of the same files."""

    def near(options: Any, memory: Any, found: Any) -> bool:
        asked = found.settings and steps.asked(options, found.settings.time_zone)
        return bool(asked and memory.state.complete and memory.state.options == asked)

    patch.setattr(steps, "_near", near)


def near_in_spite_of_other_files(patch: Patch) -> None:
    """Pictures and other files that are published as they are do not count as edited."""
    real = library._Reading._changed

    def changed(self: Any) -> Any:
        self._unlike = False
        return real(self)

    patch.setattr(library._Reading, "_changed", changed)


def changed_without_titles(patch: Patch) -> None:
    """An entry counts as edited if its text is another one."""
    real = library.differences

    def differences(before: Sequence[Head], after: Sequence[Head]) -> tuple[set[str], bool] | None:
        found = real(before, after)
        pairs = zip(before, after, strict=False)
        return found and ({one.slug for one, other in pairs if one.body_digest != other.body_digest}, found[1])

    patch.setattr(library, "differences", differences)


def places_in_texts_not_looked_for(patch: Patch) -> None:
    """Of the links, only those of the edited text are followed."""

    def concerned(books: library.Library, by_path: Mapping[str, str], changed: Collection[str]) -> Iterator[str]:
        yield from changed

    patch.setattr(linking, "_concerned", concerned)


def months_not_added_up(patch: Patch) -> None:
    """The figures of months are compared when a month comes or goes."""
    real = linking.check

    def check(books: library.Library, *, drafts: bool, changed: Collection[str] | None = None) -> Any:
        found = real(books, drafts=drafts, changed=changed)
        return (one for one in found if changed is None or one.code != "R331")

    patch.setattr(linking, "check", check)


def few_askers_hear_less(patch: Patch) -> None:
    """Who names an entry by the path of its file is found only when many ask."""
    real = Naming.sources

    def sources(self: Naming, id_: str) -> tuple[str, ...]:
        return tuple(one for one in real(self, id_) if self._asked > 16 or id_ in self._heads[one].outline.goals)

    patch.setattr(Naming, "sources", sources)
