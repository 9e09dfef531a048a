"""What one build leaves for the next: the state of its files, its index of the content, its graph of what was read."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from generator.diagnostics import Diagnostic
from generator.engine.blobs import Blobs
from generator.engine.digests import digest_bytes
from generator.engine.files import Mark, scan
from generator.engine.graph import Graph
from generator.engine.store import Parts

if TYPE_CHECKING:
    from generator.model.library import Indexed


LIBRARIES = ("jinja2", "markupsafe", "markdown-it-py", "mdit-py-plugins", "mdurl", "pyyaml", "msgspec")


@cache
def tool() -> str:
    """The digest of the program's own code and of the libraries that shape the output."""
    root = str(Path(__file__).parent)
    parts = [sys.implementation.name, *map(str, sys.version_info[:3]), *_versions()]
    for path in sorted(scan(Path(root)).files):
        if path.endswith(".py"):
            with open(f"{root}/{path}", "rb", buffering=0) as file:
                parts.append(f"{path} {digest_bytes(file.readall())}")
    return digest_bytes("\n".join(parts).encode())


def _versions() -> list[str]:
    """Name and version of each library, by the names of the folders that pip leaves beside them."""
    wanted = {name.replace("-", "_") for name in LIBRARIES}
    found: dict[str, str] = {}
    for folder in sys.path:
        with suppress(OSError):
            for entry in os.listdir(folder or "."):
                name, _, version = entry.removesuffix(".dist-info").partition("-")
                if entry.endswith(".dist-info") and name.lower() in wanted:
                    found.setdefault(name.lower(), version)
    if len(found) < len(wanted):
        from importlib import metadata  # 20 ms, and only where they are installed in another way

        found = {name: metadata.version(name) for name in LIBRARIES}
    return [f"{name} {version}" for name, version in sorted(found.items())]


class State(msgspec.Struct, frozen=True, array_like=True):
    """All that a build with nothing to do has to know."""

    options: tuple[str | None, bool, datetime.date] | None = None
    """Address, drafts and day of the last build."""
    zone: str = "UTC"
    language: str = "zh"
    marks: dict[str, Mark] = {}
    """Of the sources, by path."""
    decoded: Mapping[str, tuple[str, bytes]] = {}
    """Values worked out from one file alone: name -> (digest of the file, encoded value)."""
    outputs: dict[str, Mark] = {}
    """Of the targets, by path, with the digest of what was made."""
    diagnostics: tuple[Diagnostic, ...] = ()
    complete: bool = False
    """Whether everything was made of these sources, and nothing went wrong."""
    due: datetime.date | None = None
    path: str = ""
    """Under which the site is published."""
    values: tuple[str, int] = ("", 0)
    """The file of the records, and how much of it is in use."""


class Memory:
    """What the last build left, each part read when it is first needed; a damaged part is as if it were absent."""

    def __init__(self, parts: Parts | None = None, folder: Path | None = None, *, looking: bool = False) -> None:
        """The parts of a store, and the folder of its values; none of both remembers nothing.

        Who does not hold the lock may look, and keeps what is new in memory.
        """
        self._parts = parts or Parts()
        self._folder = folder
        self._looking = looking

    def open(self) -> None:
        """Read what every build needs."""
        _ = self.state

    @cached_property
    def state(self) -> State:
        """The state of the files."""
        data = self._parts.get("state")
        try:
            return msgspec.msgpack.decode(data, type=State) if data is not None else State()
        except msgspec.MsgspecError:
            return State()

    @cached_property
    def files(self) -> Mapping[str, Indexed]:
        """What is known of each file of content/."""
        data = self._parts.get("files") if self._values_there() else None
        # Late: 60 ms for the content types, which a build with nothing to do never needs.
        from generator.model.library import Indexed

        try:
            return msgspec.msgpack.decode(data, type=dict[str, Indexed]) if data is not None else {}
        except msgspec.MsgspecError:
            return {}

    @cached_property
    def graph(self) -> Graph:
        """What was asked and read."""
        data = self._parts.get("graph")
        try:
            return Graph.decode(data) if data is not None else Graph()
        except (msgspec.MsgspecError, ValueError, TypeError):
            return Graph()

    @cached_property
    def blobs(self) -> Blobs:
        """The records of the content."""
        found = Blobs(self._folder, *(self.state.values if self._values_there() else ("", 0)))
        return found.aside() if self._looking else found

    def _values_there(self) -> bool:
        """Whether the records stand where the index says; without them every file is decoded again, once."""
        name, used = self.state.values
        try:
            return self._folder is not None and os.stat(self._folder / name).st_size >= used
        except OSError:
            return False

    def parts(
        self, state: State, files: Mapping[str, Indexed] | None = None, graph: Graph | None = None
    ) -> dict[str, bytes]:
        """The parts for the store; those that are not given stay as they are."""
        if files is not None:
            moved = self.blobs.renew([one.ref for one in files.values()])
            if moved is not None:
                files = {path: msgspec.structs.replace(one, ref=moved[one.ref]) for path, one in files.items()}
        state = msgspec.structs.replace(state, values=self.blobs.state)
        found = {"state": msgspec.msgpack.encode(state)}
        kept = {
            "files": None if files is None else msgspec.msgpack.encode(files),
            "graph": None if graph is None else graph.encode(),
        }
        for name, new in kept.items():
            data = self._parts.get(name) if new is None else new
            if data is not None:
                found[name] = data
        return found
