"""Finds what must never be published in the text of a file: identity numbers, bank cards, private telephones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.diagnostics import Diagnostic, Span, problem

ALONE = r"(?<![\d.\-*])%s(?![\d*])"
IDENTITY = re.compile(ALONE % r"\d{17}[\dXx]")
MOBILE = re.compile(ALONE % r"1[3-9]\d{9}")
CARD = re.compile(ALONE % r"[3-6]\d{15,18}")
# The weights of GB 11643-1999, and the check characters by the remainder of the weighted sum.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


def find(text: str, path: str) -> Iterator[Diagnostic]:
    """Each number with its place; masked forms such as 138****1234 pass."""
    if not re.search(r"\d{11}", text):
        return
    for number, line in enumerate(text.split("\n"), 1):
        for code, pattern, right in (("X001", IDENTITY, _identity), ("X002", MOBILE, _any), ("X003", CARD, _card)):
            for found in pattern.finditer(line):
                if right(found[0]):
                    masked = f"{found[0][:3]}****{found[0][-4:]}"
                    yield problem(code, Span(path, number, found.start() + 1, len(found[0])), masked=masked)


def _identity(number: str) -> bool:
    """Whether the last character is the check character of GB 11643."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return CHECKS[total % 11] == number[17].upper()


def _card(number: str) -> bool:
    """Whether the digits pass the test of Luhn (ISO/IEC 7812), and are not an identity number."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0 and not (len(number) == 18 and _identity(number))


def _any(number: str) -> bool:
    return bool(number)
