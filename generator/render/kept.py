"""What was made of a template, kept in a file from one build to the next, and believed only if it fits to the byte."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.util import cache_from_source
from pathlib import Path

SIZE = 32
"""Bytes of the digest that precedes what is kept."""


class Kept:
    """Files in a folder, one for each name, which is made if need be; without a folder nothing is kept.

    For the shipped templates it saves a build that makes every page 350 ms, and one that makes one page 100 ms.
    """

    def __init__(self, folder: Path | None, *, writes: bool = True) -> None:
        self._folder = folder
        self._writes = writes

    def get(self, name: str, text: str) -> bytes | None:
        """What was put there for a name and a digest of the template's text, by this program in this Python."""
        if self._folder is not None:
            with suppress(OSError):
                data = (self._folder / _file(name)).read_bytes()
                if data[:SIZE] == _digest(name, text, data[SIZE:]):
                    return data[SIZE:]
        return None

    def put(self, name: str, text: str, made: bytes) -> None:
        """Keep it; a folder that cannot be written costs time and nothing else."""
        if self._folder is not None and self._writes:
            with suppress(OSError):
                self._folder.mkdir(parents=True, exist_ok=True)
                temporary = self._folder / f"{_file(name)}.{os.getpid()}"
                temporary.write_bytes(_digest(name, text, made) + made)
                temporary.replace(self._folder / _file(name))


def of_program() -> Kept:
    """Where Python keeps what it compiles of the program, for the templates that come with it."""
    folder = Path(cache_from_source(__file__)).parent / "templates"
    return Kept(folder, writes=not sys.dont_write_bytecode)


def _file(name: str) -> str:
    return blake2b(name.encode("utf-8"), digest_size=16).hexdigest()


def _digest(name: str, text: str, made: bytes) -> bytes:
    return blake2b("\0".join((tool(), name, text, "")).encode("utf-8") + made, digest_size=SIZE).digest()


@cache
def tool() -> str:
    """The digest of what makes Python of templates; a cache of what cannot change while the program runs."""
    # Late: 17 ms, and what is kept is asked for by builds that are about to make pages.
    from jinja2 import __version__

    code = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    version = f"{__version__} {sys.implementation.cache_tag} {sys.hexversion}"
    return blake2b(b"\0".join([version.encode(), *code])).hexdigest()
