"""Lines of iCalendar (RFC 5545): values, folding, and the description of a time zone."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from zoneinfo import ZoneInfo

MOST_OCTETS = 75
"""Of a line, without its end (section 3.1)."""
KNOWN = range(1970, 2100)
"""Years in which a zone is described."""
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def text(value: str) -> str:
    """A text as a value (section 3.3.11)."""
    return value.translate(ESCAPES)


def file(lines: Iterable[str]) -> bytes:
    """The content lines of a file, folded between characters, with the line ends of the standard."""
    return b"".join(_folded(line.encode("utf-8")) + b"\r\n" for line in lines)


def _folded(line: bytes) -> bytes:
    parts = []
    most = MOST_OCTETS
    while len(line) > most:
        end = most
        while line[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(line[:end])
        line = line[end:]
        # The space before a folded part counts.
        most = MOST_OCTETS - 1
    return b"\r\n ".join((*parts, line))


def day(date: datetime.date) -> str:
    """A day; not by its own format, which gives the year 1 one digit."""
    return date.isoformat()[:10].replace("-", "")


def local(moment: datetime.datetime) -> str:
    """A moment in a time zone that is named beside it."""
    return f"{day(moment)}T{moment:%H%M%S}"


def utc(moment: datetime.datetime, zone: ZoneInfo) -> str:
    """A moment of a zone, in universal time; at the ends of the calendar, where there is none, the same hour."""
    with suppress(OverflowError):
        moment = moment.replace(tzinfo=zone).astimezone(datetime.UTC)
    return f"{local(moment)}Z"


# A cache of a pure function: to go through three years day by day takes 2 ms, and each organisation has a calendar.
@lru_cache(maxsize=64)
def time_zone(name: str, years: range) -> tuple[str, ...]:
    """The component that describes a zone in some years (section 3.6.5): one part for each change of its offset.

    Nobody knows the summer time of a later century, and none of an earlier one is announced.
    """
    return tuple(_time_zone(name, years))


def _time_zone(name: str, years: range) -> Iterator[str]:
    zone = ZoneInfo(name)
    first = min(max(years.start, KNOWN.start), KNOWN.stop)
    last = min(max(years.stop, first + 1), KNOWN.stop + 1)
    # The first day of a year begins on the one before, in half of the world.
    moment = datetime.datetime(first, 1, 1, tzinfo=datetime.UTC) - datetime.timedelta(days=1)
    end = datetime.datetime(last, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(days=1)
    before = _offset(moment, zone)
    yield from ("BEGIN:VTIMEZONE", f"TZID:{name}")
    yield from _observance(zone, moment, before)
    while moment < end:
        following = moment + datetime.timedelta(days=1)
        if (after := _offset(following, zone)) != before:
            yield from _observance(zone, _change(moment, following, zone), before)
            before = after
        moment = following
    yield "END:VTIMEZONE"


def _change(low: datetime.datetime, high: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """The moment between two at which the offset changes, to the second."""
    before = _offset(low, zone)
    while high - low > datetime.timedelta(seconds=1):
        middle = low + datetime.timedelta(seconds=(high - low) // datetime.timedelta(seconds=2))
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return high


def _offset(moment: datetime.datetime, zone: ZoneInfo) -> datetime.timedelta:
    return moment.astimezone(zone).utcoffset() or datetime.timedelta()


def _observance(zone: ZoneInfo, start: datetime.datetime, before: datetime.timedelta) -> Iterator[str]:
    """What holds from a moment on; its beginning is said in the time that held before."""
    there = start.astimezone(zone)
    kind = "DAYLIGHT" if there.dst() else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{local((start + before).replace(tzinfo=None))}"
    yield f"TZOFFSETFROM:{_signed(before)}"
    yield f"TZOFFSETTO:{_signed(_offset(start, zone))}"
    yield f"TZNAME:{text(there.tzname() or '')}"
    yield f"END:{kind}"


def _signed(offset: datetime.timedelta) -> str:
    seconds = int(offset.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    minutes, odd = divmod(rest, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02}{minutes:02}{f'{odd:02}' if odd else ''}"
