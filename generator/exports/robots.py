"""robots.txt: everything may be read, and here is the site map; a sample site asks not to be indexed."""

from __future__ import annotations

from generator.engine.trace import Reader, Target
from generator.site import addresses


def make(read: Reader, _target: Target) -> bytes:
    """The file, by RFC 9309."""
    rule = "Disallow: /" if read("setting", "sample") else "Disallow:"
    return f"User-agent: *\n{rule}\n\nSitemap: {addresses.absolute(read('base'), 'sitemap.xml')}\n".encode()
