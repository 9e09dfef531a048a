"""`portal serve` as a process of its own, on a site of a few pages with templates of their own."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.portal import SITE, Portal

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0  # seconds; what is waited for takes a tenth of one on an idle machine

FRAME = """\
<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>{{ url }}</title><link rel="stylesheet" href="{{ q.asset("mini.css") }}"></head>
<body>{% block main %}{% endblock %}</body>
</html>
"""
HOME = """\
{% extends "mini.html" %}
{% block main %}<h1>首页</h1><ul>{% for c in q.cards("pages") %}<li>{{ c.title }}</li>{% endfor %}</ul>{% endblock %}
"""
PAGE = """\
{% extends "mini.html" %}
{% block main %}
<h1>{{ q.title(args[0]) }}</h1><img src="{{ q.href("dot.svg") }}" alt="">{{ q.body(args[0]) }}
{% endblock %}
"""
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}"><rect width="9" height="9"/></svg>'


def plain(text: str) -> str:
    """A template with one sentence."""
    return '{% extends "mini.html" %}{% block main %}<h1>' + text + "</h1>{% endblock %}\n"


def entry(title: str, text: str) -> str:
    """The source of a page."""
    return f"---\ntitle: {title}\ndate: 2026-01-01 09:00\n---\n\n{text}\n"


FILES: Mapping[str, str] = {
    "site.yaml": SITE,
    "templates/mini.html": FRAME,
    "templates/home.html": HOME,
    "templates/404.html": plain("没有这一页"),
    "templates/sitemap.html": plain("网站地图"),
    "templates/entries/pages.html": PAGE,
    "templates/assets/mini.css": "h1 { color: rgb(1, 2, 3) }\n",
    "content/static/dot.svg": DOT.format(size=9),
    "content/pages/one.md": entry("第一页", "正文一"),
    "content/pages/two.md": entry("第二页", "正文二"),
}


def site(folder: Path, files: Mapping[str, str | bytes] = {}) -> Portal:
    """The site on disk, with some files more or other."""
    return Portal.of(folder, {**FILES, **files})


class Server:
    """A running server, stopped at the end of the block."""

    def __init__(self, portal: Portal, *more: str, port: int = 0) -> None:
        """Start it and wait until it says where the site is."""
        command = [sys.executable, "-m", "generator", "serve", "--site", str(portal.folder), "--port", str(port)]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
        self.process = subprocess.Popen(
            [*command, *(more or ("--today", "2026-11-22"))],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        until(lambda: self._address() or self.process.poll() is not None, "the server to say where it is")
        self.address = self._address()
        assert self.address, self.text
        self.port = urlsplit(self.address).port or 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)

    def _address(self) -> str:
        found = re.search(r"http://\S+/", self.text)
        return found[0] if found else ""

    @property
    def text(self) -> str:
        """What it printed so far."""
        return "".join(self.lines)

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, float]:
        """Send a signal; gives the exit code and the seconds that it took."""
        start = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        return code, time.monotonic() - start

    def connection(self) -> http.client.HTTPConnection:
        """A new connection, for one request."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def get(
        self, path: str, headers: Mapping[str, str] = {}, method: str = "GET"
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body for a path as it stands; nothing is followed or normalised."""
        connection = self.connection()
        try:
            connection.putrequest(method, path, skip_host="Host" in headers)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def page(self, path: str) -> str:
        """The text at a path, whatever its status."""
        return self.get(path)[2].decode()


@contextmanager
def stream(server: Server, query: str = "", **headers: str) -> Iterator[Iterator[dict[str, Any]]]:
    """The events of a stream, each with its id."""
    connection = server.connection()
    connection.request("GET", f"/-/portal/events{query}", headers={k.replace("_", "-"): v for k, v in headers.items()})
    response = connection.getresponse()
    assert response.status == 200
    assert response.headers["content-type"] == "text/event-stream"
    try:
        yield _events(response)
    finally:
        connection.close()
        response.close()


def _events(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    name = ""
    while line := response.readline().decode():
        if line.startswith("id: "):
            name = line[4:].strip()
        if line.startswith("data: "):
            yield {**json.loads(line[6:]), "id": name}


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for something that happens in another process."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)
