"""Entry -> URL -> output file. A URL starts at the root of the site, without a slash: `lessons/intro-1/`."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urlsplit

import msgspec

from generator.model.collections import ON_ONE_PAGE


class Base(msgspec.Struct, frozen=True):
    """Where the site is published: its full address and the path in it, both ending with a slash."""

    url: str
    path: str


def base_of(address: str) -> Base:
    """The base of a site published at an address."""
    url = address.rstrip("/") + "/"
    return Base(url, quote(urlsplit(url).path, safe="/%"))


def of_entry(id_: str) -> str:
    """The permanent URL of an entry, by its id alone."""
    collection, _, slug = id_.partition("/")
    if collection in ON_ONE_PAGE:
        return f"{collection}/#{slug}"
    return f"{slug}/" if collection == "pages" else f"{collection}/{slug}/"


def of_list(collection: str, segment: str = "", value: str = "", page: int = 1) -> str:
    """The URL of one page of a list, whole or divided by a facet."""
    url = f"{collection}/"
    if segment:
        url += f"{segment}/{'/'.join(map(segment_of, value.split('/')))}/"
    return url if page == 1 else f"{url}page/{page}/"


def of_brand(colour: str) -> str:
    """The URL of the stylesheet with the colours of a brand."""
    return f"assets/brand-{colour.removeprefix('#').lower()}.css"


def segment_of(value: str) -> str:
    """A value as a readable path segment; Chinese characters stay, what a path cannot hold becomes a hyphen."""
    text = unicodedata.normalize("NFC", value).lower()
    return re.sub(r"[^\w·]+", "-", text).strip("-")[:60] or "-"


def output_of(url: str) -> str:
    """The file that serves a URL."""
    return f"{url}index.html" if url.endswith("/") or not url else url


def href(base: Base, url: str) -> str:
    """A URL of the site as an attribute has it: percent-encoded, from the root of the host."""
    return base.path + encoded(url)


# What `quote` leaves as it is. Most addresses are such, and to see that takes a third of the time.
_plain = re.compile(r"[A-Za-z0-9_.~/-]*").fullmatch


# A cache of a pure function: the same menu and the same facets are on hundreds of pages.
@lru_cache(maxsize=4096)
def encoded(url: str) -> str:
    """A URL of the site, percent-encoded."""
    if _plain(url):
        return url
    path, mark, fragment = url.partition("#")
    return quote(path, safe="/") + mark + quote(fragment)


def absolute(base: Base, url: str) -> str:
    """A URL of the site in full, for feeds, site maps and canonical links."""
    return base.url + (url if _plain(url) else quote(url, safe="/#"))
