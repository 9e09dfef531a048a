"""What holds for all tests."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

# A machine that is busy with something else must not fail a test; what takes too long has limits of its own.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    """Side by side no test may fork: such a process has a thread besides, and Python 3.12 calls it an error."""
    if hasattr(config, "workerinput"):
        os.register_at_fork(before=_refuse)


def _refuse() -> None:
    raise RuntimeError("a test that forks needs the mark `forks`, with which it runs in one process after the others")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in a browser come last: its driver leaves a thread, and a process with threads forks no workers."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_runtest_setup() -> None:
    """`portal build` stops the collector, since its process ends; here each site that a test built would stay."""
    gc.enable()
