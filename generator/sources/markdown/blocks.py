"""The blocks of a text -> HTML: paragraphs, lists, tables, boxes, code and footnotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from types import MappingProxyType

from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from generator.diagnostics import nearest
from generator.sources.markdown.draft import Draft, visible
from generator.sources.markdown.inline import Inline, reference_id
from generator.sources.markdown.places import Block
from generator.sources.markdown.syntax import DEEPEST
from generator.sources.markdown.writing import BOXES, open_box, write

BOX_END = re.compile(r"[\s>]*:{3,}\s*")
STRAY_END = re.compile(r":{3,}")
PREFIX = re.compile(r"[\s>]*")
PIPE = re.compile(r"(?<!\\)\|")
# After these start tags comes a block, so they stand on a line of their own.
OUTER = frozenset(("ul", "ol", "dl", "blockquote", "table", "thead", "tbody", "tr"))


@dataclass(slots=True)
class Blocks:
    """Writes the block tokens of one text."""

    draft: Draft
    lines: list[int] | None = None
    """The first line, and that behind the last, of the innermost block that has any; the cells of a row share them."""
    found: Block | None = None
    columns: int = 0
    referred: set[str] = field(default_factory=set)
    """The ids of the footnote marks that are on the page; a mark in an alternative text is not."""
    too_deep: bool = False

    def write(self, tokens: Sequence[Token]) -> None:
        """Write every token of a text that `outline.prepare` has made ready."""
        self.referred = {reference_id(ref) for token in tokens for ref in token.children or () if is_mark(ref)}
        for index, token in enumerate(tokens):
            if token.map and token.map != self.lines:
                self.lines, self.found = token.map, None
            if token.nesting > 0 and token.level >= DEEPEST and not self.too_deep:
                self.too_deep = True
                self.draft.report("M025", self.block.start())
            if token.type == "inline":
                self.inline(token)
            elif token.type == "plain":
                write(token.meta["blocks"], self.draft)
            elif special := SPECIAL.get(token.type):
                special(self, tokens, index)
            else:
                self.tag(token)

    @property
    def block(self) -> Block:
        """The text of these lines, in which things are found one after the other."""
        if self.found is None:
            self.found = self.draft.places.block(self.lines)
        return self.found

    def tag(self, token: Token) -> None:
        """Write the tag of a token that has no form of its own."""
        if token.hidden:
            self.line_end(token)
            return
        attributes = "".join(f' {name}="{escape(str(value))}"' for name, value in token.attrs.items())
        tag = f"</{token.tag}>" if token.nesting < 0 else f"<{token.tag}{attributes}>"
        self.draft.out.append(tag + ("\n" if token.nesting <= 0 or token.tag in OUTER else ""))
        self.line_end(token)

    def line_end(self, token: Token) -> None:
        """Blocks are apart in the visible text."""
        if token.nesting <= 0:
            self.draft.plain.append(" ")

    def inline(self, token: Token) -> None:
        """The text of a block."""
        if token.hidden:
            return
        if STRAY_END.fullmatch(token.content):
            self.draft.report("M021", self.block.find(token.content))
        Inline(self.draft, self.block).write(token.children or ())
        if caption := token.meta.get("caption"):
            self.draft.out.append(f"<figcaption>{escape(caption, quote=False)}</figcaption>")
            self.draft.plain.append(" " + caption)

    def heading(self, tokens: Sequence[Token], index: int) -> None:
        """A heading with its id."""
        if "id" in tokens[index].attrs:
            self.draft.take(str(tokens[index].attrs["id"]))
        self.tag(tokens[index])

    def code(self, tokens: Sequence[Token], index: int) -> None:
        """A block of code; it can be reached with the keyboard, because it may be wider than the page."""
        token = tokens[index]
        language = unescapeAll(token.info).split()[:1]
        name = f' class="language-{escape(language[0])}"' if language else ""
        self.draft.out.append(f'<pre tabindex="0"><code{name}>{escape(token.content, quote=False)}</code></pre>\n')
        self.draft.plain.append(token.content + " ")

    def table_open(self, tokens: Sequence[Token], index: int) -> None:
        """A table in its frame."""
        self.columns = 0
        self.draft.out.append(self.draft.table())

    def table_close(self, tokens: Sequence[Token], index: int) -> None:
        """The end of a table and of its frame."""
        self.draft.out.append("</table>\n</div>\n")

    def cell_open(self, tokens: Sequence[Token], index: int) -> None:
        """A cell; its alignment is a class, since a strict policy allows no inline style."""
        token = tokens[index]
        style = str(token.attrs.pop("style", ""))
        if style:
            token.attrs["class"] = "align-" + style.rpartition(":")[2]
        if token.tag == "th":
            self.columns += 1
            if visible(tokens[index + 1].children or ()):
                token.attrs["scope"] = "col"
            else:  # a header without a text heads nothing
                token.tag = tokens[index + 2].tag = "td"
        self.tag(token)

    def row_open(self, tokens: Sequence[Token], index: int) -> None:
        """A row; cells beyond those of the header would vanish without a word."""
        self.tag(tokens[index])
        if not self.columns:
            return
        line = self.block.text
        cells = PIPE.split(line[PREFIX.match(line).end() :].strip())  # type: ignore[union-attr]
        cells = cells[not cells[0].strip() :]
        extra = next((cell for cell in cells[self.columns :] if cell.strip()), None)
        if extra is not None:
            span = self.block.start()
            self.draft.report("M019", span, cell=extra.strip(), columns=self.columns)

    def box_open(self, tokens: Sequence[Token], index: int) -> None:
        """A box beside the text."""
        token = tokens[index]
        name, *rest = token.info.split(maxsplit=1)
        if name not in BOXES:
            self.draft.report("M020", self.block.find(name), name=name, nearest=nearest(name, BOXES) or "提示")
        end = (token.map or [0, 0])[1]
        lines = self.draft.places.lines
        if end >= len(lines) or not BOX_END.fullmatch(lines[end]):
            self.draft.report("M015", self.block.start(), name=name)
        open_box(BOXES.get(name, BOXES["提示"]), rest[0].strip() if rest else "", self.draft)

    def box_close(self, tokens: Sequence[Token], index: int) -> None:
        """The end of a box."""
        self.draft.out.append("</aside>\n")

    def footnotes_open(self, tokens: Sequence[Token], index: int) -> None:
        """The footnotes, at the end of the text."""
        self.draft.out.append('<section class="footnotes" role="doc-endnotes" aria-label="脚注">\n<ol>\n')

    def footnotes_close(self, tokens: Sequence[Token], index: int) -> None:
        """The end of the footnotes."""
        self.draft.out.append("</ol>\n</section>\n")

    def footnote_open(self, tokens: Sequence[Token], index: int) -> None:
        """One footnote."""
        id_ = self.draft.take(f"fn-{tokens[index].meta['id'] + 1}")
        self.draft.out.append(f'<li id="{id_}">')

    def footnote_close(self, tokens: Sequence[Token], index: int) -> None:
        """The end of one footnote."""
        self.draft.out.append("</li>\n")
        self.draft.plain.append(" ")

    def footnote_back(self, tokens: Sequence[Token], index: int) -> None:
        """The way back from a footnote to its mark; U+FE0E keeps the arrow from becoming a picture."""
        token = tokens[index]
        id_ = reference_id(token)
        if id_ in self.referred:
            again = token.meta["subId"]
            name = f"回到正文第 {again + 1} 处" if again else "回到正文"
            self.draft.out.append(
                f' <a class="footnote-back" href="#{id_}" role="doc-backlink" aria-label="{name}">↩\ufe0e</a>'
            )

    def comment_unclosed(self, tokens: Sequence[Token], index: int) -> None:
        """A comment that hides the rest of the text."""
        self.draft.report("M014", self.block.find("<!--"))


def is_mark(token: Token) -> bool:
    """Whether an inline token is the mark of a footnote."""
    return token.type == "footnote_ref"


SPECIAL: Mapping[str, Callable[[Blocks, Sequence[Token], int], None]] = MappingProxyType(
    {
        "heading_open": Blocks.heading,
        "fence": Blocks.code,
        "code_block": Blocks.code,
        "table_open": Blocks.table_open,
        "table_close": Blocks.table_close,
        "tr_open": Blocks.row_open,
        "th_open": Blocks.cell_open,
        "td_open": Blocks.cell_open,
        "container_box_open": Blocks.box_open,
        "container_box_close": Blocks.box_close,
        "footnote_block_open": Blocks.footnotes_open,
        "footnote_block_close": Blocks.footnotes_close,
        "footnote_open": Blocks.footnote_open,
        "footnote_close": Blocks.footnote_close,
        "footnote_anchor": Blocks.footnote_back,
        "comment_unclosed": Blocks.comment_unclosed,
    }
)
