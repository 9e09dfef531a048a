"""Is it the same site? Compares two outputs: their files, and in each what a reader sees, with its tags and links.

`python -m tests.bench.same PORTAL_OUT HUGO_OUT` prints what differs and the sizes, and ends with 1 where a file is
missing, a page shows something else, or the sizes differ by more than a tenth. White space does not count, nor how a
character is escaped; everything else does, the attributes of every tag included.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote

TAG = re.compile(r"<[^>]*>")
ATTRIBUTE = re.compile(r"\s+([\w:-]+)(?:=\"([^\"]*)\")?")
LINK = re.compile(r"\shref=\"([^\"]*)\"")
ENTRY = re.compile(r"(?:(\w+)/)?[a-z]+-\d+/index\.html")
MOST_RATIO = 1.1
SHOWN = 5
OURS = ".ics"
"""Calendars, which the portal writes besides."""
"""So many differences of each kind are shown."""


@dataclass(frozen=True)
class Difference:
    """What differs in a file, in a word, and the place where it begins in each of the two."""

    path: str
    what: str
    one: str
    two: str


@dataclass(frozen=True)
class Comparison:
    """All that was found."""

    missing: tuple[tuple[str, ...], tuple[str, ...]]
    """Files that only the second output has, and files that only the first has."""
    differences: tuple[Difference, ...]
    sizes: Mapping[str, tuple[int, int]]
    """Bytes of both outputs by kind of file."""

    @property
    def ratio(self) -> float:
        """The size of the second output divided by that of the first."""
        return sum(two for _, two in self.sizes.values()) / max(1, sum(one for one, _ in self.sizes.values()))

    @property
    def same(self) -> bool:
        """Whether the two may be measured against each other."""
        missing = any(self.missing)
        return not missing and not self.differences and 1 / MOST_RATIO <= self.ratio <= MOST_RATIO


def compare(one: Path, two: Path) -> Comparison:
    """Compare the outputs in two folders; hidden files are the tools' own."""
    files = [_files(folder) for folder in (one, two)]
    both = sorted(files[0] & files[1])
    differences: list[Difference] = []
    sizes: dict[str, tuple[int, int]] = {}
    for path in both:
        data = (one / path).read_bytes(), (two / path).read_bytes()
        known = sizes.get(kind(path), (0, 0))
        sizes[kind(path)] = known[0] + len(data[0]), known[1] + len(data[1])
        if data[0] != data[1]:
            differences.extend(_differences(path, *(part.decode("utf-8", "replace") for part in data)))
    missing = tuple(sorted(files[1] - files[0])), tuple(sorted(files[0] - files[1]))
    return Comparison(missing, tuple(differences), sizes)


def kind(path: str) -> str:
    """`lessons, entries`, `lessons, lists`, `feeds`, `the rest`."""
    if path.endswith("feed.xml"):
        return "feeds"
    if found := ENTRY.fullmatch(path):
        return f"{found[1] or 'pages'}, entries"
    head, _, rest = path.partition("/")
    return f"{head}, lists" if rest and path.endswith(".html") and head != "sitemap" else "the rest"


def text(page: str) -> list[str]:
    """What is seen between the tags."""
    found = ("".join(unescape(part).split()) for part in TAG.split(page))
    return [part for part in found if part]


def links(page: str) -> list[str]:
    """Where the links lead, in order."""
    return [_address(address) for address in LINK.findall(page)]


def tags(page: str) -> list[str]:
    """Every tag with its attributes."""
    return [_tag(tag) for tag in TAG.findall(page)]


PARTS: Mapping[str, Callable[[str], list[str]]] = {"text": text, "links": links, "tags": tags}


def _differences(path: str, one: str, two: str) -> Iterator[Difference]:
    for what, part in PARTS.items():
        first, second = part(one), part(two)
        if first != second:
            yield Difference(path, what, *_around(first, second))


def _around(one: Sequence[str], two: Sequence[str]) -> tuple[str, str]:
    pairs = enumerate(zip(one, two, strict=False))
    at = next((index for index, (first, second) in pairs if first != second), min(len(one), len(two)))
    return " ".join(one[at : at + 3]), " ".join(two[at : at + 3])


def _tag(tag: str) -> str:
    name = re.match(r"</?[\w:?!]+", tag)
    attributes = sorted(f"{key}={_address(value)}" for key, value in ATTRIBUTE.findall(tag))
    return " ".join([name[0].lower() if name else tag, *attributes])


def _address(value: str) -> str:
    return unquote(unescape(value))


def _files(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if not path.name.startswith(".") and path.suffix != OURS}


def report(found: Comparison) -> Iterator[str]:
    """The comparison in lines."""
    for which, paths in zip(("first", "second"), found.missing, strict=True):
        yield from _some(f"{len(paths)} files are missing in the {which}", paths)
    for what in PARTS:
        differing = [one for one in found.differences if one.what == what]
        lines = (f"{one.path}\n    1: {one.one[:300]}\n    2: {one.two[:300]}" for one in differing)
        yield from _some(f"{len(differing)} files have other {what}", lines)
    for name, (one, two) in sorted(found.sizes.items()):
        yield f"{name:20} {one:12,} {two:12,} {two / max(1, one):6.2f}"
    yield f"{'in all':54}{found.ratio:.2f}"


def _some(title: str, lines: Iterable[str]) -> Iterator[str]:
    for index, line in enumerate(lines):
        if not index:
            yield f"{title}:"
        if index < SHOWN:
            yield f"  {line}"


def main(arguments: Sequence[str]) -> int:
    """Print the comparison of two folders; 1 where they are not the same."""
    if len(arguments) != 2:
        print("python -m tests.bench.same PORTAL_OUT HUGO_OUT", file=sys.stderr)
        return 2
    found = compare(Path(arguments[0]), Path(arguments[1]))
    print("\n".join(report(found)))
    return 0 if found.same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
