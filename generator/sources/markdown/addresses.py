"""The address policy: what an editor wrote as a link's destination -> a link, or the code of a refusal."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from generator.sources.body import Kind, Link


@dataclass(frozen=True, slots=True)
class Outside:
    """A complete address that goes into the HTML as it is; `external` for a page of another site."""

    href: str
    external: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A place in the same body; an empty id is the top of the page."""

    id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """No link is made; the code says why."""

    code: str


Address = Outside | Part | Link | Refused

# Browsers drop these from an address before they look for its scheme (URL Standard, 4.4).
IGNORED = re.compile(r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):")
# The slips of a Chinese input method: full-width colons, slashes and dots in an address.
FULL_WIDTH = re.compile(r"(https?|mailto|tel|ref)：|https?:／|www．", re.IGNORECASE)
BARE_HOST = re.compile(r"www\.|[^/]+\.(cn|com|net|org)(?=[/:?#]|$)", re.IGNORECASE)
TELEPHONE = re.compile(r"\+?[0-9][0-9().;=a-z-]*", re.IGNORECASE)
MAILBOX = re.compile(r"[^\s@/]+@[^\s@/]+\.[^\s@/]+")
HOST = re.compile(r"[^\s@/\\<>\"`{}|^%]+")


# By far the most frequent; what follows would come to the same.
PLAIN_REFERENCE = re.compile(r"ref:([a-z0-9/-]+)")


def judge(written: str, *, picture: bool) -> Address:
    """What a destination means, after CommonMark has decoded its entities and escapes."""
    if not picture and (found := PLAIN_REFERENCE.fullmatch(written)):
        return Link("ref", found[1])
    if not written.strip():
        return Refused("M008")
    compact = IGNORED.sub("", written)
    if compact.startswith(("//", "\\\\", "/\\", "\\/")):
        return Refused("M007" if picture else "M002")
    if FULL_WIDTH.match(compact):
        return Refused("M005")
    if scheme := SCHEME.match(compact.lower()):
        return with_scheme(written.strip(), compact, scheme[1], picture=picture)
    return relative(written.strip(), picture=picture)


def with_scheme(written: str, compact: str, scheme: str, *, picture: bool) -> Address:
    """An address that says how it is to be reached."""
    if scheme not in ("http", "https", "mailto", "tel", "ref") or (picture and not scheme.startswith("http")):
        return Refused("M001")
    if picture:
        return Refused("M007")
    if compact != written:
        return Refused("M005")
    rest = written[len(scheme) + 1 :]
    if scheme == "ref":
        return reference(rest)
    if scheme == "tel":
        return Outside("tel:" + rest, external=False) if TELEPHONE.fullmatch(rest) else Refused("M005")
    if scheme == "mailto":
        good = MAILBOX.fullmatch(rest.partition("?")[0])
        return Outside(_normal("mailto:" + rest), external=False) if good else Refused("M005")
    return website(written)


def reference(rest: str) -> Link | Refused:
    """`collection/slug#part`; whether there is such an entry is not known here."""
    target, _, fragment = decoded(rest).partition("#")
    return Link("ref", target, unicodedata.normalize("NFC", fragment)) if target else Refused("M005")


def website(written: str) -> Outside | Refused:
    """A page of another site; a user name in front of the host is a trick or a secret, and refused."""
    if "\\" in written:
        return Refused("M005")
    try:
        parts = urlsplit(written)
        good = HOST.fullmatch(parts.netloc) and parts.hostname and (parts.port is None or parts.port)
    except ValueError:  # a bad port or a bad IPv6 address
        return Refused("M005")
    return Outside(_normal(written), external=True) if good else Refused("M005")


def relative(written: str, *, picture: bool) -> Address:
    """A place in this body, or a file beside the body's file."""
    if "\\" in written:
        return Refused("M004")
    if written.startswith("/"):
        return Refused("M003")
    path, _, fragment = written.partition("#")
    path, fragment = decoded(path), unicodedata.normalize("NFC", decoded(fragment))
    if not path:
        return Part(fragment) if not picture else Refused("M005")
    if SCHEME.match(IGNORED.sub("", path).lower()):
        return Refused("M001")
    if path.startswith("/") or "\\" in path or "?" in written.partition("#")[0] or IGNORED.sub("", path[:1]) == "":
        return Refused("M005")
    if any(unicodedata.category(char) == "Cc" for char in path):
        return Refused("M005")
    if BARE_HOST.match(path) and not path.lower().endswith(".md"):
        return Refused("M006")
    kind: Kind = "image" if picture else "file" if path.lower().endswith(".md") else "attachment"
    return Link(kind, posixpath.normpath(path), fragment)


def decoded(text: str) -> str:
    """Without percent-encoding; bytes that are not UTF-8 become U+FFFD, which no file has in its name."""
    return unquote(text, errors="replace")


def _normal(address: str) -> str:
    """Percent-encoded where an address must be."""
    # Late: 57 ms for markdown-it, which few texts need.
    from markdown_it.common.normalize_url import normalizeLink

    return normalizeLink(address)
