"""Finds what must never be published: in a text, numbers and addresses; in a copied file, these and more.

A text is read as its readers see it (full-width digits, `&#49;`, characters without width), and what is no number of a
person is blanked: addresses of the web, digests, drawings. Every pattern begins at the edge of a word and looks ahead
either a fixed way or over what cannot begin another, so that the work grows with the length of the text and no faster.
"""

from __future__ import annotations

import codecs
import operator
import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Literal, NamedTuple

from generator.diagnostics import Diagnostic, Span, problem

MOST_FOUND = 100
"""Of one kind in one file: who copied in a whole list sees as much from the first hundred."""
MOST_BYTES = 32_000_000
"""Of a copied file that is looked through; a larger one is named as not looked through."""

TABLES = (".csv", ".tsv")
PHOTOS = (".jpg", ".jpeg")
TEXTS = (
    *TABLES,
    *(".txt", ".log", ".md", ".yaml", ".yml", ".json", ".geojson", ".vcf", ".ics"),
    *(".html", ".htm", ".xhtml", ".xml", ".svg", ".kml"),
)
CLOSED = (
    *(".doc", ".docx", ".docm", ".wps", ".rtf", ".odt", ".xls", ".xlsx", ".xlsm", ".et", ".ods"),
    *(".ppt", ".pptx", ".dps", ".odp", ".pdf", ".ofd", ".zip", ".rar", ".7z", ".gz", ".tar"),
)
"""Files that may hold a list of persons and that nothing here can read."""


class _Found(NamedTuple):
    start: int
    code: str
    end: int
    digits: str


# How it is read.

WIDE: dict[int, int | str] = {
    **{code: code - 0xFEE0 for first, last in ("０９", "ＡＺ", "ａｚ") for code in range(ord(first), ord(last) + 1)},
    **{0x1D7CE + number: ord("0") + number % 10 for number in range(50)},
    **dict.fromkeys(map(ord, "‐‑‒–—―−－﹣"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000"), " "),
    **dict.fromkeys(map(ord, "•‧・∙⋅･"), "·"),
    **dict(zip(map(ord, "．＋＠＿"), ".+@_", strict=True)),
}
"""One character for one, so that every place stays what it is."""
UNSEEN = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufe0e\ufe0f\ufeff\u20e3]"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|nbsp|ensp|emsp|thinsp|shy|commat|middot|hyphen|plus)(?:;|(?![0-9A-Za-z]))"
)
NAMED = {"nbsp": " ", "ensp": " ", "emsp": " ", "thinsp": " ", "shy": "", "commat": "@", "middot": "·", "hyphen": "-"}

# What is no number of a person. A trigger that the text lacks saves the search.

IN_URL = r"[A-Za-z0-9!#$%&+\-./:=?@_~]"
DIALLED = r"(?!(?:tel|sms|callto|mailto):)"
NUMBERLESS = (
    ("://", rf"[a-z]://{IN_URL}*"),
    ("/", rf"(?<![a-z0-9.@\-])(?:[a-z0-9\-]{{1,63}}\.){{1,8}}[a-z]{{2,12}}/{IN_URL}*"),
    ("/", rf"(?<![^\s\"'(:=])\.{{0,2}}/[a-z_][\w.\-]*/{IN_URL}*"),
    ("](", rf"\]\({DIALLED}[^()\s<>/.#?]*[/.#?][^()\s<>]*"),
    ("=", rf"\b(?:href|src|srcset|action|poster) ?= ?[\"']{DIALLED}[^\"'<>/.#?]*[/.#?][^\"'<>]*"),
    ("=", r"\b(?:d|points|viewBox|transform|values|integrity)=(?:\"[^\"<>]*|'[^'<>]*)"),
    ("", r"(?<![a-z0-9])(?=[0-9]*[a-f])[0-9a-f]{24,}(?![a-z0-9])"),
    ("-", r"(?<![a-z0-9])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![a-z0-9])"),
)
BLANKED = tuple((trigger, re.compile(pattern, re.ASCII | re.IGNORECASE)) for trigger, pattern in NUMBERLESS)

# What is looked for. A number neither goes on nor is the fraction of another (in `Tel.138…` the dot is none).

BEFORE = r"(?<!\d)(?<!0x)(?<![\x00-@\[-`{-~]\.)"
AFTER = r"(?!\d|\.\d)"
AMOUNT = r"(?! ?(?:元|亿|万元|万美元|美元|万人|人次|平方|立方|吨|公里|千瓦))"
GAP = "[ -]{0,3}"
MONTH = r"(?:0[1-9]|1[0-2])"
DAY = r"(?:0[1-9]|[12]\d|3[01])"
# The provinces of GB/T 2260.
REGION = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
IDENTITY = GAP.join(
    (rf"(?:{REGION}|9\d)\d", r"\d", r"\d\d", "(?:18|19|20)", r"\d\d", MONTH, DAY, r"\d\d", r"\d", r"[\dXx]")
)
# Of before 1999: two digits for the year, no check character.
OLD_IDENTITY = rf"{REGION}(?!00)\d{{4}}{GAP}\d\d{MONTH}{DAY}{GAP}\d{{3}}(?![Xx])"
# 138 1234 5678 and its like, but no row of years, no amount before a year, no number before a date.
MOBILE = "|".join(
    (
        r"1[3-9]\d{9}",
        r"1[3-9]\d ?[-·] ?\d{4}(?: ?[-·] ?| )?\d{4}",
        r"1[3-9]\d(?! (?:19|20)\d\d (?:19|20)\d\d) {1,2}\d{4}(?: {1,2}|-)\d{4}",
        rf"1[3-9]\d(?! (?:19|20)\d\d{MONTH}{DAY}) \d{{8}}",
        r"1[3-9]\d{5}(?: ?[-·] ?\d{4}| (?!19|20)\d{4})",
        r"1[3-9]\d\.\d{4}\.\d{4}",
        r"1[3-9]\d{2}-(?:\d{3}-\d{4}|\d{4}-\d{3})",
        r"1[3-9]\d-(?:\d{3}-\d{5}|\d{5}-\d{3})",
    )
)
# Four and four only for the issuers that are met here: rows of four digits are common.
ISSUER = r"(?:6[02]|4\d|5[1-5])\d\d"
CARD = "|".join(
    (
        r"[3-6]\d{15,18}",
        rf"{ISSUER}(?P<gap>[ -])\d{{4}}(?P=gap)\d{{4}}(?P=gap)\d{{4,7}}",
        rf"{ISSUER}\d\d[ -]\d{{10}}(?:\d{{3}})?",
    )
)
LONG_CARD = rf"{ISSUER}(?P<gap>[ -])\d{{4}}(?P=gap)\d{{4}}(?P=gap)\d{{4}}(?P=gap)\d{{1,3}}"
EMAIL = (
    r"(?<![\w.%+\-])[\w.%+\-]{1,64}@(?:[a-z0-9\-]{1,63}\.){1,8}"
    r"(?!(?:png|jpe?g|gif|webp|svg|css|js)\b)[a-z]{2,24}(?![\w\-])"
)
PROVINCE = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
# At least three digits, and not “新GB39554”, which is a standard.
PLATE = (
    rf"[{PROVINCE}](?:[A-HJ-NP-Z] ?[·.\- ] ?|(?!GB|DB|JB|HJ|JT|GA)[A-HJ-NP-Z])"
    r"(?=(?:[A-Z]{0,3}\d){3})[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![A-Za-z0-9])"
)


def _number(pattern: str, after: str = "") -> re.Pattern[str]:
    return re.compile(rf"{BEFORE}{pattern}{AFTER}{after}", re.ASCII)


# The weights of GB 11643-1999, and the check characters by the remainder of the weighted sum.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
# Every second digit of a card counts twice, and then the digits of that.
DOUBLED = str.maketrans("0123456789", "0246813579")


def _identity(number: str) -> bool:
    """Whether the last character is the check character of GB 11643."""
    total = sum(map(operator.mul, map(int, number[:17]), WEIGHTS))
    return CHECKS[total % 11] == number[17].upper()


def _card(number: str) -> bool:
    """Whether the digits pass the test of Luhn (ISO/IEC 7812)."""
    return (sum(map(int, number[::-2])) + sum(map(int, number[-2::-2].translate(DOUBLED)))) % 10 == 0


def _any(number: str) -> bool:
    return bool(number)


NUMBERS = (
    ("X001", _number(f"(?P<number>{IDENTITY})"), _identity),
    ("X001", _number(f"(?P<number>{OLD_IDENTITY})"), _any),
    ("X002", _number(rf"(?:0{{0,2}}86(?: ?[- ] ?)?|0)?(?P<number>{MOBILE})", AMOUNT), _any),
    ("X003", _number(f"(?P<number>{CARD})", AMOUNT), _card),
    ("X003", _number(f"(?P<number>{LONG_CARD})", AMOUNT), _card),
)
OTHERS = (("X004", "@", re.compile(EMAIL, re.ASCII | re.IGNORECASE)), ("X005", "", re.compile(PLATE, re.ASCII)))


# What every finding has in it, as it may be written: eleven digits with gaps of at most three characters, after which
# only a code of the country begins with 0; an @; the first two characters of a plate; or what `_plain` would change.

SEEN_OTHERWISE = "&\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufe0e\ufe0f\ufeff\u20e3０-９Ａ-Ｚａ-ｚ\U0001d7ce-\U0001d7ff"
GAPS = " \\-·.‐‑‒–—―−－﹣\u00a0\u2002-\u200a\u202f\u3000•‧・∙⋅･．"
DOUBTFUL = re.compile(
    # All of it begins with one class of characters, which lets the search run over a text at 5 ns a character.
    rf"[1-9@＠{SEEN_OTHERWISE}{PROVINCE}](?:(?<=[1-9])(?:(?<![0-9].)|(?<=0[18]))(?:[{GAPS}]{{0,3}}[0-9]){{10}}"
    rf"|(?<=[@＠{SEEN_OTHERWISE}])|(?<=[{PROVINCE}])[A-Z])"
)
# Only inside the quotation marks of an attribute something is blanked over more than one line.
ATTRIBUTE = re.compile("= ?[\"']")


def find(text: str, path: str) -> Iterator[Diagnostic]:
    """Each finding with its place in the text as it was given; masked forms such as 138****1234 pass."""
    text = _doubtful(text)
    if not text:
        return
    plain, marks = _plain(text)
    line, counted = 1, 0
    for found in _found(_blanked(plain)):
        start = _before(marks, found.start)
        line += text.count("\n", counted, start)
        counted = start
        span = Span(path, line, start - text.rfind("\n", 0, start), _behind(marks, found.end) - start)
        yield problem(found.code, span, masked=f"{found.digits[:3]}****{found.digits[-4:]}")


def _doubtful(text: str) -> str:
    """The text with every line emptied that holds no finding for certain; all rules together cost 60 times as much."""
    found = DOUBTFUL.search(text)
    if found is None or ATTRIBUTE.search(text):
        return text if found else ""
    kept: list[str] = []
    end = 0
    while found:
        start = text.rfind("\n", end, found.start()) + 1 or end
        kept.append("\n" * text.count("\n", end, start))
        end = text.find("\n", found.end())
        end = len(text) if end < 0 else end
        kept.append(text[start:end])
        found = DOUBTFUL.search(text, end)
    return "".join(kept)


def _plain(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text as it is seen, and marks: at which of its places which place of the original begins."""
    if not text.isascii():
        text = text.translate(WIDE)
    pieces: list[str] = []
    marks = [(0, 0)]
    size = end = 0
    for found in UNSEEN.finditer(text):
        seen = _seen(found[0])
        if seen is not None:
            pieces += (text[end : found.start()], seen)
            size += found.start() - end
            end = found.end()
            marks += ((size, found.start()), (size + len(seen), end))
            size += len(seen)
    return ("".join([*pieces, text[end:]]), marks) if pieces else (text, marks)


def _seen(written: str) -> str | None:
    """What a reader sees of a character without width or of a reference; None where the writing may stay."""
    if not written.startswith("&"):
        return ""
    name = written[1:].rstrip(";")
    if not name.startswith("#"):
        return NAMED.get(name, "+")
    number = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
    char = chr(number).translate(WIDE) if number < 0x110000 else ""
    if UNSEEN.fullmatch(char):
        return ""
    return char if char.isalnum() or char in tuple(" -.·@+_") else None


def _before(marks: list[tuple[int, int]], place: int) -> int:
    seen, written = marks[bisect_right(marks, (place, sys.maxsize)) - 1]
    return written + place - seen


def _behind(marks: list[tuple[int, int]], place: int) -> int:
    index = bisect_left(marks, (place, 0))
    seen, written = marks[index] if index < len(marks) and marks[index][0] == place else marks[index - 1]
    return written + place - seen


def _blanked(text: str) -> str:
    """The text with nothing in the place of what is no number of a person; its length stays."""
    for trigger, pattern in BLANKED:
        if trigger in text:
            text = pattern.sub(lambda found: "\0" * len(found[0]), text)
    return text


def _found(text: str) -> list[_Found]:
    """The findings in order; of two numbers in one place the first counts."""
    numbers: list[_Found] = []
    for code, pattern, right in NUMBERS:
        numbers += islice(_right(text, code, pattern, right), MOST_FOUND)
    found: list[_Found] = []
    end = 0
    for number in sorted(numbers):
        if number.start >= end:
            found.append(number)
            end = number.end
    for code, trigger, pattern in OTHERS:
        if trigger in text:
            found += (_Found(one.start(), code, one.end(), "") for one in islice(pattern.finditer(text), MOST_FOUND))
    return sorted(found)


def _right(text: str, code: str, pattern: re.Pattern[str], right: Callable[[str], bool]) -> Iterator[_Found]:
    """The findings of one pattern whose check character is right."""
    for found in pattern.finditer(text):
        digits = found["number"] if found["number"].isalnum() else re.sub(r"[^\dXx]", "", found["number"])
        if right(digits):
            yield _Found(found.start("number"), code, found.end("number"), digits)


# Files that are published as they are.


def looked_through(path: str) -> bool:
    """Whether `copied` has something to say of the bytes of a file with this name."""
    suffix = _suffix(path)
    return suffix in TEXTS or suffix in PHOTOS


def named(path: str) -> Iterator[Diagnostic]:
    """What the name alone of a copied file says: that nobody can look through it, or that a number is in it."""
    for found in find(path.rpartition("/")[2], path):
        if found.code in ("X001", "X002"):
            yield Diagnostic(found.code, Span(path), found.arguments)
    if _suffix(path) in CLOSED:
        yield problem("X006", Span(path))


def copied(path: str, data: bytes) -> Iterator[Diagnostic]:
    """What must not be published in a copied file, whose `path` is shown; a pure function of its arguments."""
    if _suffix(path) in PHOTOS:
        if _located(data):
            yield problem("X007", Span(path))
    elif len(data) > MOST_BYTES:
        yield problem("X006", Span(path))
    else:
        text = _text(data)
        if _suffix(path) in TABLES:
            yield from _titles(text, path)
        yield from find(text, path)


def _suffix(path: str) -> str:
    name = path.rpartition("/")[2]
    return f".{name.rpartition('.')[2].lower()}" if "." in name else ""


def _text(data: bytes) -> str:
    """The text in the encoding that it seems to have; spreadsheets still write GB 18030."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


WHOSE = "本人|申请人|联系人|负责人|经办人|户主|学生|家长|监护人|党员|居民|公民|法人|家庭|联系|户籍|现居?|详细|常"
TITLE = re.compile(
    rf"(?:^|(?<=[,;\t]))[\s\"*]*(?P<title>(?:{WHOSE}){{0,3}}(?:身份证(?:件?号码?)?|手机(?:号码?)?|住址|银行卡(?:号码?)?))"
    r"[\s*]*(?:[(（][^,;\t]*)?\"?\s*(?=[,;\t]|$)"
)


def _titles(text: str, path: str) -> Iterator[Diagnostic]:
    """The titles of columns that hold such data; a table may have its own title above them."""
    for number, line in enumerate(text.split("\n", 3)[:3], 1):
        for found in TITLE.finditer(line[:10_000]):
            start, end = found.span("title")
            yield problem("X008", Span(path, number, start + 1, end - start), title=found["title"])


# Where a photo was taken: the segments of JPEG, in one of them the directory of Exif or the text of XMP.


def _located(data: bytes) -> bool:
    at = 2
    while data.startswith(b"\xff\xd8") and at + 4 <= len(data) and data[at] == 0xFF:
        kind = data[at + 1]
        if kind in (0xD9, 0xDA):
            break
        if kind == 0xFF:
            at += 1
        elif kind == 0x01 or 0xD0 <= kind <= 0xD7:
            at += 2
        else:
            end = at + 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
            if kind == 0xE1 and _has_place(data[at + 4 : end]):
                return True
            at = end
    return False


def _has_place(segment: bytes) -> bool:
    """Whether a segment APP1 has a latitude or a longitude; of a directory that is cut off one must suppose it."""
    if not segment.startswith(b"Exif\0\0"):
        return b"GPSLatitude" in segment
    tiff = segment[6:]
    if tiff[:2] not in (b"II", b"MM"):
        return False
    order: Literal["little", "big"] = "little" if tiff[:2] == b"II" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], order)

    def directory(at: int) -> tuple[int, dict[int, int]]:
        """How many entries there should be, and the value of each that is there, by its tag."""
        count = number(at, 2)
        there = range(at + 2, min(at + 2 + 12 * count, len(tiff) - 11), 12)
        return count, {number(entry, 2): number(entry + 8, 4) for entry in there}

    _, first = directory(number(4, 4))
    goal = first.get(0x8825, 0)
    if not goal:
        return False
    count, places = directory(goal)
    return 2 in places or 4 in places or len(places) < count or goal + 2 > len(tiff)
