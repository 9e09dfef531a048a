"""What compiled templates call while a page is made: escaping, joining, and macros that are called without ceremony."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from jinja2 import pass_eval_context, runtime
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, markup_join
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing
from markupsafe import Markup, escape

try:
    # The C function behind `escape`, which makes of each text a Markup only to be joined: 60 ns instead of 500.
    from markupsafe._speedups import _escape_inner
except ImportError:  # without the extension, or with another version
    _escape_inner = escape

escaped: Callable[[str], str] = _escape_inner
BARE = frozenset((str, int))
markup = str.__new__
"""`markup(Markup, text)` is `Markup(text)` of what is a text for certain: 100 ns instead of 400."""


def text(value: Any, /) -> str:
    """What `{{ value }}` writes: escaped, unless it is markup."""
    kind = type(value)
    if kind is str:
        return escaped(value)
    return value if kind is Markup else str(value) if kind is int else escape(value)


def joined(parts: tuple[Any, ...], /) -> str:
    """What `~` makes: the texts as one, and as markup if there is markup among them."""
    for part in parts:
        if type(part) is not str:
            return "".join(map(str, parts)) if BARE.issuperset(map(type, parts)) else markup_join(parts)
    return "".join(parts)


class Macro(runtime.Macro):
    """A macro. A compiled template calls `_write` with positional arguments, and gets the bare text."""

    def __init__(
        self, environment: Any, function: Any, name: Any, arguments: Any, special: tuple[bool, bool, bool]
    ) -> None:
        super().__init__(environment, function, name, arguments, *special, True)
        self.lasting = False
        """Whether it is the same macro for every page."""
        self._plain = not any(special)
        self._write: Callable[..., str] = self
        if self._plain:
            function.__name__ = function.__qualname__ = name or "caller"
            function.__defaults__ = (missing,) * len(arguments)
            self._write = function

    @pass_eval_context
    def __call__(self, *arguments: Any, **named: Any) -> str:
        """What it writes, as markup."""
        if named or not self._plain or (arguments and type(arguments[0]) is EvalContext):
            return super().__call__(*arguments, **named)
        return markup(Markup, self._write(*arguments))


def caller(environment: SandboxedEnvironment, context: Context, function: Any) -> Callable[..., Any]:
    """A way to call what is not a macro; `dict` and the other classes that a template has need no care."""
    return function if type(function) is type else partial(environment.call, context, function)


def writer(environment: SandboxedEnvironment, context: Context, function: Any) -> Callable[..., str]:
    """The same where the result is written at once."""
    return lambda *arguments: text(environment.call(context, function, *arguments))
