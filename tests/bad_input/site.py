"""The good site that is broken, and the command that is run on it."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

from generator.cli import commands

ROOT = Path(__file__).parents[2]
TODAY = "2026-11-22"
ENTRY = "---\n标题: 关于我们\n发布时间: 2026-11-01\n---\n请看[联系我们](contact.md)。\n"
CONTACT = "---\n标题: 联系我们\n发布时间: 2026-11-01\n---\n![门口](door.jpg)\n"
NEWS = "---\n标题: 一则通知\n发布时间: 2026-11-20\n栏目: 通知公告\n来源: 街道（示例）\n---\n正文\n"
ONE = "  - id: one\n    标题: 第一\n    发布时间: 2026-11-01\n"
LIST = f"entries:\n{ONE}{ONE.replace('one', 'two')}"
ABOUT = "content/pages/about.md"


class Ran(NamedTuple):
    """What came of a command."""

    exit_code: int
    output: str


def put(site: Path, name: str, text: str | bytes) -> None:
    """Write a file of the site."""
    path = site / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def run(*arguments: str) -> Ran:
    """`portal build` in this process; a fault of the program is a fault of the test."""
    result = CliRunner().invoke(commands, arguments or ["build", "--today", TODAY, "--jobs", "1"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.output)


def run_outside(
    site: Path, *arguments: str | bytes, limit: int = 0, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """`python -m generator` in a process of its own, with a limit on the size of the files that it writes."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-m", "generator", *(arguments or ("build", "--today", TODAY, "--jobs", "2"))],
        cwd=site,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PORTAL_LANG": "en"},
        input=stdin,
        capture_output=True,
        timeout=60,
        preexec_fn=limited if limit else None,
        check=False,
    )


def text_of(ran: subprocess.CompletedProcess[bytes]) -> str:
    """All that a process printed."""
    return (ran.stdout + ran.stderr).decode("utf-8")


def page(body: str = "正文\n", **fields: str) -> str:
    """An entry with these fields beside, or instead of, the usual ones."""
    values = {"标题": "关于我们", "发布时间": "2026-11-01", **fields}
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in values.items()) + "---\n" + body
