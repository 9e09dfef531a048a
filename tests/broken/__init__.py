"""The parts of a site that a small case leaves out: settings, a page, and templates that show little."""

from __future__ import annotations

from pathlib import Path

from generator.model.collections import COLLECTIONS
from tests.portal import SITE

PAGE = "<!doctype html>\n<title>{{ q.settings.name }}</title>\n"
TEMPLATES = {
    **dict.fromkeys(("home.html", "404.html", "sitemap.html", "tree.html", "redirect.html"), PAGE),
    **{f"lists/{name}.html": PAGE for name in COLLECTIONS},
    **{f"entries/{name}.html": PAGE + "{{ q.title(args[0]) }}\n{{ q.body(args[0]) }}\n" for name in COLLECTIONS},
}


def complete(folder: Path) -> None:
    """Add what is absent of site.yaml, content/ and templates/, so that no shipped template is needed."""
    parts = {"site.yaml": SITE, **{f"templates/{name}": text for name, text in TEMPLATES.items()}}
    for name, text in parts.items():
        path = folder / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    (folder / "content").mkdir(exist_ok=True)
