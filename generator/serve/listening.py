"""Opens the port of the dev server, and tells requests that mean it from those that were led there."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from generator.diagnostics import Language

HOSTS: Mapping[str, tuple[socket.AddressFamily, str]] = {
    "127.0.0.1": (socket.AF_INET, "127.0.0.1"),
    "localhost": (socket.AF_INET, "127.0.0.1"),
    "::1": (socket.AF_INET6, "::1"),
    "[::1]": (socket.AF_INET6, "::1"),
}
"""What may be asked for -> where it listens: never on an address that other computers reach."""

LAST_PORT = 65535


class Refused(Exception):
    """The server does not start; carries the sentence of `wording` that says why."""

    def __init__(self, language: Language, key: str, **values: object) -> None:
        super().__init__(key)
        self.language = language
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class Door:
    """A listening socket and how browsers may address it."""

    socket: socket.socket
    host: str
    port: int

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:8000`."""
        return f"http://{self.host}:{self.port}"

    @property
    def authorities(self) -> frozenset[str]:
        """The values of the Host header that are answered; any other name was made to point here (DNS rebinding)."""
        names = ("127.0.0.1", "localhost", "[::1]")
        bare = names if self.port == 80 else ()
        return frozenset([f"{name}:{self.port}" for name in names] + list(bare))


def listen(host: str, port: int, language: Language) -> Door:
    """Take a port on the loopback interface, any free one for 0; raises Refused.

    It listens from now on, so that of two servers started at once the second is told before it builds anything.
    """
    if host.lower() not in HOSTS:
        raise Refused(language, "host")
    family, address = HOSTS[host.lower()]
    try:
        opened = _bound(family, address, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refused(language, "port", port=port, other=_free(family, address, port)) from error
        raise Refused(language, "address", host=host, port=port, why=error.strerror or str(error)) from error
    shown = f"[{address}]" if family == socket.AF_INET6 else host.lower()
    return Door(opened, shown, opened.getsockname()[1])


def _bound(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    """A listening socket, or OSError."""
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            # On Windows SO_REUSEADDR would let two servers share a port.
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            # A server that was just stopped must not keep the next one from its port.
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((address, port))
        opened.listen(128)
    except BaseException:
        opened.close()
        raise
    return opened


def _free(family: socket.AddressFamily, address: str, port: int) -> int:
    """The next port that is free, or any."""
    for other in range(port + 1, min(port + 20, LAST_PORT) + 1):
        try:
            with closing(_bound(family, address, other)):
                return other
        except OSError:
            continue
    with closing(_bound(family, address, 0)) as opened:
        return int(opened.getsockname()[1])
