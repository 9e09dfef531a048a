"""The house: imports go downward only, files and functions stay small, nothing is mutable at the top of a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# From the top of the house to its ground; a module may import from its own floor and from those below.
FLOORS = (
    ("__main__",),
    ("cli",),
    ("printing",),
    ("serve",),
    ("publish",),
    ("checks",),
    ("session",),
    ("build",),
    ("steps",),
    ("report", "glance", "memory"),
    ("editing",),
    ("exports",),
    ("render",),
    ("site",),
    ("model",),
    ("sources",),
    ("engine",),
    ("wording",),
    ("diagnostics",),
)
FILES = sorted((ROOT / "generator").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST = 400  # lines: when a file passes them, the house is asking for a room
FORBIDDEN_NAMES = {"utils", "helpers", "core", "base", "manager", "context"}


def floor(module: str) -> int:
    """The floor of a module of the package, 0 at the top."""
    room = module.split(".")[1] if "." in module else "diagnostics"
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def module_of(path: Path) -> str:
    """The name of the module in a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Every import of our own modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names if alias.name.startswith("generator"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("generator"):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                path = ROOT / whole.replace(".", "/")
                is_module = path.is_dir() or path.with_suffix(".py").is_file()
                yield node, whole if is_module else str(node.module)


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_go_downward(path: Path) -> None:
    here = module_of(path)
    for node, name in imports(ast.parse(path.read_text(encoding="utf-8"))):
        if here != "generator":
            assert floor(name) >= floor(here), f"{here}:{node.lineno} imports {name} from above"


def test_no_cycles() -> None:
    graph: dict[str, set[str]] = {}
    for path in FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        typing_only = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            for inner in ast.walk(node)
        }
        graph[module_of(path)] = {name for node, name in imports(tree) if id(node) not in typing_only}
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join([*way, module])
        if module not in done:
            for goal in sorted(graph.get(module, ())):
                visit(goal, (*way, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_sizes_and_names(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST
    assert path.stem not in FORBIDDEN_NAMES
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module says in one sentence what it turns into what"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 60, f"{node.name} is too long"


@pytest.mark.parametrize("path", TESTS, ids=module_of)
def test_sizes_of_tests(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= LONGEST


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_late_imports_say_what_they_save(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = [found for found in ast.walk(node) if isinstance(found, ast.Import | ast.ImportFrom)]
            if inner:
                first = min(found.lineno for found in inner)
                # From the line above the first import to the last of them: one comment serves a block.
                block = "\n".join(lines[first - 2 : max(found.lineno for found in inner)])
                assert "# " in block, f"{node.name}: a late import without its reason"
