"""Builds the portal with two revisions of the program and shows how the outputs differ: `make compare REV=main~1`."""

from __future__ import annotations

import difflib
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
MOST_LINES = 20


def build(program: Path, out: Path) -> dict[str, bytes]:
    """The outputs of this checkout's content, made by the program in a folder."""
    command = [sys.executable, "-m", "generator", "build", "--site", str(ROOT), "--out", str(out)]
    done = subprocess.run(
        [*command, "--cache", f"{out}.store"], cwd=program, check=False, text=True, capture_output=True
    )
    print(f"{program.name}: {done.stdout.strip().splitlines()[0] if done.stdout else done.stderr}")
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def show(path: str, old: bytes, new: bytes) -> None:
    """The first lines that differ."""
    try:
        lines = list(
            difflib.unified_diff(old.decode().split("\n"), new.decode().split("\n"), "old", "new", n=0, lineterm="")
        )
    except UnicodeDecodeError:
        lines = ["(binary)"]
    print(f"~ {path}")
    print("\n".join(f"    {line[:160]}" for line in lines[2 : MOST_LINES + 2]))


def main(revision: str) -> int:
    """Compare; 0 when the outputs are the same."""
    known = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"], check=False
    )
    if known.returncode:
        print(f"there is no revision called {revision}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "revision"
        subprocess.run(
            ["git", "-C", str(ROOT), "worktree", "add", "--quiet", "--detach", str(other), revision], check=True
        )
        try:
            old, new = build(other, Path(folder) / "old"), build(ROOT, Path(folder) / "new")
        finally:
            subprocess.run(["git", "-C", str(ROOT), "worktree", "remove", "--force", str(other)], check=True)
    for path in sorted(old.keys() - new.keys()):
        print(f"- {path}")
    for path in sorted(new.keys() - old.keys()):
        print(f"+ {path}")
    changed = [path for path in sorted(old.keys() & new.keys()) if old[path] != new[path]]
    for path in changed:
        show(path, old[path], new[path])
    print(f"{len(changed)} changed, {len(new.keys() - old.keys())} new, {len(old.keys() - new.keys())} gone")
    return 1 if changed or old.keys() != new.keys() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
