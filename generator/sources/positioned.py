"""YAML text to nodes with positions; a scalar means what the editor sees (YAML 1.2 core, no guessing)."""

from __future__ import annotations

from generator.diagnostics import Diagnostic
from generator.sources import plain_yaml
from generator.sources.nodes import Node


def read(text: str, path: str, first_line: int = 1) -> tuple[Node | None, list[Diagnostic]]:
    """The root node of the one document in the text, or None and what is wrong with it.

    `first_line` is the line of the file on which the text starts.
    """
    if root := plain_yaml.read(text, first_line):
        return root, []
    # Late: 52 ms for PyYAML, which a plain text does not need.
    from generator.sources import libyaml

    return libyaml.read(text, path, first_line)
