"""Calendars to subscribe to (iCalendar, RFC 5545 and 7986): of the portal, of a kind of events, of an organisation."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from generator.engine.trace import Reader, Target
from generator.exports import ical
from generator.exports.ical import text
from generator.site import addresses
from generator.site.addresses import Base
from generator.site.agenda import THEME_DAY
from generator.site.values import Appointment, Recurrence

NEWLINE = "\n"
HOUR_UNKNOWN = "每月固定的主题党日。几点开始，看当月通知或者打电话问。"


def make(read: Reader, target: Target) -> bytes:
    """The calendar that the target's argument names: a kind, the id of an organisation or of one event, or nothing."""
    which = str(target.arguments[0])
    zone: str = read("setting", "time_zone")
    appointments: Sequence[Appointment] = read("agenda", which)
    theme_days: Sequence[Recurrence] = read("theme-days", which)
    label = (read("title", which) if "/" in which else which) or read("column", "events").label
    site: str = read("setting", "short_name") or read("setting", "name")
    domain: str = read("setting", "domain")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Branch Portal//Branch Portal//ZH",
        "METHOD:PUBLISH",
        f"NAME:{text(f'{label} · {site}')}",
        f"X-WR-CALNAME:{text(f'{label} · {site}')}",
        f"X-WR-TIMEZONE:{zone}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "X-PUBLISHED-TTL:P1D",
    ]
    if appointments:
        years = [moment.year for one in appointments for moment in (one.start, one.end or one.start)]
        lines += ical.time_zone(zone, range(min(years), max(years) + 1))
    known = (read("base"), zone, domain)
    for appointment in appointments:
        lines += _event(appointment, *known)
    for theme_day in theme_days:
        lines += _recurring(theme_day, *known)
    return ical.file([*lines, "END:VCALENDAR"])


def _event(one: Appointment, base: Base, zone: str, domain: str) -> Iterator[str]:
    address = addresses.absolute(base, one.url)
    yield from _head(f"{one.id.replace('/', '-')}@{domain}", one.published, one.updated, zone)
    yield f"DTSTART;TZID={zone}:{ical.local(one.start)}"
    if one.end:
        yield f"DTEND;TZID={zone}:{ical.local(one.end)}"
    yield f"SUMMARY:{text(one.title)}"
    yield f"CATEGORIES:{text(one.kind)}"
    if one.where:
        yield f"LOCATION:{text(one.where)}"
    yield f"DESCRIPTION:{text(NEWLINE.join(filter(None, (one.text, address))))}"
    yield f"URL:{address}"
    yield f"STATUS:{'CANCELLED' if one.cancelled else 'CONFIRMED'}"
    yield "END:VEVENT"


def _recurring(one: Recurrence, base: Base, zone: str, domain: str) -> Iterator[str]:
    """A day without an hour: the hour is that of the event which announces it, and takes its place."""
    address = addresses.absolute(base, one.url)
    yield from _head(f"{one.id.replace('/', '-')}-theme-day@{domain}", one.published, one.updated, zone)
    yield f"DTSTART;VALUE=DATE:{ical.day(_first(one))}"
    yield f"RRULE:FREQ=MONTHLY;BYMONTHDAY={one.day}"
    for month in one.without:
        year, number = map(int, month.split("-"))
        day = _day(year, number, one.day)
        if day >= _first(one):
            yield f"EXDATE;VALUE=DATE:{ical.day(day)}"
    yield f"SUMMARY:{text(f'{THEME_DAY}：{one.title}')}"
    yield f"CATEGORIES:{THEME_DAY}"
    if one.where:
        yield f"LOCATION:{text(one.where)}"
    yield f"DESCRIPTION:{text(NEWLINE.join((HOUR_UNKNOWN, address)))}"
    yield f"URL:{address}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _head(uid: str, published: datetime.datetime, updated: datetime.datetime | None, zone: str) -> Iterator[str]:
    """What every event begins with: the days on which it was written stand for the clock, which no build may read."""
    place = ZoneInfo(zone)
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}"
    yield f"DTSTAMP:{ical.utc(updated or published, place)}"
    yield f"CREATED:{ical.utc(published, place)}"
    yield f"LAST-MODIFIED:{ical.utc(updated or published, place)}"
    if updated:
        # Grows with each change, which is all that the standard asks of it.
        yield f"SEQUENCE:{int((updated - published).total_seconds()) // 60}"


def _first(one: Recurrence) -> datetime.date:
    """The first such day from the publication on."""
    since = one.since
    day = _day(since.year, since.month, one.day)
    if day >= since or since.year == datetime.MAXYEAR:
        return day
    return _day(since.year + since.month // 12, since.month % 12 + 1, one.day)


def _day(year: int, month: int, day: int) -> datetime.date:
    return datetime.date(year, month, day if day > 0 else calendar.monthrange(year, month)[1])
