"""A finished portal behind a strict web server, and one address for each kind of its pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from generator import build, steps
from generator.site.plan import plan
from generator.site.world import Site

POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'"
"""No inline script or style, and nothing from another host."""


class _Handler(SimpleHTTPRequestHandler):
    """Serves the files with the policy, and says nothing."""

    def end_headers(self) -> None:
        """The policy is the same for everything."""
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """A test has its own way to say what went wrong."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of the folder's web server, without a slash at its end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def kinds(options: build.Options) -> Mapping[str, str]:
    """For each template, and each way in which it divides a list, the URL of a page of middling size."""
    prepared = steps.prepare(options)
    assert isinstance(prepared.site, Site)
    found: dict[str, list[tuple[int, str]]] = {}
    for target in plan(prepared.site, ()):
        if ":" not in target.maker and target.maker != "redirect.html":
            facet = str(target.arguments[1]) if target.maker.startswith("lists/") else ""
            kind = f"{target.maker} {'by ' + facet if facet else ''}".strip()
            size = (options.output / target.path).stat().st_size
            url = "/" + target.path.removesuffix("index.html")
            found.setdefault(kind, []).append((size, url))
    return {kind: sorted(pages)[len(pages) // 2][1] for kind, pages in sorted(found.items())}
