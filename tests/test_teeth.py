"""The test of the test: the engine is broken on purpose, in the ways in which others were, and must be caught."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator import build
from generator.engine import files, rebuild, trace
from generator.engine.files import Files, Mark
from generator.engine.outputs import Outputs
from generator.engine.store import Memory, Store
from generator.engine.trace import Answers, Dependency, Reader, Target, Trace
from generator.model import library, linking
from generator.render.templates import Templates
from generator.site import catalog as catalogs
from tests.edits import Editing
from tests.test_incremental import check

Patch = pytest.MonkeyPatch
Break = Callable[[Patch], None]


def unrecorded(*names: str) -> Break:
    """Some questions leave no dependency."""

    def apply(patch: Patch) -> None:
        whole = Reader.dependencies.fget
        assert whole is not None

        def dependencies(reader: Reader) -> tuple[Dependency, ...]:
            return tuple(found for found in whole(reader) if found.query[0] not in names)

        patch.setattr(Reader, "dependencies", property(dependencies))

    return apply


def absence_unrecorded(patch: Patch) -> None:
    """Failed look-ups leave no dependency."""
    whole = Reader.dependencies.fget
    assert whole is not None
    nothing = {trace.digest(value) for value in (None, "", (), [])}

    def dependencies(reader: Reader) -> tuple[Dependency, ...]:
        return tuple(found for found in whole(reader) if found.digest not in nothing)

    patch.setattr(Reader, "dependencies", property(dependencies))


def only_first_dependency(patch: Patch) -> None:
    """What was read later is never looked at."""
    real = trace.stale

    def stale(target: Target, found: Trace | None, answers: Answers) -> object:
        if found is not None:
            found = Trace(found.target, found.dependencies[:1], found.result)
        return real(target, found, answers)

    patch.setattr(rebuild, "stale", stale)


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


def times_instead_of_contents(patch: Patch) -> None:
    """A file of the same size and time is the same file."""

    def fits(mark: Mark, status: Any) -> bool:
        return mark.size == status.st_size and mark.mtime_ns == status.st_mtime_ns

    patch.setattr(Mark, "fits", fits)


def unreadable_is_unchanged(patch: Patch) -> None:
    """Whatever was known of a file is still true."""

    def known(self: Files, key: str, status: Any) -> str | None:
        mark = self._marks.get(key) or self._old.get(key)
        return mark.digest if mark else None

    patch.setattr(Files, "known", known)


def outputs_trusted(patch: Patch) -> None:
    """What was written once is believed to be there still."""
    patch.setattr(Outputs, "verify", lambda self, path, result: self.adopt(path))


def nothing_pruned(patch: Patch) -> None:
    """What is no longer planned stays."""

    def prune(self: Outputs, keep: object) -> list[str]:
        return []

    patch.setattr(Outputs, "prune", prune)


def target_unchecked(patch: Patch) -> None:
    """A path that is made in another way is not made again."""
    patch.setattr(Target, "digest", property(lambda self: "same"))


def in_warm_builds(patch: Patch) -> Callable[[], bool]:
    """Whether the build that is running is a warm one; a clean one must not be broken as well, and agree."""
    warm: list[bool] = [True]
    real = build.build

    def wrapped(options: build.Options, *more: Any) -> build.Report:
        warm[0] = options.out is None
        return real(options, *more)

    patch.setattr(build, "build", wrapped)
    return lambda: warm[0]


def clock_ignored(patch: Patch) -> None:
    """The day of the first build is every day."""
    warm = in_warm_builds(patch)
    real = build.today_in
    days: list[datetime.date] = []

    def today(settings: Any, options: build.Options) -> datetime.date:
        days.append(real(settings, options))
        return days[0] if warm() else days[-1]

    patch.setattr(build, "today_in", today)


def status_cached(patch: Patch) -> None:
    """Whether an entry is visible is decided once for each of its contents, as in Pelican."""
    warm = in_warm_builds(patch)
    real = linking.visible
    seen: dict[Any, bool] = {}

    def visible(entry: Any, today: datetime.date, *, drafts: bool = False) -> bool:
        now = real(entry, today, drafts=drafts)
        return seen.setdefault((entry.title, entry.date, entry.status, entry.expires), now) if warm() else now

    patch.setattr(catalogs, "visible", visible)


def coarse_digest(patch: Patch) -> None:
    """Two long values that begin alike are one."""
    real = trace.digest_bytes
    patch.setattr(trace, "digest", lambda value: real(trace._encode(value).encode()[:120]))


def decoded_by_path(patch: Patch) -> None:
    """A file is decoded once and never again."""
    real = library.read

    def read(root: Path, files: Files, remembered: Any) -> library.Library:
        def now(name: str) -> str:
            path = name.partition(":")[2]
            return files.digest(path, root / path) if (root / path).exists() else ""

        return real(root, files, {name: (now(name), value) for name, (_, value) in remembered.items()})

    patch.setattr(library, "read", read)


def shared_key(patch: Patch) -> None:
    """Traces are kept by maker and not by path, so two targets share one."""
    real = rebuild.decide

    def decide(targets: Any, traces: Any, answers: Any, outputs: Any) -> Any:
        by_maker: dict[str, Trace] = {}
        for target in targets:
            if target.path in traces:
                by_maker.setdefault(target.maker, traces[target.path])
        found = real(targets, traces, answers, outputs)
        return {
            path: reason
            for path, reason in found.items()
            if reason.kind != "query" or not _fresh(path, targets, by_maker, answers)
        }

    patch.setattr(rebuild, "decide", decide)


def _fresh(path: str, targets: Any, by_maker: dict[str, Trace], answers: Answers) -> bool:
    target = next(one for one in targets if one.path == path)
    found = by_maker.get(target.maker)
    return found is not None and all(answers.digest(one.query) == one.digest for one in found.dependencies)


BREAKS: dict[str, Break] = {
    "lists not recorded": unrecorded("listing", "divisions"),
    "cards elsewhere not recorded": unrecorded("mentions", "neighbours", "title", "feed", "upcoming"),
    "body not recorded": unrecorded("body"),
    "addresses of links not recorded": unrecorded("hrefs", "url"),
    "settings not recorded": unrecorded("settings", "base", "menu"),
    "assets not recorded": unrecorded("asset", "asset-digest"),
    "static files not recorded": unrecorded("static", "file"),
    "feeds and site map lag behind": unrecorded("changes", "feed"),
    "figures not recorded": unrecorded("figures"),
    "templates not recorded": unrecorded("template"),
    "absence not recorded": absence_unrecorded,
    "only the first dependency": only_first_dependency,
    "template without closure": template_without_closure,
    "imports of imports forgotten": closure_without_imports_of_imports,
    "absent templates forgotten": closure_without_absent_names,
    "times instead of contents": times_instead_of_contents,
    "unreadable is unchanged": unreadable_is_unchanged,
    "outputs trusted": outputs_trusted,
    "nothing pruned": nothing_pruned,
    "target unchecked": target_unchecked,
    "clock ignored": clock_ignored,
    "status cached": status_cached,
    "coarse digest": coarse_digest,
    "decoded by path": decoded_by_path,
    "one key for two targets": shared_key,
}


def scenario(editing: Editing, scratch: Path) -> None:
    """Every kind of edit twice, and the two changes that no editor makes: other code, other ways to make a page."""
    number = 0
    check(editing, scratch / "0", ["first"])
    for _ in range(2):
        for name, edit in editing.kinds().items():
            edit()
            number += 1
            check(editing, scratch / str(number), [name])


@pytest.mark.parametrize("name", BREAKS)
def test_broken_engine_is_caught(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SETTLED", 20_000_000)
    editing = Editing(tmp_path / "site", 3)
    editing.portal.build()
    BREAKS[name](monkeypatch)
    with pytest.raises(AssertionError):
        scenario(editing, tmp_path)


def test_other_code_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version makes again what it would make differently; with a store that is trusted it would not."""
    editing = Editing(tmp_path / "site", 3)
    check(editing, tmp_path / "before", ["first"])
    monkeypatch.setattr(build, "EXPORTS", {**build.EXPORTS, "robots": lambda read, target: b"User-agent: *\n"})
    with pytest.raises(AssertionError):
        check(editing, tmp_path / "trusted", ["new code, old store"])
    monkeypatch.setattr(build, "tool", lambda: "the next version")
    check(editing, tmp_path / "after", ["new code, new tool"])


def test_store_must_belong_to_the_tool(tmp_path: Path) -> None:
    Store(tmp_path, "one").save(Memory(traces={"a": Trace("t", (), "r")}))
    assert Store(tmp_path, "one").load().traces
    assert not Store(tmp_path, "two").load().traces


def test_sound_engine_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scenario itself holds, so that a failure above means the break and nothing else."""
    monkeypatch.setattr(files, "SETTLED", 20_000_000)
    scenario(Editing(tmp_path / "site", 3), tmp_path)
