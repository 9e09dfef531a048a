"""The colours of the brand as a stylesheet, which is read after the portal's own and has the colour in its name."""

from __future__ import annotations

from collections.abc import Mapping

from generator.engine.trace import Reader, Target
from generator.model.colours import palette

DARK = "@media (prefers-color-scheme:dark) "


def make(_read: Reader, target: Target) -> bytes:
    """The stylesheet for the colour that the target's argument is."""
    return stylesheet(str(target.arguments[0]))


def stylesheet(colour: str) -> bytes:
    """The same for a colour `#rrggbb`."""
    light, dark = palette(colour)
    return f"{_rule(light)}\n{DARK}{{{_rule(dark)}}}\n".encode()


def _rule(variables: Mapping[str, str]) -> str:
    return ":root {" + "".join(f"--{name}:{value};" for name, value in variables.items()) + "}"
