"""`portal serve`: builds, then serves the output on this computer and follows edits until it is stopped."""

from __future__ import annotations

import asyncio
import signal
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from importlib import resources
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import HANDLED_SIGNALS

from generator.diagnostics import Language
from generator.engine.files import Files
from generator.model import office
from generator.report import Options, language_of
from generator.serve import pages
from generator.serve.board import Board
from generator.serve.listening import Door, Refused, listen
from generator.serve.outcome import Outcome
from generator.serve.rebuilding import PrintLine, Rebuilder
from generator.wording import say

__all__ = ["Refused", "run"]

PATIENCE = 2  # seconds that requests and a build have to end in after Ctrl+C
HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    # Drafts are shown here: no other site may embed a picture or read a text of them.
    "cross-origin-resource-policy": "same-origin",
}


def run(options: Options, host: str, port: int, *, open_browser: bool, print_line: PrintLine) -> None:
    """Serve until Ctrl+C or SIGTERM; raises Refused where the server cannot listen."""
    door = listen(host, port, _language(options))
    with closing(door.socket):
        # The first build comes before any thread, so that it may fork workers; meanwhile connections wait.
        rebuilder = Rebuilder(options, print_line)
        first = rebuilder.rebuild()
        assert first is not None
        address = door.origin + first.base
        print_line(say(first.language, "serving", url=address))
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        asyncio.run(_serve(options, door, rebuilder, first))
        print_line(say(first.language, "stopped"))


def _language(options: Options) -> Language:
    """The language of a refusal, which comes before the first build."""
    try:
        return language_of(office.read(options.site, Files({})).settings)
    except office.NoSite:
        return language_of(None)


async def _serve(options: Options, door: Door, rebuilder: Rebuilder, first: Outcome) -> None:
    """Serve, with the builds in a thread of their own that posts each outcome to the loop."""
    board = Board(first)
    loop = asyncio.get_running_loop()
    stop = threading.Event()

    def post(outcome: Outcome) -> None:
        # RuntimeError: a build may end after the loop has.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(board.post, outcome)

    def end() -> None:
        stop.set()
        loop.call_soon_threadsafe(board.close)

    builder = threading.Thread(target=rebuilder.follow, args=(post, stop, lambda: board.shown), daemon=True)
    server = Server(application(options.output, door, board), end)
    builder.start()
    try:
        await server.serve(sockets=[door.socket])
    finally:
        stop.set()
        # Files are written whole or not at all, so a build that takes longer is left to end with the process.
        builder.join(PATIENCE)


class Server(uvicorn.Server):
    """Uvicorn, quiet, which on a signal first ends the event streams: they would keep it waiting."""

    def __init__(self, app: ASGIApp, end: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=PATIENCE,
            )
        )
        self._end = end

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle signals while serving; unlike the original, not again afterwards: to be stopped is no failure."""
        before = {number: signal.signal(number, self.handle_exit) for number in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; a second Ctrl+C does not wait for anything."""
        self._end()
        super().handle_exit(sig, frame)


def application(root: Path, door: Door, board: Board) -> ASGIApp:
    """The routes, behind a guard."""
    client = resources.files(__package__).joinpath("client.js").read_bytes()

    async def script(request: Request) -> Response:
        return Response(client, headers={**HEADERS, "content-type": pages.TYPES["js"]})

    async def events(request: Request) -> Response:
        if not _own(request.headers, door):
            return PlainTextResponse(say(board.outcome.language, "elsewhere"), 403, HEADERS)
        since = request.headers.get("last-event-id") or request.query_params.get("since", "")
        headers = {**HEADERS, "content-type": "text/event-stream"}
        if request.method == "HEAD":
            return Response(headers=headers)
        return StreamingResponse(board.events(since, request.query_params.get("page", "")), headers=headers)

    async def page(request: Request) -> Response:
        # The moment first: a page that is written while it is read counts as read before.
        ask = partial(pages.reply, root, request.scope["raw_path"], board.outcome, board.moment)
        status, kind, body = await run_in_threadpool(ask)
        if status == 307:
            query = f"?{request.url.query}" if request.url.query else ""
            return Response(status_code=status, headers={**HEADERS, "location": kind + query})
        return Response(body, status, {**HEADERS, "content-type": kind})

    routes = [Route(pages.SCRIPT, script), Route(pages.EVENTS, events), Route("/{path:path}", page)]
    return _guarded(Starlette(routes=routes), door, board)


def _own(headers: Headers, door: Door) -> bool:
    """Whether a page of this server asks, as far as the browser tells (Fetch Metadata, and Origin for older ones)."""
    origin = headers.get("origin")
    if origin is not None and origin.removeprefix("http://") not in door.authorities:
        return False
    return headers.get("sec-fetch-site", "none") in ("none", "same-origin")


def _guarded(app: ASGIApp, door: Door, board: Board) -> ASGIApp:
    """Answer only requests that name this computer: a foreign name that resolves to it would open it to that site."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) == 1 and hosts[0].lower() in door.authorities:
            await app(scope, receive, send)
        else:
            refusal = PlainTextResponse(say(board.outcome.language, "elsewhere"), 403, HEADERS)
            await refusal(scope, receive, send)

    return guard
