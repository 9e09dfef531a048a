"""The two sites of a bench, and its cases: each edits both sites in the same way and says what is measured then."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Literal

from tests.bench import hugo_site, portal_site
from tests.bench.corpus import corpus
from tests.bench.measure import Command, measure

ROOT = Path(__file__).parents[2]
PORTAL = (sys.executable, "-m", "generator")
TINY_PAGES = 4_000
# The engine reads a file again that changed less than two seconds ago. An editor's files are older, except the edited.
SETTLING = 2.2
SECTION = "_index.md"  # with Hugo it says something about a folder, and is no entry
TITLE = re.compile(r"""^([\s{]*["']?(?:title|标题)["']?\s*[:=]\s*["']?)""", re.MULTILINE)

Group = Literal["corpus", "tiny", "own"]


class NoHugo(Exception):
    """Hugo is not installed."""


def hugo_program() -> str:
    """The program itself: $HUGO, the installed package's, or that on the path; raises NoHugo.

    The package's own command starts Python first, which is no part of Hugo and would be counted against it.
    """
    if named := os.environ.get("HUGO"):
        return named
    try:
        files = metadata.files("hugo") or []
    except metadata.PackageNotFoundError:
        files = []
    packed = [str(file.locate()) for file in files if file.match("hugo/binaries/hugo*")]
    found = packed[0] if packed else shutil.which("hugo")
    if not found:
        raise NoHugo("Hugo is not installed: `make bench` installs it, or name the program in the variable HUGO")
    return found


def hugo_version() -> str:
    """The name and version of Hugo; raises NoHugo."""
    said = subprocess.run((hugo_program(), "version"), check=True, capture_output=True, text=True).stdout
    return f"Hugo {said.split()[1].partition('-')[0].removeprefix('v')}"


@dataclass(frozen=True)
class Site(ABC):
    """A site on disk, and how it is built."""

    folder: Path
    name = ""

    @property
    def output(self) -> Path:
        """Where its files are."""
        return self.folder / "public"

    @cached_property
    def lessons(self) -> Sequence[Path]:
        """The sources of the lessons, in the order of their names, which is the same for both sites."""
        return sorted(path for path in (self.folder / "content" / "lessons").glob("*.md") if path.name != SECTION)

    @property
    @abstractmethod
    def layout(self) -> Path:
        """The template around every page."""

    @abstractmethod
    def command(self) -> Command:
        """The command that builds it, with what is left of earlier builds."""

    @abstractmethod
    def forget(self) -> None:
        """Remove the output and whatever was kept from earlier builds."""

    @abstractmethod
    def settle(self) -> None:
        """Bring output and store up to date, and to rest."""


@dataclass(frozen=True)
class PortalSite(Site):
    """The site as this program builds it."""

    name = "portal"

    @property
    def layout(self) -> Path:
        return self.folder / "templates" / "base.html"

    def command(self, *more: str) -> Command:
        return Command((*PORTAL, "build", "--site", str(self.folder), *more), ROOT)

    def forget(self) -> None:
        for name in ("public", ".portal"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def settle(self) -> None:
        # The first build makes what was edited back, the second takes note of the files that the first one wrote.
        for _ in range(2):
            time.sleep(SETTLING)
            measure(self.command())

    def clean(self, folder: Path) -> Path:
        """Build from nothing into an empty folder; gives the output."""
        out = folder / "clean"
        measure(self.command("--clean", "--out", str(out), "--cache", str(folder / "store")))
        return out


@dataclass(frozen=True)
class HugoSite(Site):
    """The same site as Hugo builds it."""

    program: str
    name = "hugo"

    @property
    def layout(self) -> Path:
        return next((self.folder / "layouts").rglob("baseof.html"))

    def command(self) -> Command:
        folders = ("--source", str(self.folder), "--destination", str(self.output))
        return Command((self.program, "build", *folders, "--cacheDir", str(self.folder / "cache"), "--quiet"), ROOT)

    def forget(self) -> None:
        for name in ("public", "resources", "cache"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def settle(self) -> None:
        # It makes everything in every build, so that it is enough that an output is there.
        if not self.output.exists():
            measure(self.command())


Prepared = Site | Command
"""The site that is to be built, or a command in place of a build."""
Prepare = Callable[[Site, int], AbstractContextManager[Prepared]]


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured: `prepare` edits a site, gives it, and takes the edit back; the number is that of the run."""

    key: str
    title: str
    prepare: Prepare
    group: Group = "corpus"
    warm: bool = True
    """Whether the site has to be up to date before, and what comes out has to equal a clean build."""
    most_time: float | None = None
    """The ratio of seconds, portal to Hugo, that is aimed at."""
    most_memory: float | None = None
    """The same for memory."""
    most_wall: float | None = None
    """The seconds by the clock that are aimed at, where there is nothing to compare with."""
    most_cpu: float | None = None


@contextmanager
def cold(site: Site, run: int) -> Iterator[Prepared]:
    """No output, and nothing kept."""
    site.forget()
    yield site


@contextmanager
def unchanged(site: Site, run: int) -> Iterator[Prepared]:
    """Everything is up to date."""
    yield site


@contextmanager
def body(site: Site, run: int) -> Iterator[Prepared]:
    """A sentence more in one lesson."""
    with edited(_lesson(site, run), lambda text: longer(text, run)):
        yield site


@contextmanager
def title(site: Site, run: int) -> Iterator[Prepared]:
    """Another title for one lesson."""
    with edited(_lesson(site, run), lambda text: retitled(text, f"改过第{run}次：")):
        yield site


@contextmanager
def added(site: Site, run: int) -> Iterator[Prepared]:
    """One lesson more, with the text of another."""
    model = _lesson(site, run)
    path = model.with_stem(f"lesson-9{run:05}")
    path.write_text(copied(model, path.stem, f"新增第{run}篇："), encoding="utf-8")
    try:
        yield site
    finally:
        path.unlink()


@contextmanager
def percent(site: Site, run: int) -> Iterator[Prepared]:
    """A sentence more in as many lessons as are one per cent of all entries."""
    sources = (site.folder / "content").rglob("*.md")
    number = max(1, sum(path.name != SECTION for path in sources) // 100)
    chosen = site.lessons[:: max(1, len(site.lessons) // number)][:number]
    with ExitStack() as edits:
        for path in chosen:
            edits.enter_context(edited(path, lambda text: longer(text, run)))
        yield site


@contextmanager
def template(site: Site, run: int) -> Iterator[Prepared]:
    """A paragraph more at the foot of every page."""
    with edited(site.layout, lambda text: text.replace("</body>", f"<p>第{run}次改版</p>\n</body>")):
        yield site


@contextmanager
def checkout(site: Site, run: int) -> Iterator[Prepared]:
    """Sources, output and store in new files, as a CI server restores them."""
    copy = site.folder.with_name(f"{site.folder.name}-checkout")
    subprocess.run(("cp", "-r", str(site.folder), str(copy)), check=True)
    try:
        time.sleep(SETTLING)
        yield replace(site, folder=copy)
    finally:
        shutil.rmtree(copy)


@contextmanager
def floor(site: Site, run: int) -> Iterator[Prepared]:
    """No build, but a copy of what a build writes."""
    copy = site.folder.with_name(f"{site.folder.name}-copy")
    try:
        yield Command(("cp", "-r", str(site.output), str(copy)), ROOT)
    finally:
        shutil.rmtree(copy)


@contextmanager
def version(site: Site, run: int) -> Iterator[Prepared]:
    """No site at all: the start of the program."""
    yield Command((*PORTAL, "--version"), ROOT)


CASES = (
    Case("cold", "cold", cold, warm=False, most_time=0.5, most_memory=0.35),
    Case("unchanged", "nothing changed", unchanged, most_time=0.02, most_memory=0.25),
    Case("body", "one text edited", body, most_time=0.04, most_memory=0.25),
    Case("title", "one title edited", title, most_time=0.06, most_memory=0.25),
    Case("added", "one entry added", added, most_time=0.08, most_memory=0.25),
    Case("percent", "1% of the entries edited", percent, most_time=0.15, most_memory=0.25),
    Case("checkout", "fresh checkout, nothing changed", checkout, most_time=0.05, most_memory=0.25),
    Case("template", "frame of all pages edited", template, most_time=0.45),
    Case("copy", "`cp -r` of the output", floor),
    Case("tiny", f"{TINY_PAGES:,} tiny pages, cold", cold, "tiny", warm=False, most_time=1.2),
    Case("own", "this portal, nothing changed", unchanged, "own", most_cpu=0.25),
    Case("version", "`portal --version`", version, "own", warm=False, most_wall=0.08),
)


def sites(group: Group, folder: Path, entries: int, hugo: str | None) -> list[Site]:
    """Write the sites of a group into an empty folder, that of Hugo only where its program is given."""
    ours, theirs = folder / "portal", folder / "hugo"
    if group == "own":
        for name in ("content", "templates"):
            shutil.copytree(ROOT / name, ours / name)
        shutil.copy(ROOT / "site.yaml", ours)
        return [PortalSite(ours)]
    for path, writer in ((ours, portal_site), (theirs, hugo_site)):
        if path == ours or hugo:
            if group == "tiny":
                writer.write_tiny(path, TINY_PAGES)
            else:
                writer.write(path, corpus(entries))
    return [PortalSite(ours), *([HugoSite(theirs, hugo)] if hugo else [])]


@contextmanager
def edited(path: Path, change: Callable[[str], str]) -> Iterator[None]:
    """A file with other content, until the end of the block; an edit that changes nothing is an error."""
    before = path.read_text(encoding="utf-8")
    after = change(before)
    if after == before:
        raise ValueError(f"{path}: the edit changes nothing")
    path.write_text(after, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def longer(text: str, number: int) -> str:
    """A source with a sentence more at its end."""
    return f"{text.rstrip()}\n\n这是第{number}次修改时补上的一句话。\n"


def retitled(text: str, prefix: str) -> str:
    """A source with some words before its title, in YAML, TOML or JSON."""
    after, number = TITLE.subn(lambda match: match[1] + prefix, text, count=1)
    if not number:
        raise ValueError(f"no title in {text[:60]!r}")
    return after


def copied(model: Path, stem: str, prefix: str) -> str:
    """The source of an entry like another one, with its own name and title."""
    return retitled(model.read_text(encoding="utf-8").replace(model.stem, stem), prefix)


def _lesson(site: Site, run: int) -> Path:
    """Another lesson in each run, the same for both sites."""
    return site.lessons[run * 7919 % len(site.lessons)]
