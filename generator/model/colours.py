"""Colours as `#rrggbb`: how well one is read on another (WCAG 2, contrast ratio), and what is made of a brand's colour."""

from __future__ import annotations

from collections.abc import Mapping

WHITE, BLACK = "#ffffff", "#000000"
READABLE = 4.5
"""The least ratio for a text of any size (success criterion 1.4.3, level AA)."""
PALE = 0.9
"""How much white is in the ground that goes with a colour."""
NIGHT = "#211b19"
"""The ground of a card in the dark edition, as the stylesheet has it; the page itself is darker."""
DUSK = 0.72
"""How much of it is in the ground that goes with a colour there."""


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, from 1 to 21."""
    lights = sorted((_luminance(one), _luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with a share, from 0 to 1, of another in it."""
    parts = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in parts)


def readable(colour: str) -> bool:
    """Whether a colour is read on the grounds of the light edition, and white on it."""
    return contrast(colour, mixed(colour, WHITE, PALE)) >= READABLE and contrast(colour, WHITE) >= READABLE


def darkened(colour: str) -> str:
    """The lightest colour of this tone that is readable."""
    return next(found for step in range(101) if readable(found := mixed(colour, BLACK, step / 100)))


def palette(colour: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The variables of the stylesheet that follow from a brand's colour, light and dark."""
    ground = mixed(colour, NIGHT, DUSK)
    grounds = (ground, NIGHT)
    bright = next(
        found
        for step in range(101)
        if min(contrast(found := mixed(colour, WHITE, step / 100), one) for one in grounds) >= READABLE
    )
    deep = mixed(colour, BLACK, 0.25)
    fill = {"fill": colour, "fill-deep": deep}
    return (
        {"accent": colour, "deep": deep, "soft": mixed(colour, WHITE, PALE), **fill},
        {"accent": bright, "deep": mixed(bright, WHITE, 0.4), "soft": ground, **fill},
    )


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _parts(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
