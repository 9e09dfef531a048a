"""Where the sources of a site are, and which of its files are none: light to import, since every build looks there."""

from __future__ import annotations

from pathlib import Path

SETTINGS = "site.yaml"
CONTENT = "content/"
STATIC = "static/"
"""In content/: what is copied to the root of the site as it is."""
TEMPLATES = "templates/"
# What file managers, editors and git leave behind.
LITTER = frozenset((".DS_Store", "Thumbs.db", ".git", ".gitkeep", ".gitignore", ".gitattributes", "4913"))


def litter(name: str) -> bool:
    """Whether a name in content/static is nothing that an office publishes."""
    return name in LITTER or name.endswith(("~", ".swp", ".tmp"))


def shipped() -> Path:
    """The folder of the templates that come with the program: in the package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def of_templates(site: Path, shipped: Path) -> list[tuple[str, Path]]:
    """The folders of templates that there are, the site's own last, each with a mark for the keys of its files."""
    own = site / TEMPLATES
    found = [] if _same(shipped, own) else [("shipped:", shipped)]
    return [(mark, folder) for mark, folder in [*found, ("", own)] if folder.is_dir()]


def _same(one: Path, two: Path) -> bool:
    try:
        return one.samefile(two)
    except OSError:
        return False
