"""URL -> file of the output, and nothing else; a page gets the script of the dev server on its way out."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes

from generator.diagnostics import Language
from generator.engine.trace import digest_bytes
from generator.serve.outcome import Outcome
from generator.wording import say

SCRIPT = "/-/portal/client.js"
EVENTS = "/-/portal/events"

TYPES: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "htm": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "md": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "vcf": "text/vcard; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "json": "application/json",
    "geojson": "application/geo+json",
    "webmanifest": "application/manifest+json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "ico": "image/x-icon",
    "woff2": "font/woff2",
    "woff": "font/woff",
    "ttf": "font/ttf",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "gz": "application/gzip",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "wasm": "application/wasm",
}
"""By suffix. A table of our own: that of the system differs from one computer to the next."""


class Reply(NamedTuple):
    """What a request gets."""

    status: int
    kind: str
    """The content type, or of a redirect its goal."""
    body: bytes


def reply(root: Path, raw_path: bytes, outcome: Outcome, moment: str) -> Reply:
    """The answer to a request for a path as it stands in the request line, without the query."""
    if raw_path == b"/" and outcome.base != "/":
        return Reply(307, outcome.base, b"")
    path = _below(raw_path, outcome.base)
    if path == "":
        return Reply(307, outcome.base, b"")
    found = path is not None and _file(root, path)
    if path is not None and found and found.is_dir():
        if not path.endswith("/") and _file(root, f"{path}/index.html"):
            # Of the raw path: it begins with a single slash, or it would not have led to a folder.
            return Reply(307, raw_path.decode("ascii") + "/", b"")
        path = f"{path.rstrip('/')}/index.html"
        found = _file(root, path)
    data = _read(found) if found else None
    if path is not None and data is not None:
        return _found(path, data, moment)
    return _absent(root, outcome, moment)


def _found(path: str, data: bytes, moment: str) -> Reply:
    kind = TYPES.get(path.rpartition(".")[2].lower(), "application/octet-stream")
    return Reply(200, kind, with_script(data, moment) if kind == TYPES["html"] else data)


def _absent(root: Path, outcome: Outcome, moment: str) -> Reply:
    """The page for what is not there: the site's own, or while there is no site yet the reasons."""
    own = _file(root, "/404.html")
    data = _read(own) if own else None
    if data is not None:
        return Reply(404, TYPES["html"], with_script(data, moment))
    key = "overlay-wait" if outcome.problems else "overlay-absent"
    page = _notice(outcome, say(outcome.language, key))
    return Reply(503 if outcome.problems else 404, TYPES["html"], with_script(page, moment, whole=True))


def _notice(outcome: Outcome, sentence: str) -> bytes:
    """A page that says one thing and, where no script runs, every problem."""
    lines = [" ".join(filter(None, (p["place"], p["label"], p["message"], p["help"]))) for p in outcome.problems]
    problems = f"<noscript><pre>{escape(chr(10).join(lines))}</pre></noscript>" if lines else ""
    tag = language_tag(outcome.language)
    return (
        f'<!doctype html>\n<html lang="{tag}"><head><meta charset="utf-8"><title>{escape(sentence)}</title></head>'
        f"<body><p>{escape(sentence)}</p>{problems}</body></html>\n"
    ).encode()


def language_tag(language: Language) -> str:
    """The language of the program's own words, as an attribute has it."""
    return "zh-CN" if language == "zh" else "en"


def _below(raw_path: bytes, base: str) -> str | None:
    """The decoded path below the base, beginning with a slash; empty for the base without its slash, None outside.

    Decoded part by part, so that no encoded slash makes another path of it.
    """
    parts = raw_path.split(b"/")
    above = unquote(base).rstrip("/").split("/")
    try:
        decoded = [unquote_to_bytes(part).decode("utf-8") for part in parts]
    except UnicodeDecodeError:
        return None
    if decoded[: len(above)] != above:
        return None
    rest = decoded[len(above) :]
    if not rest:
        return ""
    if not all(map(_fit, rest[:-1])) or not (rest[-1] == "" or _fit(rest[-1])):
        return None
    return "/" + "/".join(rest)


def _fit(part: str) -> bool:
    """Whether a part of a path can be one of the output: visible, and no way up or to another drive or stream."""
    odd = ':"<>|?*' if os.name == "nt" else ""
    return bool(part) and part[0] != "." and not any(char in "/\\\x7f" + odd or char < " " for char in part)


def _file(root: Path, path: str) -> Path | None:
    """The file or folder in the output; None if it is absent or a link that leads out."""
    place = root.joinpath(*path.strip("/").split("/"))
    try:
        real = place.resolve(strict=True)
        inside = real.is_relative_to(root.resolve())
        # A slash after the name of a file asks for a folder of that name.
        return real if inside and (real.is_dir() or not path.endswith("/")) else None
    except (OSError, ValueError, RuntimeError):
        return None


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes() if file.is_file() else None
    except OSError:
        return None


STYLESHEET = re.compile(rb"<link\b[^>]*\brel=[\"']?stylesheet\b[^>]*>", re.IGNORECASE)
ADDRESS = re.compile(rb"\bhref=(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
INTEGRITY = re.compile(rb"\bintegrity=(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)
BODY_END = re.compile(rb"</body\s*>", re.IGNORECASE)


def shape(page: bytes) -> str:
    """The digest of a page without the addresses of its stylesheets: two of one shape differ in styles at most."""
    addresses = set()
    for tag in STYLESHEET.findall(page):
        if found := ADDRESS.search(tag):
            addresses.add(found[1] or found[2] or found[3] or b"")
    page = STYLESHEET.sub(lambda tag: INTEGRITY.sub(b"", tag[0]), page)
    for address in sorted(filter(None, addresses), key=lambda one: (-len(one), one)):
        page = page.replace(address, b"")
    return digest_bytes(page)


def with_script(page: bytes, moment: str, *, whole: bool = False) -> bytes:
    """The page with the script that follows the builds; `whole` for a page that stands for the site."""
    tag = f'<script src="{SCRIPT}" defer data-moment="{moment}" data-shape="{shape(page)}"'
    tag += " data-whole></script>" if whole else "></script>"
    ends = [found.start() for found in BODY_END.finditer(page)]
    at = ends[-1] if ends else len(page)
    return page[:at] + tag.encode() + page[at:]
