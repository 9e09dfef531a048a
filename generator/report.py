"""What a build is asked for, and what it says that it did."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from generator.diagnostics import Diagnostic, Language
from generator.engine.timing import Times

if TYPE_CHECKING:
    from generator.engine.trace import Reason

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What a command was asked to do; paths may be relative to the current folder."""

    site: Path = Path()
    out: Path | None = None
    """Of the output; `public` in the site's folder if not given."""
    cache: Path | None = None
    """Of the store; `.portal` in the site's folder if not given."""
    clean: bool = False
    """Use nothing of earlier builds."""
    strict: bool = False
    """Let warnings stop a build."""
    drafts: bool = False
    today: datetime.date | None = None
    base_url: str | None = None
    jobs: int = field(default_factory=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)

    @property
    def output(self) -> Path:
        """The output folder."""
        return self.out or self.site / "public"

    @property
    def memory(self) -> Path:
        """The folder of the store."""
        return self.cache or self.site / ".portal"


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did."""

    diagnostics: tuple[Diagnostic, ...]
    language: Language
    ok: bool
    targets: int = 0
    made: tuple[str, ...] = ()
    """Paths that were made again, whether their bytes changed or not."""
    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    seconds: float = 0.0
    due: datetime.date | None = None
    """The next day on which the site changes without an edit."""
    alone: bool = True
    """Whether the store was ours; otherwise another build held it, and this one did without."""
    times: Times = field(default_factory=Times)
    """Where the time went."""
    path: str = ""
    """Under which the site is published, with slashes at both ends; empty where nobody knows."""


class Speaking(Protocol):
    """What has a language, such as the settings of a site."""

    @property
    def language(self) -> str:
        """The language by its tag, `zh-CN`."""
        ...


def language_of(settings: Speaking | None) -> Language:
    """The language of messages: PORTAL_LANG, else that of the site, which is Chinese if nobody knows."""
    asked = os.environ.get("PORTAL_LANG") or (settings.language if settings else "zh")
    return "zh" if asked.lower().startswith("zh") else "en"


def today_in(zone: str, options: Options) -> datetime.date:
    """The day of the build, in the time zone of the site."""
    return options.today or datetime.datetime.now(ZoneInfo(zone)).date()


def asked(options: Options, zone: str) -> tuple[str | None, bool, datetime.date]:
    """What a build depends on beside the files."""
    return options.base_url, options.drafts, today_in(zone, options)
