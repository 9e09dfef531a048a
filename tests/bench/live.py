"""`make bench-live`: from the save of a file to the new text in an open browser, beside `hugo server`."""

from __future__ import annotations

import argparse
import http.client
import json
import math
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.cases import PORTAL, ROOT, HugoSite, NoHugo, Site, hugo_program, hugo_version, longer, retitled, sites
from tests.bench.measure import Command, busy, held
from tests.bench.report import MEGABYTE, grid, machine, write_between
from tests.browser.conftest import ARGUMENTS, chromium

START = 1200.0  # seconds that the first build of a server may take
PATIENCE = 120.0  # seconds that an edit may take until it is seen
REST = 0.5  # seconds without work after which a server is taken to have nothing left to do
IDLE = 0.02  # processor seconds that do not count as work: two ticks of the kernel
WARMING = 2  # edits that are not counted
LISTING = "/lessons/"
# Asked before each frame that the browser draws, and again in the page that comes after a reload.
SEEN = "text => document.body !== null && document.body.textContent.includes(text)"
HEAD = ("from the save of a file", "portal ms", "Hugo ms", "ratio")


@dataclass(frozen=True, slots=True)
class Watched:
    """A running server with a page of its site open in a browser."""

    site: Site
    process: subprocess.Popen[bytes]
    port: int
    page: Page
    source: Path
    """Of the entry whose page is open."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds that edits of one kind took, from the save of the file."""

    seen: list[float] = field(default_factory=list)
    """Until the open page showed the new text."""
    listed: list[float] = field(default_factory=list)
    """Until a list that is not open was served with it as well; empty for edits that concern no list."""


Found = dict[str, dict[str, Taken]]
"""What was taken, by kind of edit and by site."""


def command(site: Site, port: int) -> Command:
    """The command that serves a site, each server as it is without options."""
    if isinstance(site, HugoSite):
        folders = ("--source", str(site.folder), "--destination", str(site.output))
        address = ("--bind", "127.0.0.1", "--baseURL", "http://127.0.0.1/", "--port", str(port))
        return Command((site.program, "server", *folders, "--cacheDir", str(site.folder / "cache"), *address), ROOT)
    return Command((*PORTAL, "serve", "--site", str(site.folder), "--port", str(port)), ROOT)


@contextmanager
def watched(site: Site, browser: Browser) -> Iterator[Watched]:
    """A server on a free port, with the page of an entry open that stands on the first page of its list."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with tempfile.TemporaryFile() as said, closing(browser.new_context()) as context:
        process = command(site, port).start(said)
        try:
            found = re.search(r"/lessons/(lesson-\d+)/", _first_answer(process, port))
            if found is None:
                raise LookupError(f"{site.name}: no lesson stands in {LISTING}")
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{port}{found[0]}")
            yield Watched(site, process, port, page, site.folder / "content" / "lessons" / f"{found[1]}.md")
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def get(port: int, path: str) -> str:
    """The text at an address of this computer; empty while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with suppress(OSError, http.client.HTTPException), closing(connection):
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    return ""


def _first_answer(process: subprocess.Popen[bytes], port: int) -> str:
    """The list of lessons, once the server has built the site."""
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        if found := get(port, LISTING):
            return found
        time.sleep(0.2)
    raise TimeoutError(f"no answer from {process.args!r}, exit code {process.poll()}")


def rest(pid: int) -> None:
    """Wait until a server has nothing more to do."""
    deadline = time.monotonic() + PATIENCE
    before = -1.0
    while time.monotonic() < deadline and (now := busy(pid)) - before > IDLE:
        before = now
        time.sleep(REST)


def save(watched: Watched, text: str, token: str, taken: Taken, *, listed: bool) -> None:
    """Write the file of the open page, and note how long it takes until a part of the text is seen."""
    rest(watched.process.pid)
    start = time.perf_counter()
    watched.source.write_text(text, encoding="utf-8")
    watched.page.wait_for_function(SEEN, arg=token, polling="raf", timeout=PATIENCE * 1000)
    taken.seen.append(time.perf_counter() - start)
    if not listed:
        return
    while token not in get(watched.port, LISTING):
        if time.perf_counter() - start > PATIENCE:
            raise TimeoutError(f"{watched.site.name}: {LISTING} does not show {token}")
        time.sleep(0.005)
    taken.listed.append(time.perf_counter() - start)


def edit(both: Sequence[Watched], kind: str, edits: int) -> dict[str, Taken]:
    """Edit the sites in turn, each time with another text or title; gives what it took by site."""
    texts = {each.site.name: each.source.read_text(encoding="utf-8") for each in both}
    found = {each.site.name: Taken() for each in both}
    for number in range(1, WARMING + edits + 1):
        for each in both:
            before = texts[each.site.name]
            # The words of `longer` and of the prefix, which stand nowhere else.
            token = f"这是第{number}次修改" if kind == "body" else f"改过第{number}次："
            after = longer(before, number) if kind == "body" else retitled(before, token)
            taken = found[each.site.name] if number > WARMING else Taken()
            save(each, after, token, taken, listed=kind == "title")
            print(f"{kind} {number}: {each.site.name} {taken.seen[-1] * 1000:.0f} ms", file=sys.stderr, flush=True)
    return found


def run(entries: int, edits: int, folder: Path) -> tuple[Found, dict[str, int]]:
    """Measure both servers; gives the seconds, and the bytes that each holds in the end."""
    both = sites("corpus", folder, entries, hugo_program())
    with sync_playwright() as playwright, ExitStack() as running:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        running.callback(browser.close)
        opened = [running.enter_context(watched(site, browser)) for site in both]
        found = {kind: edit(opened, kind, edits) for kind in ("body", "title")}
        return found, {each.site.name: held(each.process.pid) for each in opened}


def table(found: Found, memory: dict[str, int]) -> str:
    """The table in Markdown: medians, with the 95th percentiles in brackets, and the ratio of the medians."""
    rows = []
    for name, kind, part in (
        ("text edited, seen in the open page", "body", "seen"),
        ("title edited, seen in the open page", "title", "seen"),
        ("title edited, served in a list that is not open", "title", "listed"),
    ):
        ours, theirs = (getattr(found[kind][site], part) for site in ("portal", "hugo"))
        ratio = statistics.median(ours) / statistics.median(theirs)
        rows.append([name, _milliseconds(ours), _milliseconds(theirs), f"{ratio:.2f}"])
    ours, theirs = memory["portal"], memory["hugo"]
    sizes = [f"{size / MEGABYTE:.0f}" for size in (ours, theirs)]
    rows.append(["memory of the server in the end, MB", *sizes, f"{ours / theirs:.2f}"])
    return grid(HEAD, rows)


def _milliseconds(values: Sequence[float]) -> str:
    """The median and the 95th percentile (nearest rank)."""
    high = sorted(values)[math.ceil(0.95 * len(values)) - 1]
    return f"{statistics.median(values) * 1000:.0f} ({high * 1000:.0f})"


def main(arguments: Sequence[str]) -> int:
    """Measure and report; 2 where Hugo or the browser is missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.live", description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000, help="of the corpus; default: 10,000")
    parser.add_argument("--edits", type=int, default=30, help="of each kind; default: 30")
    parser.add_argument("--write", type=Path, help="put the table into this document")
    parser.add_argument("--json", action="store_true", help="print every figure")
    asked = parser.parse_args(arguments)
    try:
        hugo = hugo_version()
    except NoHugo as missing:
        print(missing, file=sys.stderr)
        return 2
    if chromium() is None:
        print("no Chromium found: install it, or name it in the variable CHROMIUM", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        found, memory = run(asked.entries, asked.edits, Path(folder))
    text = (
        f"Measured on {machine(hugo)}, with {asked.entries:,} entries and {asked.edits} edits of each kind: the median,"
        f" and the 95th percentile in brackets.\n\n{table(found, memory)}"
    )
    if asked.write:
        write_between(asked.write, "bench-live", text)
    seconds = {kind: {site: [taken.seen, taken.listed] for site, taken in by.items()} for kind, by in found.items()}
    print(json.dumps({"seconds": seconds, "memory": memory}) if asked.json else text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
