"""The commands: arguments, printing, exit codes; computes nothing."""

from __future__ import annotations

import datetime
import gc
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from generator import __version__
from generator.diagnostics import (
    Language,
    Span,
    errors,
    problem,
)
from generator.printing import Bar, counts, print_all, profile_of, query_of, reason_of, report_of
from generator.wording import say

if TYPE_CHECKING:
    from generator.report import Options

CONTENT_WRONG, USAGE_WRONG, FAULT = 1, 2, 3
STOPPED = 130  # by Ctrl+C, as shells have it
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
@click.option("--profile", is_flag=True, help="Say where the time went.")
def build(shape: str, explain: bool, profile: bool, **given: Any) -> None:
    """Build the site / 生成网站."""
    from generator import build as conductor  # 30 ms: the engine; --help does without

    options = _options(given)
    # The process ends with this build. To look for garbage, and to tidy up what is left of it, took a tenth of the
    # time of a build of 10,000 entries in which one text was edited.
    gc.disable()
    report, _standing = conductor.last(options, Bar(shape == "text"))
    report_of(options, report, shape, explain)
    if profile:
        for line in profile_of(report):
            click.echo(line, err=shape != "text")
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
    print_all(options.site, found, shape, language)
    wrong = errors(found, strict=options.strict)
    if shape == "text":
        click.echo(say(language, "checked", **counts(found)))
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
        print_all(given["site"], found.diagnostics, "text", found.language)
        sys.exit(CONTENT_WRONG)
    if isinstance(found, steps.Unknown):
        key = "near-page" if found.near else "no-page"
        _usage(found.language, key, url=url, near=found.near)
    language = found.language
    click.echo(say(language, "page", path=found.target.path, maker=found.target.maker))
    click.echo(say(language, "last", reason=reason_of(language, found.last)) if found.last else say(language, "never"))
    now = reason_of(language, found.now) if found.now else ""
    click.echo(say(language, "dirty", reason=now) if now else say(language, "fresh"))
    click.echo(say(language, "asked"))
    for query, changed in found.dependencies:
        click.echo(f"  {'*' if changed else ' '} {query_of(query)}")


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


def _usage(language: Language, key: str, **values: object) -> NoReturn:
    click.echo(say(language, key, **values), err=True)
    sys.exit(USAGE_WRONG)


def run() -> NoReturn:
    """The program: a command, after which nothing is tidied up that the end of the process takes along."""
    try:
        main()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else 0 if end.code is None else FAULT)
    os._exit(0)


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
