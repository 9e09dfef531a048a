"""Templates that are compiled once for all builds of a test, which otherwise spends four fifths of its time on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import CodeType
from typing import Any

import pytest

from generator.render import templates
from generator.render.environment import Sandbox


def compile_once(patch: pytest.MonkeyPatch) -> None:
    """Remember two pure functions of a text: what a template names, and its code for the same names and filters.

    A build from nothing still asks for each, and gets what it would work out. What the site keeps has no part in it.
    """
    patch.setattr(templates, "_analyse", cache(templates._analyse))
    compiled: dict[Any, CodeType] = {}
    real: Callable[..., CodeType] = Sandbox.compile

    def compiling(self: Sandbox, source: str, *where: Any) -> CodeType:
        key = source, where, *self.filters.items(), *self.tests.items(), *self.globals
        if key not in compiled:
            compiled[key] = real(self, source, *where)
        return compiled[key]

    patch.setattr(Sandbox, "compile", compiling)
