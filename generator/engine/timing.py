"""Where the time of a build goes: by stage, by target and by maker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

STAGES = ("scan", "read", "decode", "link", "plan", "verify", "make", "write", "store")
WAIT = "wait"
"""No stage: the time in which other processes, or this one, do what is counted one by one."""


class Times:
    """Seconds of one build. What several processes did at once is counted for each of them."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = dict.fromkeys((*STAGES, WAIT), 0.0)
        self.targets: dict[str, tuple[str, float]] = {}
        """Maker and seconds of each target that was made, by path."""
        self._inside: list[float] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time until the end to a stage, but for what is counted to another meanwhile."""
        start = time.perf_counter()
        self._inside.append(0.0)
        try:
            yield
        finally:
            seconds = time.perf_counter() - start
            self.stages[name] += max(0.0, seconds - self._inside.pop())
            if self._inside:
                self._inside[-1] += seconds

    def add(self, name: str, seconds: float) -> None:
        """Count some seconds that were measured elsewhere."""
        self.stages[name] += seconds

    def slowest(self, most: int = 10) -> list[tuple[str, float]]:
        """The targets that took longest, with their seconds."""
        found = sorted(self.targets.items(), key=lambda one: (-one[1][1], one[0]))
        return [(path, seconds) for path, (_, seconds) in found[:most]]

    def makers(self, most: int = 10) -> list[tuple[str, int, float]]:
        """The templates and exports that took longest: name, number of targets, seconds of all of them."""
        counts: dict[str, tuple[int, float]] = {}
        for maker, seconds in self.targets.values():
            count, total = counts.get(maker, (0, 0.0))
            counts[maker] = count + 1, total + seconds
        found = sorted(counts.items(), key=lambda one: (-one[1][1], one[0]))
        return [(maker, count, total) for maker, (count, total) in found[:most]]
