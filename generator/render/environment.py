"""Jinja as the templates have it: escaping by default, undefined names refused, filters for Chinese dates and links."""

from __future__ import annotations

import marshal
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template, TemplateError, nodes
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from msgspec import Struct

from generator.diagnostics import Span, problem
from generator.engine.rebuild import MakeError
from generator.engine.trace import digest_bytes
from generator.render import filters
from generator.render.compiling import allowed, generate
from generator.render.running import Macro

if TYPE_CHECKING:
    from generator.render.templates import Templates

Loaded = tuple[str, str | None, Callable[[], bool] | None]


class _Template(Template):
    """A template that is imported anew by each page, unless it holds nothing that a page could leave behind."""

    _lasting: tuple[str, ...] | None

    @classmethod
    def _from_namespace(cls, environment: Environment, namespace: MutableMapping[str, Any], globals: Any) -> _Template:
        template = super()._from_namespace(environment, namespace, globals)
        assert isinstance(template, _Template)
        template._lasting = namespace.get("lasting")
        return template

    @cached_property
    def lasting(self) -> bool:
        """Whether it is the same for every page, and so is what it imports."""
        if self._lasting is None:
            return False
        with suppress(TemplateError):
            found = [self.environment.get_template(name) for name in self._lasting]
            return all(isinstance(template, _Template) and template.lasting for template in found)
        # What is wrong with it is found where it is imported, which has a line.
        return False

    def _get_default_module(self, ctx: Context | None = None) -> Any:
        if not self.lasting:
            self._module = None
        elif self._module is None:
            for found in vars(super()._get_default_module(ctx)).values():
                if isinstance(found, Macro):
                    found.lasting = True
        return super()._get_default_module(ctx)


class _Compiled(BytecodeCache):
    """Compiled templates of earlier builds."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The name; the file is shown by the same."""
        return name

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in the code, if it was kept."""
        code = self._templates.kept(bucket.key).get(f"{bucket.key}:code", bucket.checksum)
        bucket.code = None if code is None else marshal.loads(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code."""
        self._templates.kept(bucket.key).put(f"{bucket.key}:code", bucket.checksum, marshal.dumps(bucket.code))


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with a quicker judgement and a quicker compiler."""

    template_class = _Template

    def __init__(self) -> None:
        super().__init__(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
        self._known: dict[str, Any] = {}
        self._modules: dict[str, Any] = {}
        self.filters.update(filters.QUICK)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may read an attribute."""
        return allowed(attr)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The attribute or item, or what raises as soon as it is used."""
        if not allowed(attribute):
            return self.unsafe_undefined(obj, attribute)
        if isinstance(obj, Struct):
            # A record has no items; that Jinja finds out by an exception costs 1 us.
            value = getattr(obj, attribute, missing)
            return self.undefined(obj=obj, name=attribute) if value is missing else value
        return Environment.getattr(self, obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """The item or attribute."""
        if type(argument) is str and isinstance(obj, Struct):
            return self.getattr(obj, argument)
        return super().getitem(obj, argument)

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Any:
        """A template by its name; Jinja's own cache takes 1.5 us for each of the ten that a page draws in."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = super().get_template(name, parent, globals)
        return found

    def module(self, name: str, context: Context) -> Any:
        """What an imported template holds."""
        return self._modules.get(name) or self._module(name, context)

    def _module(self, name: str, context: Context) -> Any:
        template = self.get_template(name)
        module = template._get_default_module(context)
        if template.lasting:
            self._modules[name] = module
        return module

    def make_globals(self, d: Any) -> Any:
        """The names of every template. Jinja puts an empty layer over them, of which each page then takes a copy."""
        return self.globals if d is None else super().make_globals(d)

    def _generate(self, source: nodes.Template, name: Any, filename: Any, defer_init: bool = False) -> str:
        return generate(source, self, name, filename)


def syntax() -> Environment:
    """Jinja's syntax alone, to find what a template names."""
    return Sandbox()


def build(templates: Templates) -> Environment:
    """The environment of one build; its loader never asks again, since templates do not change within a build."""

    def load(name: str) -> Loaded | None:
        place = templates.places.get(name)
        if place is None:
            return None
        try:
            data = place[1].read_bytes()
        except OSError as error:
            raise MakeError([problem("S014", Span(place[0]), why=error.strerror or "")]) from error
        if digest_bytes(data) != place[2]:
            # A trace made now would give the digest of one text and the bytes of another.
            raise MakeError([problem("B003", Span(place[0]))])
        return data.decode("utf-8"), place[0], lambda: True

    environment = syntax()
    environment.loader = FunctionLoader(load)
    environment.auto_reload = False
    environment.cache = {}
    environment.bytecode_cache = _Compiled(templates)
    # The same input gives the same bytes: nothing in a template may come from chance.
    del environment.filters["random"], environment.globals["lipsum"]
    environment.filters.update(filters.OWN)
    return environment
