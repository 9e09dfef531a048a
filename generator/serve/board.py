"""Keeps what open pages must know: the last outcome, and which files changed since a page was served."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from urllib.parse import unquote

from generator.serve.outcome import Outcome
from generator.wording import say

PING = 20.0  # seconds; a connection on which nothing is ever sent is taken for dead


class Board:
    """The outcomes of the builds, numbered. Belongs to one thread: that of the server's loop once it runs."""

    def __init__(self, first: Outcome) -> None:
        # A number means something only for the server that gave it.
        self._session = secrets.token_hex(4)
        self._number = 0
        self._outcome = first
        self._changed: dict[str, int] = {}
        self._unsure = 0
        self._readers: dict[asyncio.Event, str] = {}
        self._closed = False

    @property
    def outcome(self) -> Outcome:
        """What came of the last build."""
        return self._outcome

    @property
    def moment(self) -> str:
        """The name of the present state; asked for before a page is read, it is never younger than the page."""
        return f"{self._session}.{self._number}"

    @property
    def shown(self) -> frozenset[str]:
        """The outputs that are open in a browser; may be asked for in any thread."""
        base = unquote(self._outcome.base)
        return frozenset(_output(path.removeprefix(base)) for path in [*self._readers.values()] if path)

    def post(self, outcome: Outcome) -> None:
        """Take down the outcome of a build and tell everyone."""
        self._number += 1
        self._outcome = outcome
        if outcome.changed is None:
            self._unsure = self._number
        else:
            self._changed.update(dict.fromkeys(outcome.changed, self._number))
        self._wake()

    def close(self) -> None:
        """End every stream: the server stops."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        for reader in self._readers:
            reader.set()

    async def events(self, since: str, page: str = "") -> AsyncIterator[str]:
        """Server-sent events (WHATWG HTML 9.2): the present state at once, then every new one, until the server stops.

        `since` is the moment of the page that listens, so that it also hears of what it missed; `page` its path.
        """
        news = asyncio.Event()
        self._readers[news] = page
        try:
            yield "retry: 1000\n\n"
            while not self._closed:
                text = json.dumps(self.state(since), ensure_ascii=False)
                since = self.moment
                yield f"id: {since}\ndata: {text}\n\n"
                while not news.is_set():
                    try:
                        await asyncio.wait_for(news.wait(), PING)
                    except TimeoutError:
                        yield ":\n\n"
                news.clear()
        finally:
            self._readers.pop(news, None)

    def state(self, since: str) -> dict[str, object]:
        """The present state for a page of that moment; `changed` holds the decoded paths of URLs, or is null."""
        outcome, language = self._outcome, self._outcome.language
        errors = sum(one["level"] == "error" for one in outcome.problems)
        return {
            "kind": "broken" if outcome.problems else "built",
            "changed": self._since(since),
            "diagnostics": outcome.problems,
            "language": "zh-CN" if language == "zh" else "en",
            "title": say(language, "overlay", errors=errors),
            "close": say(language, "overlay-close"),
        }

    def _since(self, moment: str) -> list[str] | None:
        session, _, number = moment.partition(".")
        if session != self._session or not number.isdecimal() or int(number) < self._unsure:
            return None
        paths = sorted(path for path, changed in self._changed.items() if changed > int(number))
        return [unquote(self._outcome.base) + _address(path) for path in paths]


def _output(url: str) -> str:
    """The output file that serves a decoded URL, relative to the base."""
    return f"{url}index.html" if not url or url.endswith("/") else url


def _address(path: str) -> str:
    """The URL that an output file serves, relative to the base."""
    return path.removesuffix("index.html") if path == "index.html" or path.endswith("/index.html") else path
