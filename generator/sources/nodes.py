"""What a YAML text is made of: scalars, sequences and mappings, each with its place in the file."""

from __future__ import annotations

from msgspec import Struct

Place = tuple[int, int, int]
"""Line, column and length of a value in its file; what goes over several lines has the length 1."""


class Scalar(Struct, frozen=True, gc=False):
    """A text as the editor sees it; its type is decided by the field that it fills."""

    value: str
    style: str
    """The quotation mark or the sign of a block (`|`, `>`) that it was written with; empty for none."""
    place: Place


class Sequence(Struct, frozen=True, gc=False):
    """A list of values."""

    value: list[Node]
    place: Place


class Mapping(Struct, frozen=True, gc=False):
    """Keys, their places and their values, in the order in which they stand there, repeated ones too."""

    value: list[tuple[str, Place, Node]]
    place: Place


Node = Scalar | Sequence | Mapping
