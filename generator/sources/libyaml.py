"""YAML by libyaml, for every text that is not plain: its nodes, or what is wrong with it in the words of an editor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

import yaml

from generator.diagnostics import Diagnostic, Span, problem
from generator.sources.nodes import Mapping, Node, Place, Scalar, Sequence

MOST_DEPTH = 32
MOST_NODES = 200_000
MOST_ALIASES = 32
# The composer of libyaml goes as deep as the text and ends the process: before it, a text with so many brackets or
# lines, or with so long a line, is looked through event by event.
SUSPICIOUS_NUMBER = 5000
SUSPICIOUS_LINE = 2000
# What libyaml refuses to read at all (YAML 1.2, 5.1) beyond what is refused in every file.
UNREADABLE = re.compile(r"[\x80-\x84\x86-\x9f\ufeff]")
TEXT_TAG = "tag:yaml.org,2002:str"
CONTAINER_TAGS = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}

_Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc, valid-type]
    """Composes nodes only and resolves no plain scalar: its type is decided by the field that it fills."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[object]]] = {}


def read(text: str, path: str, first_line: int = 1) -> tuple[Node | None, list[Diagnostic]]:
    """The root node of the one document in the text, or None and what is wrong with it."""
    if bad := UNREADABLE.search(text):
        line = text.count("\n", 0, bad.start())
        span = Span(path, line + first_line, bad.start() - text.rfind("\n", 0, bad.start()))
        return None, [problem("S004", span, char=f"U+{ord(bad[0]):04X}")]
    loader = _Loader(text)
    try:
        if too_much := _too_much(text, path, first_line):
            return None, [too_much]
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        return None, [_syntax(error, text, path, first_line)]
    except (yaml.YAMLError, RecursionError):
        return None, [problem("Y007", Span(path, first_line, 1), most=MOST_DEPTH)]
    finally:
        loader.dispose()
    if root is None:
        return None, []
    problems = list(_problems(root, path, first_line))
    return (None if any(found.code in FATAL for found in problems) else _node(root, first_line)), problems


# A tree with one of these is not safe to walk.
FATAL = {"Y006", "Y007"}


def _too_much(text: str, path: str, first_line: int) -> Diagnostic | None:
    """What of a text must not be composed; raises MarkedYAMLError where it cannot be parsed."""
    lines = text.split("\n")
    brackets = text.count("[") + text.count("{")
    if max(brackets, len(lines)) < SUSPICIOUS_NUMBER and max(map(len, lines)) < SUSPICIOUS_LINE:
        return None
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        nodes += isinstance(event, yaml.NodeEvent)
        if depth > MOST_DEPTH + 1 or nodes > MOST_NODES:
            mark = event.start_mark
            span = Span(path, mark.line + first_line, mark.column + 1) if mark else Span(path)
            return (
                problem("Y007", span, most=MOST_DEPTH)
                if nodes <= MOST_NODES
                else problem("Y006", span, most=MOST_ALIASES)
            )
    return None


def _node(node: yaml.Node, first_line: int) -> Node:
    """A tree of nodes without marks; a key that is no text was reported and is left out."""
    place = _place(node, first_line)
    if isinstance(node, yaml.ScalarNode):
        return Scalar(node.value, node.style or "", place)
    if isinstance(node, yaml.SequenceNode):
        return Sequence([_node(item, first_line) for item in node.value], place)
    return Mapping(
        [
            (key.value, _place(key, first_line), _node(value, first_line))
            for key, value in node.value
            if isinstance(key, yaml.ScalarNode)
        ],
        place,
    )


def _place(node: yaml.Node, first_line: int) -> Place:
    start, end = node.start_mark, node.end_mark
    assert start is not None
    assert end is not None
    length = max(1, end.column - start.column) if end.line == start.line else 1
    return start.line + first_line, start.column + 1, length


def _syntax(error: yaml.MarkedYAMLError, text: str, path: str, first_line: int) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.split("\n")
    shown = lines[line] if line < len(lines) else ""
    span = Span(path, line + first_line, column + 1)
    said = error.problem or ""
    context = error.context or ""
    start = error.context_mark
    opened = Span(path, start.line + first_line, start.column + 1) if start else span
    if INDENTED_BY_TAB.match(shown) or shown[column : column + 1] == "\t" or "tab" in said:
        return problem("Y002", span)
    if "expected a single document" in context or "another document" in said:
        return problem("Y009", span)
    if "nesting" in said or "depth" in said:
        return problem("Y007", span, most=MOST_DEPTH)
    if "undefined alias" in said or "scanning an alias" in context:
        return problem("Y010", span)
    if "mapping values are not allowed" in said:
        return _colon(lines, line, column, path, first_line)
    if "could not find expected ':'" in said:
        return problem("Y012", opened)
    if "escape character" in said or "Unicode character escape" in said or "hexdecimal" in said:
        return problem("Y014", span)
    if "quoted scalar" in context:
        return problem("Y013", opened)
    if "cannot start any token" in said:
        return problem("Y016", span, char=shown[column : column + 1])
    if "scanning an anchor" in context:
        return problem("Y016", opened, char="&")
    if "parsing a flow" in context:
        # Inside an empty bracket the parser gives the place where it gave up, not that of the bracket.
        before = [*lines[:line], shown[:column]]
        above = next((n for n in range(len(before) - 1, -1, -1) if re.search(r"[\[{]", before[n])), None)
        if "flow node" in context and above is not None:
            opened = Span(path, above + first_line, max(before[above].rfind("["), before[above].rfind("{")) + 1)
        return problem("Y017", opened)
    return problem("Y001", span)


INDENTED_BY_TAB = re.compile(r" *\t")


def _colon(lines: list[str], line: int, column: int, path: str, first_line: int) -> Diagnostic:
    """Why a colon is not allowed: a second one, a line that is indented too far, or none on the line above."""
    shown = lines[line]
    if line == 0 or re.search(r":\s", shown[:column]):
        return problem("Y011", Span(path, line + first_line, column + 1))
    above = lines[line - 1]
    if full := re.match(r"[ -]*[^\s:：]{1,20}：", above):
        # The colon of the Chinese keyboard, so that YAML takes both lines for one text.
        return problem("Y012", Span(path, line - 1 + first_line, full.end()))
    indent = len(shown) - len(shown.lstrip())
    if indent > len(above) - len(above.lstrip()) or not above.strip():
        return problem("Y015", Span(path, line + first_line, indent + 1))
    return problem("Y012", Span(path, line - 1 + first_line, indent + 1))


def _problems(root: yaml.Node, path: str, first_line: int) -> Iterator[Diagnostic]:
    """What the contract forbids though YAML allows it: duplicate and merge keys, tags, many aliases, deep nesting."""
    seen: set[int] = set()
    aliases = 0
    nodes = 0
    stack: list[tuple[yaml.Node, int]] = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        nodes += 1
        if id(node) in seen:
            aliases += 1
        seen.add(id(node))
        if depth > MOST_DEPTH:
            yield problem("Y007", Span(path, *_place(node, first_line)), most=MOST_DEPTH)
            return
        if aliases > MOST_ALIASES or nodes > MOST_NODES:
            yield problem("Y006", Span(path, *_place(node, first_line)), most=MOST_ALIASES)
            return
        if node.tag != TEXT_TAG and not (node.tag in CONTAINER_TAGS and not isinstance(node, yaml.ScalarNode)):
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            yield problem("Y005", Span(path, *_place(node, first_line)), tag=tag)
        if isinstance(node, yaml.MappingNode):
            yield from _keys(node, path, first_line)
            stack.extend((value, depth + 1) for _, value in reversed(node.value))
        elif isinstance(node, yaml.SequenceNode):
            stack.extend((item, depth + 1) for item in reversed(node.value))


def _keys(node: yaml.MappingNode, path: str, first_line: int) -> Iterator[Diagnostic]:
    written: dict[str, int] = {}
    for key, _ in node.value:
        span = Span(path, *_place(key, first_line))
        if not isinstance(key, yaml.ScalarNode):
            yield problem("Y008", span)
        elif key.value == "<<":
            yield problem("Y004", span)
        elif key.value in written:
            yield problem("Y003", span, key=key.value, line=written[key.value])
        else:
            written[key.value] = span.line
