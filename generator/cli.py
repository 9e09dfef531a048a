"""The commands: arguments, printing, exit codes; computes nothing."""

from __future__ import annotations

import datetime
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from generator import __version__
from generator.diagnostics import (
    Diagnostic,
    Language,
    Level,
    Span,
    as_data,
    as_github,
    as_json,
    as_sarif,
    as_text,
    errors,
    problem,
)
from generator.wording import say

if TYPE_CHECKING:
    from generator.engine.trace import Reason
    from generator.report import Options, Report

CONTENT_WRONG, USAGE_WRONG, FAULT = 1, 2, 3
STOPPED = 130  # by Ctrl+C, as shells have it
COLOURS: dict[Level, str] = {"error": "red", "warning": "yellow", "note": "cyan"}
FORMATS = click.Choice(["text", "json", "github", "sarif"])
ADDRESS = re.compile(r"https?://[^\s/?#@\"<>\\]+(/[^\s?#\"<>\\]*)?")
FOLDER = click.Path(file_okay=False, path_type=Path)


class Day(click.ParamType[datetime.date]):
    """A day of the calendar, `YYYY-MM-DD`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime.date:
        """The day, or a message with an example."""
        try:
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)):
                return datetime.date.fromisoformat(str(value))
        except ValueError:
            pass
        return self.fail(f"“{value}” — YYYY-MM-DD, 例如 / for example 2026-03-08", param, ctx)


class Address(click.ParamType[str]):
    """A full address of the web."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address, or a message with an example."""
        from urllib.parse import urlsplit  # 4 ms, and few commands are given an address

        try:
            if ADDRESS.fullmatch(str(value)) and urlsplit(str(value)).hostname:
                return str(value)
        except ValueError:  # a bad IPv6 address, or letters that look like a slash
            pass
        return self.fail(f"“{value}” — https://example.org/path/", param, ctx)


site_option = click.option("--site", type=FOLDER, default=".", help="Folder of the portal, the one with site.yaml.")
format_option = click.option("--format", "shape", type=FORMATS, default="text", help="How problems are printed.")
drafts_option = click.option("--drafts", is_flag=True, help="Show drafts and what is scheduled.")
today_option = click.option("--today", type=Day(), help="Build as if it were this day.")
cache_option = click.option("--cache", type=FOLDER, help="Folder of the store. Default: .portal in the site.")
jobs_option = click.option("--jobs", type=click.IntRange(1, 64), help="Processes. Default: one for each core.")
strict_option = click.option("--strict", is_flag=True, help="Let warnings stop the build.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="portal")
def commands() -> None:
    """Turn a folder of Markdown and YAML into the website of a branch portal.

    把一个文件夹的 Markdown 和 YAML 变成网站。
    """


@commands.command()
@site_option
@click.option("--out", type=FOLDER, help="Folder of the output. Default: public in the site.")
@click.option("--clean", is_flag=True, help="Use nothing of earlier builds.")
@strict_option
@drafts_option
@today_option
@click.option("--base-url", type=Address(), help="Address at which the site is published.")
@jobs_option
@cache_option
@format_option
@click.option("--explain", is_flag=True, help="Say of each file why it was made.")
def build(shape: str, explain: bool, **given: Any) -> None:
    """Build the site / 生成网站."""
    from generator import build as conductor  # 30 ms: the engine; --help does without

    options = _options(given)
    report = conductor.build(options, Bar(shape == "text"))
    _report(options, report, shape, explain)
    sys.exit(0 if report.ok else CONTENT_WRONG)


@commands.command()
@site_option
@strict_option
@drafts_option
@today_option
@format_option
def check(shape: str, **given: Any) -> None:
    """Check everything, write nothing / 检查所有内容."""
    # Late: 200 ms, as for `build`.
    import tempfile

    from generator import checks

    options = _options(given)
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        found, language = checks.run(options, Path(folder))
    _print(options.site, found, shape, language)
    wrong = errors(found, strict=options.strict)
    if shape == "text":
        click.echo(say(language, "checked", **_counts(found)))
        if wrong and not errors(found):
            click.echo(say(language, "strict"))
    sys.exit(CONTENT_WRONG if wrong else 0)


@commands.command()
@site_option
@click.option("--host", default="127.0.0.1", help="Address to listen on: this computer only.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="0 chooses a free one.")
@click.option("--open", "open_", is_flag=True, help="Open a browser.")
@drafts_option
@today_option
@cache_option
def serve(host: str, port: int, open_: bool, **given: Any) -> None:
    """Build, serve and follow edits / 预览，边改边看."""
    from generator.serve import app  # 150 ms: the server is for this command only

    options = _options(given)
    if options.drafts:
        # What is published comes from the output folder, and no draft may lie in wait there.
        folder = options.memory / "drafts"
        options = replace(options, out=folder / "site", cache=folder)
    try:
        app.run(options, host, port, open_browser=open_, print_line=click.echo)
    except app.Refused as refusal:
        _usage(refusal.language, refusal.key, **refusal.values)


@commands.command()
@site_option
@drafts_option
@today_option
@cache_option
@click.option("--out", type=FOLDER, help="Folder of the output. Default: public in the site.")
@click.option("--base-url", type=Address(), help="Address at which the site is published.")
@click.argument("url")
def explain(url: str, **given: Any) -> None:
    """Say what a page was made from, and why / 说明一个页面为什么更新."""
    from generator import steps  # 150 ms: msgspec, the content types

    found = steps.explain(_options(given), url)
    if isinstance(found, steps.Unreadable):
        _print(given["site"], found.diagnostics, "text", found.language)
        sys.exit(CONTENT_WRONG)
    if isinstance(found, steps.Unknown):
        key = "near-page" if found.near else "no-page"
        _usage(found.language, key, url=url, near=found.near)
    language = found.language
    click.echo(say(language, "page", path=found.target.path, maker=found.target.maker))
    click.echo(say(language, "last", reason=_reason(language, found.last)) if found.last else say(language, "never"))
    now = _reason(language, found.now) if found.now else ""
    click.echo(say(language, "dirty", reason=now) if now else say(language, "fresh"))
    click.echo(say(language, "asked"))
    for query, changed in found.dependencies:
        click.echo(f"  {'*' if changed else ' '} {_query(query)}")


@commands.command()
@site_option
@click.argument("collection")
@click.argument("slug")
def new(site: Path, collection: str, slug: str) -> None:
    """Write a skeleton of an entry to fill in / 新建一条内容."""
    from generator.editing.skeleton import Unwritten, create  # 60 ms, as for `build`

    _site(site)
    language = _language(site)
    try:
        file = create(site, collection, slug, datetime.datetime.now())
    except Unwritten as reason:
        _usage(language, reason.key, **reason.values)
    click.echo(say(language, "created", file=file))


def _options(given: dict[str, Any]) -> Options:
    """The options as the conductor has them; ends the command where the folder is not that of a site."""
    from generator.report import Options  # 10 ms, as for `build`

    options = Options(**{key: value for key, value in given.items() if value is not None})
    _site(options.site)
    root, out = options.site.resolve(), options.output.resolve()
    sources = [root / name for name in ("content", "templates", "generator", ".git")]
    if out == root or root.is_relative_to(out) or any(out == path or path in out.parents for path in sources):
        _usage(_language(options.site), "inside", path=options.output)
    return options


def _site(site: Path) -> None:
    if not (site / "site.yaml").is_file():
        language = _language(site)
        missing = problem("P001", Span(str(site)), path=site)
        click.echo(f"{missing.code} {missing.message(language)}", err=True)
        click.echo(missing.help(language), err=True)
        sys.exit(USAGE_WRONG)


def _language(site: Path) -> Language:
    """The language of messages where the site has not been read: a look at one line of site.yaml."""
    asked = os.environ.get("PORTAL_LANG", "")
    if not asked:
        try:
            text = (site / "site.yaml").read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
        found = re.search(r"^(?:language|语言):\s*[\"']?([\w-]+)", text, re.MULTILINE)
        asked = found[1] if found else "zh"
    return "zh" if asked.lower().startswith("zh") else "en"


def _report(options: Options, report: Report, shape: str, explain: bool) -> None:
    if shape == "json":
        import json  # 4 ms, and only a program asks for it

        click.echo(json.dumps(_report_data(report), ensure_ascii=False, indent=2))
        return
    _print(options.site, report.diagnostics, shape, report.language)
    counts = _counts(report.diagnostics)
    language = report.language
    # The formats for machines go to standard output alone.
    to_errors = shape != "text"
    if explain:
        for path, reason in report.reasons.items():
            line = say(language, "made-because", path=path, reason=_reason(language, reason))
            click.echo(line, err=to_errors)
    if not report.alone:
        click.echo(say(language, "busy"), err=True)
    if not report.targets:
        click.echo(say(language, "failed", **counts), err=to_errors)
        return
    made = len(report.made)
    figures = {"targets": report.targets, "made": made, "same": report.targets - made, "removed": len(report.removed)}
    click.echo(say(language, "built", seconds=f"{report.seconds:.2f}", **figures), err=to_errors)
    if counts["errors"]:
        click.echo(say(language, "partly", **counts), err=to_errors)
    elif counts["warnings"]:
        click.echo(say(language, "warned", **counts), err=to_errors)
    if report.due:
        click.echo(say(language, "due", due=report.due), err=to_errors)


def _report_data(report: Report) -> dict[str, Any]:
    return {
        "ok": report.ok,
        "targets": report.targets,
        "made": sorted(report.made),
        "written": sorted(report.written),
        "removed": sorted(report.removed),
        "seconds": round(report.seconds, 3),
        "due": report.due.isoformat() if report.due else None,
        "reasons": {path: _reason("en", reason) for path, reason in sorted(report.reasons.items())},
        "diagnostics": [as_data(found, report.language) for found in report.diagnostics],
    }


def _print(site: Path, found: Sequence[Diagnostic], shape: str, language: Language) -> None:
    if shape == "text":
        if found:
            click.echo(as_text(found, language, reader(site), _paint()))
        return
    shapes: dict[str, Callable[[Sequence[Diagnostic], Language], str]] = {
        "json": as_json,
        "github": as_github,
        "sarif": as_sarif,
    }
    if text := shapes[shape](found, language):
        click.echo(text)


def _paint() -> Callable[[str, Level], str]:
    """Colours, where there is a terminal that wants them."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return lambda text, level: text
    return lambda text, level: click.style(text, fg=COLOURS[level], bold=True)


def reader(site: Path) -> Callable[[str, int], str]:
    """Gives a line of a source, or an empty text where it cannot be read."""

    @cache
    def lines_of(path: str) -> list[str]:
        try:
            # With universal newlines, so that these are the lines that are counted when a source is parsed.
            return (site / path).read_text(encoding="utf-8-sig", errors="replace").split("\n")
        except (OSError, ValueError):
            return []

    def read(path: str, line: int) -> str:
        lines = lines_of(path)
        return lines[line - 1] if 0 < line <= len(lines) else ""

    return read


def _counts(found: Sequence[Diagnostic]) -> dict[str, int]:
    levels = [one.level for one in found]
    return {f"{level}s": levels.count(level) for level in ("error", "warning", "note")}


def _reason(language: Language, reason: Reason) -> str:
    return say(language, f"reason-{reason.kind}", query=_query(reason.query))


def _query(query: tuple[str | int, ...]) -> str:
    return " ".join(str(part) for part in query if part != "")


def _usage(language: Language, key: str, **values: object) -> NoReturn:
    click.echo(say(language, key, **values), err=True)
    sys.exit(USAGE_WRONG)


class Bar:
    """Progress on a terminal, shown only after a second; nothing in a pipe."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted and sys.stderr.isatty()
        self._start = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Draw the bar, or wipe it out when all is done."""
        if not self._wanted or time.monotonic() - self._start < 1:
            return
        filled = 30 * done // total
        line = f"\r[{'#' * filled}{' ' * (30 - filled)}] {done}/{total}"
        click.echo(line if done < total else "\r" + " " * len(line) + "\r", err=True, nl=False)


def main() -> None:
    """Run a command; a traceback never reaches an editor."""
    try:
        sys.exit(commands.main(prog_name="portal", standalone_mode=False) or 0)
    except (KeyboardInterrupt, click.Abort):
        click.echo(say(_language(Path()), "stopped"), err=True)
        sys.exit(STOPPED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Exception as error:
        _fault(error)


def _fault(error: Exception) -> NoReturn:
    """One line, and where the details are."""
    # Late: 10 ms for both, and it should never be needed.
    import tempfile
    import traceback

    language = _language(Path())
    shown = f"{type(error).__name__}: {error}"
    try:
        with tempfile.NamedTemporaryFile("w", prefix="portal-", suffix=".txt", delete=False, encoding="utf-8") as file:
            traceback.print_exception(error, file=file)
        click.echo(say(language, "fault", error=shown, file=file.name), err=True)
    except OSError:
        click.echo(say(language, "fault-lost", error=shown), err=True)
    sys.exit(FAULT)
