"""The inside of a paragraph, heading or cell -> HTML, visible text, links and their problems."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from generator.diagnostics import Span, nearest
from generator.sources.body import HREF, TITLE, Link
from generator.sources.markdown.addresses import Outside, Part, Refused, judge
from generator.sources.markdown.draft import Draft, is_comment, shown, visible
from generator.sources.markdown.places import Block

if TYPE_CHECKING:
    from markdown_it.token import Token

TEXTS = frozenset(("text", "text_special", "footnote_lost", "comment_start", "html_inline"))
# What stands around a destination in the source: (a), (<a>), <a>, ( a "title").
BEFORE, AFTER = "(< \t\n", ")> \t\n"
# Two asterisks, not the four of a masked number such as 138****1234.
BOLD = re.compile(r"(?<!\*)\*\*(?!\*)")
# What was meant as a link: full-width brackets, a space before the address or in it.
ALMOST_LINK = re.compile(
    r"\[[^\[\]\n]{1,80}\](?:（[^（）\n]{1,200}）|[ \t]+\((?:ref:|https?:)[^()\n]{1,200}\)"
    r"|\((?!https?:)[^()\s]{1,100}[ \t][^()\n]{0,100}\.\w{2,4}\))|【[^【】\n]{1,80}】\((?:ref:|https?:)[^()\n]{1,200}\)"
)


@dataclass(slots=True)
class OpenLink:
    """A link whose text is being written."""

    written: str
    labelled: bool = False
    """Whether its address stands elsewhere in the text."""
    close: str = ""
    """The end tag; empty where no link was made."""
    code: str = ""
    """Why it was refused."""
    slot: int = -1


@dataclass(slots=True)
class Inline:
    """Writes the inline tokens of one block."""

    draft: Draft
    block: Block
    open: list[OpenLink] = field(default_factory=list)
    tags_reported: bool = False
    link_reported: bool = False
    stars: int = 0
    star_place: Span | None = None
    last: str = ""
    """The last visible character, to see whether a line break is one between Chinese characters."""

    def write(self, tokens: Sequence[Token]) -> None:
        """Write the tokens of a block, once."""
        for index, token in enumerate(tokens):
            if token.type == "link_open":
                self.link_open(token, tokens, index)
            elif token.type == "softbreak":
                self.softbreak(tokens, index)
            else:
                self.token(token)
        if self.stars > 1 and self.star_place:
            self.draft.report("M022", self.star_place)

    def token(self, token: Token) -> None:
        """Write one token that needs no other."""
        if token.type in TEXTS:
            self.literal(token)
        elif token.type == "code_inline":
            self.draft.out.append("<code>" + escape(token.content, quote=False) + "</code>")
            self.seen(token.content)
        elif token.type == "hardbreak":
            self.draft.out.append("<br>\n")
            self.seen(" ")
        elif token.type == "link_close":
            self.link_close()
        elif token.type == "image":
            self.image(token)
        elif token.type == "footnote_ref":
            self.footnote(token)
        elif token.type == "task_mark":
            word, sign = ("已完成", "☑") if token.meta["done"] else ("未完成", "☐")
            self.draft.out.append(f'<span class="task-mark" role="img" aria-label="{word}">{sign}</span> ')
        else:
            self.draft.out.append(f"</{token.tag}>" if token.nesting < 0 else f"<{token.tag}>")

    def literal(self, token: Token) -> None:
        """Write a text, or what looked like HTML or like a note and is shown as it was written."""
        if is_comment(token):
            return
        if token.type == "html_inline" and not self.tags_reported:
            # One message a block: an end tag needs no second one.
            self.tags_reported = True
            self.draft.report("M013", self.block.find(token.content), html=token.content)
        elif token.type == "comment_start":
            self.draft.report("M014", self.block.find(token.content))
        elif token.type == "footnote_lost":
            self.draft.report("M023", self.block.find(token.content), label=token.info)
        elif token.type == "text" and not self.link_reported and (found := ALMOST_LINK.search(token.content)):
            self.link_reported = True
            self.draft.report("M029", self.block.find(found[0]), text=found[0])
        elif token.type == "text" and BOLD.search(token.content):
            self.count_stars(token.content)
        self.text(token.content)

    def count_stars(self, text: str) -> None:
        """A pair of `**` that is left over was meant as bold; punctuation beside it is the usual reason."""
        found = list(BOLD.finditer(text))
        self.stars += len(found)
        if self.star_place is None:
            # With what follows it, to tell it from asterisks that did their work.
            start = found[0].start()
            span = self.block.find(text[start : start + 6].partition("\n")[0])
            self.star_place = Span(span.path, span.line, span.column, 2)

    def text(self, text: str) -> None:
        """Write a text that readers see."""
        self.draft.out.append(escape(text, quote=False))
        self.seen(text)

    def seen(self, text: str) -> None:
        """Add to the visible text."""
        self.draft.plain.append(text)
        self.last = text[-1:] or self.last

    def softbreak(self, tokens: Sequence[Token], index: int) -> None:
        """A line end in the source is a space, but none between Chinese characters."""
        later = (tokens[at] for at in range(index + 1, len(tokens)))
        following = next((token.content[:1] for token in later if token.content or token.type == "softbreak"), "")
        if not (joins(self.last) and joins(following)):
            self.draft.out.append("\n")
            self.seen(" ")

    def link_open(self, token: Token, tokens: Sequence[Token], index: int) -> None:
        """Start a link, if its address is allowed."""
        entry = OpenLink(str(token.attrs.get("href", "")), "label" in token.meta)
        address = self.begin(entry)
        if address is None:
            return
        close = next(at for at in range(index + 1, len(tokens)) if tokens[at].type == "link_close")
        # <ref:items/x>: its title says more than the address.
        bare = token.info == "auto" and isinstance(address, Link)
        self.start(entry, address, title_of(token), unnamed=bare or not visible(tokens[index + 1 : close]))
        if bare:
            tokens[index + 1].content = ""

    def simple_link(self, label: str, written: str) -> None:
        """A whole link with a text and without a title."""
        entry = OpenLink(written)
        address = self.begin(entry)
        if address is not None:
            self.start(entry, address, "", unnamed=False)
        self.text(label)
        self.link_close()

    def begin(self, entry: OpenLink) -> Outside | Part | Link | None:
        """The address of a link, if it is allowed; one inside another is left out, as HTML wants it."""
        inside = any(link.close for link in self.open)
        self.open.append(entry)
        address = judge(entry.written, picture=False)
        if isinstance(address, Refused):
            entry.code = address.code
            return None
        if inside:
            return None
        if isinstance(address, Part) and address.id not in self.draft.targets and address.id not in ("", "top"):
            entry.code = "M009" if self.draft.targets else "M010"
            return None
        return address

    def start(self, entry: OpenLink, address: Outside | Part | Link, title: str, *, unnamed: bool) -> None:
        """Write the start tag of a link, and a text for one that has none of its own."""
        entry.close = "</a>"
        if isinstance(address, Link):
            # Where it is written is known when its text has been passed.
            entry.slot = self.draft.slot(address, Span(self.block.path))
            self.draft.out.append(f'<a href="{HREF}{entry.slot}{HREF}"{title}>')
            if unnamed:
                self.draft.out.append(f"{TITLE}{entry.slot}{TITLE}")
        elif isinstance(address, Part):
            self.draft.out.append(f'<a href="#{escape(address.id)}"{title}>')
            if unnamed:
                self.text(self.draft.titles.get(address.id, "#" + address.id))
        else:
            self.outside(address, title)
            if unnamed:
                self.draft.report("M012", self.block.find("]("), href=entry.written)
                self.text(entry.written)

    def outside(self, address: Outside, title: str) -> None:
        """A link to another site, a mailbox or a telephone."""
        more = ' class="external" rel="noopener noreferrer external"' if address.external else ""
        self.draft.out.append(f'<a href="{escape(address.href)}"{more}{title}>')

    def link_close(self) -> None:
        """End a link; only now its text has been passed, and its destination is what comes next in the source."""
        entry = self.open.pop()
        self.draft.out.append(entry.close)
        if entry.slot < 0 and not entry.code:
            return
        if entry.labelled:
            span = self.block.start()
        else:
            span = self.block.find(entry.written or "](", *((BEFORE, AFTER) if entry.written else ()))
        if entry.slot >= 0:
            self.draft.spans[entry.slot] = span
        if entry.code:
            hint = nearest(entry.written.lstrip("#"), self.draft.targets) if entry.code == "M009" else ""
            self.draft.report(entry.code, span, href=entry.written, nearest=hint)

    def image(self, token: Token) -> None:
        """Write a picture; where it is refused, its alternative text stands in its place."""
        written = str(token.attrs.get("src", ""))
        alt = " ".join(shown(token.children or ()).split())
        if "label" in token.meta:
            span = self.block.start()
        else:
            span = self.block.find(written or "](", *((BEFORE, AFTER) if written else ()))
        if not alt:
            self.draft.report("M011", span, href=written)
        address = judge(written, picture=True)
        if not isinstance(address, Link):
            self.draft.report(address.code if isinstance(address, Refused) else "M005", span, href=written)
            self.text(alt)
            return
        slot = self.draft.slot(address, span)
        self.draft.out.append(
            f'<img src="{HREF}{slot}{HREF}" alt="{escape(alt)}"{title_of(token)} loading="lazy" decoding="async">'
        )
        self.last = ""

    def footnote(self, token: Token) -> None:
        """The mark of a footnote; it is never inside a link, because CommonMark then sees none."""
        number = token.meta["id"] + 1
        id_ = self.draft.take(reference_id(token))
        mark = f'<a href="#fn-{number}" role="doc-noteref" aria-label="脚注 {number}">{number}</a>'
        self.draft.out.append(f'<sup class="footnote-ref" id="{id_}">{mark}</sup>')


def reference_id(token: Token) -> str:
    """The id of a footnote's mark; a note that is referred to again gets fnref-1-2 and so on."""
    number, again = token.meta["id"] + 1, token.meta["subId"]
    return f"fnref-{number}-{again + 1}" if again else f"fnref-{number}"


def title_of(token: Token) -> str:
    """The title attribute of a link or picture, or nothing."""
    title = " ".join(str(token.attrs.get("title", "")).split())
    return f' title="{escape(title)}"' if title else ""


def joins(char: str) -> bool:
    """Whether a character is written without spaces around it: Chinese and Japanese, not Korean."""
    return bool(char) and unicodedata.east_asian_width(char) in "WF" and not "\uac00" <= char <= "\ud7af"
