"""Templates -> Python: Jinja's own compiler, with quicker code for what a page does a thousand times."""

from __future__ import annotations

from io import StringIO
from keyword import iskeyword
from typing import Any, TextIO

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef

# A template reads values and recorded questions. It changes no value, which another page will see; it reads no clock
# and nothing of Python's own insides. By name alone: to ask each object what it is took a third of a build.
FORBIDDEN = frozenset(
    """
    now today utcnow fromtimestamp utcfromtimestamp
    append extend insert remove pop popitem clear update setdefault add discard sort reverse
    difference_update intersection_update symmetric_difference_update
    format format_map mro gi_frame gi_code cr_frame cr_code ag_frame ag_code f_globals func_globals tb_frame
    """.split()  # noqa: SIM905 (thirty words are read best as words)
)
# What they call may end an iteration, of which only Jinja's own way of calling makes an undefined value.
ITERATION = frozenset(("send", "throw"))


def allowed(attribute: str) -> bool:
    """Whether a template may read an attribute of this name."""
    return attribute not in FORBIDDEN and not attribute.startswith("_")


def generate(template: nodes.Template, environment: Any, name: str | None, filename: str | None) -> str:
    """The Python of a template. One that switches escaping off is left to Jinja, which asks anew at each value."""
    kind = CodeGenerator if template.find(nodes.EvalContextModifier) else Compiler
    python = StringIO()
    kind(environment, name, filename, python).visit(template)
    return python.getvalue()


class Compiler(CodeGenerator):
    """Writes what is called most without a call, or with a cheaper one; names are judged here and not on each page."""

    def __init__(self, environment: Any, name: str | None, filename: str | None, stream: TextIO) -> None:
        super().__init__(environment, name, filename, stream)
        self._nothing: dict[str, str] = {}

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        """The module."""
        self.writeline("from generator.render.running import Macro as Quick, caller, escaped, joined, text, writer")
        self.writeline(f"lasting = {_lasting(node)!r}")
        super().visit_Template(node, frame)
        for name, message in self._nothing.items():
            self.writeline(f"{name} = Undefined({message!r})")

    def enter_frame(self, frame: Frame) -> None:
        """The start of a function: what a template or a block writes is collected, like the words of a macro."""
        if frame.parent is None:
            self.buffer(frame)
        super().enter_frame(frame)

    def leave_frame(self, frame: Frame, with_python_scope: bool = False) -> None:
        """The end of a function: what was collected, in one piece."""
        super().leave_frame(frame, with_python_scope)
        if frame.parent is None:
            self.writeline(f"yield concat({frame.buffer})")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        """A macro of the function that was written just before."""
        node = macro_ref.node
        special = (macro_ref.accesses_kwargs, macro_ref.accesses_varargs, macro_ref.accesses_caller)
        names = tuple(argument.name for argument in node.args)
        self.write(f"Quick(environment, macro, {getattr(node, 'name', None)!r}, {names!r}, {special!r})")

    def visit_Block(self, node: nodes.Block, frame: Frame) -> None:
        """The place of a block."""
        if node.scoped or node.required or (frame.toplevel and self.extends_so_far):
            super().visit_Block(node, frame)
        else:
            self.writeline(f"{frame.buffer}.extend(context.blocks[{node.name!r}][0](context))", node)

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:
        """Another template, in place."""
        if node.with_context:
            super().visit_Include(node, frame)
            return
        if node.ignore_missing:
            self.writeline("try:")
            self.indent()
        self.writeline("template = environment.get_or_select_template(", node)
        self.visit(node.template, frame)
        self.write(f", {self.name!r})")
        if node.ignore_missing:
            self.outdent()
            self.writeline("except TemplateNotFound:")
            self.writeline("    pass")
            self.writeline("else:")
            self.indent()
        self.writeline(f"{frame.buffer}.extend(template._get_default_module()._body_stream)")
        if node.ignore_missing:
            self.outdent()

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        """Text and values, in one go."""
        if frame.require_output_check:
            if self.has_known_extends:
                return
            self.writeline("if parent_template is None:")
            self.indent()
        parts = self._parts(node, frame)
        self.writeline(f"{frame.buffer}.{'append' if len(parts) == 1 else 'extend'}((")
        self.indent()
        for part in parts:
            if isinstance(part, str):
                self.writeline(repr(part))
            else:
                self.newline(part)
                self._write_out(part, frame)
            self.write("," if len(parts) > 1 else "")
        self.outdent()
        self.writeline("))")
        if frame.require_output_check:
            self.outdent()

    def _parts(self, node: nodes.Output, frame: Frame) -> list[str | nodes.Expr]:
        """The constants, those beside each other as one, and the expressions between them."""
        parts: list[str | nodes.Expr] = []
        for child in node.nodes:
            try:
                constant = self._output_child_to_const(child, frame, self._make_finalize())
            except Exception:  # not a constant, or one that fails: on the page it has a line
                parts.append(child)
                continue
            if parts and isinstance(last := parts[-1], str):
                parts[-1] = last + constant
            else:
                parts.append(constant)
        return parts

    def _write_out(self, node: nodes.Expr, frame: Frame) -> None:
        """An expression whose value is written: `{{ a if b }}` writes nothing otherwise, a macro needs no escaping."""
        if isinstance(node, nodes.Const):
            self.write(repr(self._output_child_to_const(node, frame, self._make_finalize())))
        elif isinstance(node, nodes.CondExpr):
            frame = frame.soft()
            self.write("(")
            self._write_out(node.expr1, frame)
            self.write(" if ")
            self.visit(node.test, frame)
            self.write(" else ")
            self._write_out(node.expr2 or nodes.Const(""), frame)
            self.write(")")
        elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and _simple(node) and not node.kwargs:
            self._call_name(node, node.node, frame, "v._write", "writer")
        else:
            # Most values are texts; to see that here saves a call for each, 5 us of a page.
            self.write("(escaped(v) if type(v := ")
            self.visit(node, frame)
            self.write(") is str else text(v))")

    def visit_CondExpr(self, node: nodes.CondExpr, frame: Frame) -> None:
        """`a if b`; without an else it gives an undefined value, which is made once and not for each page."""
        if node.expr2 is not None:
            super().visit_CondExpr(node, frame)
            return
        frame = frame.soft()
        name = f"nothing_{len(self._nothing)}"
        place = self.position(node)
        self._nothing[name] = f"the inline if-expression on {place} evaluated to false and no else section was defined."
        self.write("(")
        self.visit(node.expr1, frame)
        self.write(" if ")
        self.visit(node.test, frame)
        self.write(f" else {name})")

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:
        """`a|f`; of a name that is missing `default` asks no more, so that no undefined value need be made."""
        match node:
            case nodes.Filter(node=nodes.Name(name=name), name="default", args=[nodes.Const() as other], kwargs=[]):
                self.write("(")
                self.visit(other, frame)
                self.write(f" if {frame.symbols.ref(name)} is missing else ")
                super().visit_Filter(node, frame)
                self.write(")")
            case _:
                super().visit_Filter(node, frame)

    def _import_common(self, node: nodes.Import | nodes.FromImport, frame: Frame) -> None:
        if node.with_context or not isinstance(node.template, nodes.Const):
            super()._import_common(node, frame)
        else:
            self.write(f"environment.module({node.template.value!r}, context)")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """`a.b`: an attribute as Python reads it, and without one what Jinja does: an item, or an undefined value."""
        if not allowed(node.attr):
            super().visit_Getattr(node, frame)
            return
        # A missing name has no attribute either, so that only the second part need look whether there is one.
        self.write("(v if (v := getattr(")
        if isinstance(node.node, nodes.Name):
            self.write(frame.symbols.ref(node.node.name))
        else:
            self.write("(o := ")
            self.visit(node.node, frame)
            self.write(")")
        self.write(f", {node.attr!r}, missing)) is not missing else environment.getattr(")
        if isinstance(node.node, nodes.Name):
            self.visit(node.node, frame)
        else:
            self.write("o")
        self.write(f", {node.attr!r}))")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """`a ~ b`."""
        self.write("joined((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """`a.f(x)` as Python does it, `f(x)` without sorting the arguments of a macro."""
        if forward_caller or not _simple(node):
            super().visit_Call(node, frame, forward_caller=forward_caller)
        elif isinstance(node.node, nodes.Getattr) and node.node.attr not in ITERATION:
            self.visit(node.node, frame)
            self._arguments(node, frame)
        elif isinstance(node.node, nodes.Name):
            self._call_name(node, node.node, frame, "v", "caller")
        else:
            super().visit_Call(node, frame)

    def _call_name(self, node: nodes.Call, name: nodes.Name, frame: Frame, macro: str, other: str) -> None:
        self.write(f"({macro} if type(v := ")
        self.visit(name, frame)
        self.write(f") is Quick else {other}(environment, context, v))")
        self._arguments(node, frame)

    def _arguments(self, node: nodes.Call, frame: Frame) -> None:
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")


def _simple(node: nodes.Call) -> bool:
    """Whether a call has nothing but written arguments, with names that Python can write."""
    return not node.dyn_args and not node.dyn_kwargs and not any(iskeyword(one.key) for one in node.kwargs)


def _lasting(template: nodes.Template) -> tuple[str, ...] | None:
    """What a template imports, if it holds nothing but imports and macros; None if it may differ from page to page."""
    names = []
    for statement in template.body:
        if isinstance(statement, nodes.Import | nodes.FromImport):
            if statement.with_context or not isinstance(statement.template, nodes.Const):
                return None
            names.append(str(statement.template.value))
        elif isinstance(statement, nodes.Output):
            if not all(isinstance(child, nodes.TemplateData) for child in statement.nodes):
                return None
        elif not isinstance(statement, nodes.Macro):
            return None
    return tuple(names)
