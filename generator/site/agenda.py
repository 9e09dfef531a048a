"""What a calendar holds: events of the site, of one kind or one organisation, and the theme days that come back."""

from __future__ import annotations

import calendar as dates
from collections.abc import Iterator, Mapping, Sequence

from generator.engine.trace import Reader
from generator.model.branches import Branch
from generator.model.collections import COLLECTIONS
from generator.model.events import Event
from generator.model.head import Outline
from generator.model.places import Place
from generator.site import addresses
from generator.site.listing import members
from generator.site.values import Appointment, Day, Month, Recurrence

THEME_DAY = "主题党日"
"""The kind of the events that stand for a theme day in their month."""


def calendar_of(kind: str = "", branch: str = "") -> str:
    """The URL of the calendar of a kind of events, of an organisation (by its id), or of all."""
    if branch:
        return f"{addresses.of_entry(branch)}calendar.ics"
    return f"{addresses.of_list('events', 'kind' if kind else '', kind)}calendar.ics"


def calendar(read: Reader, id_: str) -> str:
    """The URL of the calendar of an organisation; empty where nothing would be in it."""
    return calendar_of(branch=id_) if read("agenda-of", id_) or read("theme-days-of", id_) else ""


def agenda(read: Reader, which: str) -> tuple[Appointment, ...]:
    """The events of a calendar, by id: of all (an empty text), of a kind, of an organisation, or one by its own id."""
    return tuple(read("appointment", id_) for id_ in read("agenda-of", which))


def agenda_of(read: Reader, which: str) -> tuple[str, ...]:
    """The ids of these events."""
    listed = read("listed", "events")
    if which in listed.outlines:
        return (which,)
    collection, slash, _ = which.partition("/")
    if slash and collection in COLLECTIONS:
        return tuple(sorted(id_ for id_ in read("named-by", which) if id_ in listed.outlines))
    return tuple(sorted(members(listed, "kind" if which else "", which)))


def appointment(read: Reader, id_: str) -> Appointment:
    """One event as a calendar has it."""
    event: Event = read("entry", id_)
    place: Place | None = read("entry", event.place) if event.place else None
    where = [place.title, place.address] if place else []
    return Appointment(
        id=id_,
        url=addresses.of_entry(id_),
        title=event.title,
        kind=event.kind,
        start=event.start,
        end=event.end,
        where="，".join(filter(None, (*where, event.where))),
        text="\n".join(_lines(read, event)),
        cancelled=event.state == "取消",
        published=event.date,
        updated=event.updated,
    )


def _lines(read: Reader, event: Event) -> Iterator[str]:
    if event.state != "正常":
        yield {"取消": "已取消，请不要前往。", "改期": "时间改过，以这里为准。"}[event.state]
    if event.summary:
        yield event.summary
    if host := read("title", event.host):
        yield f"主办：{host}"
    if event.agenda:
        yield f"议程：{'；'.join(event.agenda)}"
    if event.bring:
        yield f"请带上：{'、'.join(event.bring)}"


def theme_days(read: Reader, which: str) -> tuple[Recurrence, ...]:
    """The theme days of a calendar: all in that of the site and of their kind, else the one of an organisation."""
    return tuple(read("theme-day", id_) for id_ in read("theme-days-of", which))


def theme_days_of(read: Reader, which: str) -> tuple[str, ...]:
    """The ids of the organisations that have one."""
    outlines = read("listed", "branches").outlines
    ids: Sequence[str] = (which,) if which in outlines else sorted(outlines) if which in ("", THEME_DAY) else ()
    return tuple(id_ for id_ in ids if has_theme_day(outlines[id_]))


def has_theme_day(outline: Outline) -> bool:
    """Whether an organisation meets on a fixed day; one that is being founded or was dissolved does not."""
    return "theme_day" in outline.marks and outline.state == "正常"


def theme_day(read: Reader, id_: str) -> Recurrence:
    """The theme day of an organisation, without the months for which an event is announced."""
    branch: Branch = read("entry", id_)
    assert branch.theme_day is not None
    announced = {
        f"{event.start:%Y-%m}"
        for event in (read("entry", one) for one in read("named-by", id_) if one.startswith("events/"))
        if event is not None and event.kind == THEME_DAY and event.host == id_
    }
    return Recurrence(
        id=id_,
        url=addresses.of_entry(id_),
        title=branch.short_name or branch.title,
        day=branch.theme_day.day,
        since=branch.date.date(),
        without=tuple(sorted(announced)),
        where=read("title", branch.places[0]) if branch.places else "",
        published=branch.date,
        updated=branch.updated,
    )


def month(read: Reader, name: str) -> Month:
    """The events that begin in a month, `YYYY-MM`, and the theme days in it for which none is announced."""
    year, number = map(int, name.split("-"))
    days = dates.monthrange(year, number)[1]
    events: dict[int, list[Appointment]] = {}
    for one in (read("appointment", id_) for id_ in members(read("listed", "events"), "month", name)):
        events.setdefault(one.start.day, []).append(one)
    fixed: dict[int, list[Recurrence]] = {}
    for theme in read("theme-days", ""):
        if (year, number) >= (theme.since.year, theme.since.month) and name not in theme.without:
            fixed.setdefault(theme.day if theme.day > 0 else days, []).append(theme)
    weeks = dates.Calendar().monthdayscalendar(year, number)
    return Month(
        name,
        tuple(tuple(Day(day, _in_order(events, day), tuple(fixed.get(day, ()))) for day in week) for week in weeks),
    )


def _in_order(events: Mapping[int, Sequence[Appointment]], day: int) -> tuple[Appointment, ...]:
    return tuple(sorted(events.get(day, ()), key=lambda one: (one.start, one.id)))
