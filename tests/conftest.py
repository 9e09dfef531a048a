"""What holds for all tests."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in a browser come last: its driver leaves a thread, and a process with threads forks no workers."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
