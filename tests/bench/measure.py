"""Runs a command and measures it: wall-clock and processor seconds, or the peak memory of all its processes."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

SAMPLING = 0.004  # seconds between two looks at the memory; a look itself takes about a millisecond for each 100 MB
RESTING = 4  # times as long as a look takes
MOST_OUTPUT = 4_000  # characters of a failed command's output that are shown
# Left in the environment it would make every start of the portal compile itself again, which no user's does.
UNSET = ("PYTHONDONTWRITEBYTECODE",)


@dataclass(frozen=True, slots=True)
class Command:
    """What is run, and where."""

    words: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that are set for it beside those of this process."""

    def start(self, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start it, with both its outputs going to a file: a pipe would have to be read meanwhile."""
        kept = {name: value for name, value in os.environ.items() if name not in UNSET}
        return subprocess.Popen(
            self.words,
            cwd=self.folder,
            env={**kept, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


class Failed(Exception):
    """A command ended with another code than 0, which makes its figures worthless."""

    def __init__(self, command: Command, code: int, output: str) -> None:
        super().__init__(f"{' '.join(command.words)}: exit code {code}\n{output[-MOST_OUTPUT:]}".rstrip())
        self.code = code
        self.output = output


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took, from its start to its end."""

    wall: float
    """Seconds by the clock."""
    cpu: float
    """User and system seconds of the command and of all processes below it that were waited for."""
    memory: int | None = None
    """The most bytes that all its processes together held at one time, if they were looked at."""


def measure(command: Command, interval: float | None = None) -> Usage:
    """Run a command and give what it took; with an interval, in seconds, also its peak memory. Raises Failed.

    Memory is the sum of the proportional set sizes (PSS in Linux's /proc/PID/smaps_rollup) of the command and all
    processes below it, looked at once in each interval, or less often where a look takes long: a page that processes
    share counts once, the cache of files not at all. A peak shorter than the interval can be missed. Looking slows the
    command down, so that the seconds of such a run are not to be compared. A command that is over before the first look
    gets the kernel's own figure, the largest resident set size of one process, which counts shared pages in full.
    """
    peak = 0
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = command.start(output)
        try:
            if interval is not None:
                peak = _watch(process.pid, interval)
            _, status, spent = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
        except BaseException:
            process.kill()
            process.wait()
            raise
        # The end was seen behind the back of the object: without the code it would wait for the process again.
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            raise Failed(command, process.returncode, output.read().decode(errors="replace"))
    memory = None if interval is None else peak or spent.ru_maxrss * 1024
    return Usage(wall, spent.ru_utime + spent.ru_stime, memory)


def _watch(pid: int, interval: float) -> int:
    """The most memory that a child and all below it hold until the child ends; the child is left to be waited for."""
    peak = 0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        start = time.perf_counter()
        peak = max(peak, held(pid))
        # The kernel counts the pages at each look: without a longer rest, looking at much memory would be all it does.
        time.sleep(max(interval, RESTING * (time.perf_counter() - start)))
    return peak


def held(pid: int) -> int:
    """The memory, in bytes, that a process and all below it hold now, shared pages counted once; 0 once it is gone."""
    return sum(_proportional(each) for each in family(pid))


def family(pid: int) -> Iterator[int]:
    """A process and all below it, as far as they still live."""
    yield pid
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                for child in (thread / "children").read_text().split():
                    yield from family(int(child))


def busy(pid: int) -> float:
    """The processor seconds, by the kernel's tick, that the living processes of a family have used."""
    total = 0
    for each in family(pid):
        with suppress(OSError):
            # The name before the bracket may hold anything, so that only what follows it can be split.
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def _proportional(pid: int) -> int:
    """The proportional set size of a process in bytes; 0 for one that is gone or has no memory any more."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, value = line.partition(":")
            if name == "Pss":
                return int(value.split()[0]) * 1024
    return 0
