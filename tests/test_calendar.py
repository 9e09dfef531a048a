"""Calendars as another program reads them, and the lines of which they are made."""

from __future__ import annotations

import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.exports import ical
from tests.portal import SITE, Portal
from tests.test_portals import PORTALS

BRANCH = """\
title: 第一党支部（示例）
short_name: 第一支部
date: 2026-03-02 09:00
type: 党支部
parent: branches/committee
theme_day: 每月31日
"""
EVENT = """\
title: 学习；讨论，以及“反斜线\\”（示例）
date: 2026-11-01 09:00
kind: 主题党日
start: 2026-12-10 18:30
end: 2026-12-10 20:00
where: 示例小区东门
host: branches/one
agenda: [读一篇短文, 讨论]
"""
COMMITTEE = "title: 党工委（示例）\ndate: 2026-01-01\ntype: 党工委\n"


def files(branch: str = BRANCH, **events: str) -> dict[str, str]:
    """A site with an organisation and its events."""
    return {
        "content/branches/committee.yaml": COMMITTEE,
        "content/branches/one.yaml": branch.replace("31日", "10日"),
        **{f"content/events/{name}.yaml": text for name, text in events.items()},
    }


def read(data: bytes) -> icalendar.Calendar:
    """A calendar, which has to be one to the letter: lines of 75 octets that end as the standard says."""
    assert data.endswith(b"END:VCALENDAR\r\n")
    lines = data.split(b"\r\n")
    assert all(len(line) <= ical.MOST_OCTETS and b"\n" not in line for line in lines)
    for line in lines:
        # Folded between characters.
        line.decode("utf-8")
    calendar = icalendar.Calendar.from_ical(data)
    assert isinstance(calendar, icalendar.Calendar)
    assert not calendar.errors
    assert not any(component.errors for component in calendar.walk())
    assert not calendar.get_missing_tzids()
    return calendar


@pytest.mark.parametrize("name", PORTALS)
def test_every_calendar_of_the_portals_is_one(name: str, tmp_path: Path) -> None:
    portal = Portal(PORTALS[name], out=tmp_path / "out", cache=tmp_path / "cache")
    assert portal.build().report.ok
    found = {path: read(data) for path, data in portal.outputs.items() if path.endswith(".ics")}
    assert "events/calendar.ics" in found
    every = found["events/calendar.ics"]
    uids = [str(event["UID"]) for event in every.walk("VEVENT")]
    assert len(uids) == len(set(uids)) > 10
    for path, calendar in found.items():
        # The same event has the same name in each calendar, so that nobody who subscribes to two gets it twice.
        assert {str(event["UID"]) for event in calendar.walk("VEVENT")} <= set(uids), path
    links = {path.removesuffix("event.ics") for path in found if path.endswith("event.ics")}
    pages = {path.removesuffix("index.html") for path in portal.outputs if path.startswith("events/")}
    assert links < pages


def test_an_event_says_what_one_needs(tmp_path: Path) -> None:
    portal = Portal.of(tmp_path, files(one=EVENT))
    assert portal.build().report.ok
    (event,) = read(portal.outputs["events/one/event.ics"]).walk("VEVENT")
    shanghai = ZoneInfo("Asia/Shanghai")
    assert event["UID"] == "events-one@portal.example.org"
    assert event.start == datetime.datetime(2026, 12, 10, 18, 30, tzinfo=shanghai)
    assert event.end == datetime.datetime(2026, 12, 10, 20, 0, tzinfo=shanghai)
    assert event["SUMMARY"] == "学习；讨论，以及“反斜线\\”（示例）"
    assert event["LOCATION"] == "示例小区东门"
    assert event["DESCRIPTION"].split("\n") == [
        "主办：第一党支部（示例）",
        "议程：读一篇短文；讨论",
        "https://portal.example.org/events/one/",
    ]
    assert event["STATUS"] == "CONFIRMED"
    assert event["DTSTAMP"].dt == datetime.datetime(2026, 11, 1, 1, 0, tzinfo=datetime.UTC)


def test_a_cancelled_event_stays_and_says_so(tmp_path: Path) -> None:
    portal = Portal.of(tmp_path, files(one=EVENT + "state: 取消\nupdated: 2026-11-03 09:00\n"))
    assert portal.build().report.ok
    (event,) = read(portal.outputs["events/one/event.ics"]).walk("VEVENT")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 2880)


def test_a_theme_day_comes_back_until_an_event_takes_its_place(tmp_path: Path) -> None:
    portal = Portal.of(tmp_path, files(one=EVENT))
    assert portal.build().report.ok
    events = {str(event["UID"]): event for event in read(portal.outputs["branches/one/calendar.ics"]).walk("VEVENT")}
    fixed = events["branches-one-theme-day@portal.example.org"]
    assert fixed.start == datetime.date(2026, 3, 10)
    assert fixed["RRULE"] == {"FREQ": ["MONTHLY"], "BYMONTHDAY": [10]}
    assert [one.dt for one in fixed["EXDATE"].dts] == [datetime.date(2026, 12, 10)]
    portal.edit({"content/events/one.yaml": EVENT.replace("kind: 主题党日", "kind: 党员大会")})
    made = portal.build().report.made
    assert "branches/one/calendar.ics" in made
    events = {str(event["UID"]): event for event in read(portal.outputs["branches/one/calendar.ics"]).walk("VEVENT")}
    assert "EXDATE" not in events["branches-one-theme-day@portal.example.org"]


def test_the_last_day_of_the_month(tmp_path: Path) -> None:
    branch = BRANCH.replace("每月31日", "每月最后一天").replace("2026-03-02", "2026-02-28")
    portal = Portal.of(tmp_path, files(branch))
    assert portal.build().report.ok
    (fixed,) = read(portal.outputs["branches/one/calendar.ics"]).walk("VEVENT")
    assert fixed.start == datetime.date(2026, 2, 28)
    assert fixed["RRULE"] == {"FREQ": ["MONTHLY"], "BYMONTHDAY": [-1]}


def test_nobody_gets_an_empty_calendar(tmp_path: Path) -> None:
    portal = Portal.of(tmp_path, files(one=EVENT))
    portal.build()
    assert "branches/one/calendar.ics" in portal.outputs
    assert "calendar.ics" in portal.text("branches/one/index.html")
    assert "branches/committee/calendar.ics" not in portal.outputs
    assert "calendar.ics" not in portal.text("branches/committee/index.html")
    portal.edit({"content/branches/one.yaml": BRANCH.replace("theme_day: 每月31日\n", "")})
    portal.edit({"content/events/one.yaml": None})
    removed = portal.build().report.removed
    assert {"branches/one/calendar.ics", "events/calendar.ics", "events/one/event.ics"} <= set(removed)
    assert "calendar.ics" not in portal.text("branches/one/index.html")


@pytest.mark.parametrize("state", ["筹建", "撤销\nclosed_on: 2026-10-01"])
def test_an_organisation_that_does_not_meet_has_no_theme_day(state: str, tmp_path: Path) -> None:
    portal = Portal.of(tmp_path, files(one=EVENT))
    portal.build()
    assert "theme-day@" in portal.text("events/calendar.ics")
    portal.edit(files(f"{BRANCH}state: {state}\n"))
    portal.edit({"content/events/one.yaml": None})
    report = portal.build().report
    assert report.ok
    assert "branches/one/calendar.ics" in report.removed
    assert "calendar.ics" not in portal.text("branches/one/index.html")


def test_a_day_that_passes_makes_no_calendar_again(tmp_path: Path) -> None:
    portal = Portal.of(tmp_path, files(one=EVENT))
    portal.build(today=datetime.date(2026, 12, 10))
    made = portal.build(today=datetime.date(2026, 12, 11)).report.made
    assert "events/one/index.html" in made
    assert not [path for path in made if path.endswith(".ics")]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Europe/Dublin", "Asia/Kathmandu", "Etc/UTC"])
def test_a_time_zone_is_described_as_it_is(zone: str, tmp_path: Path) -> None:
    """Each hour of two years has the offset that the description gives it, in zones with summer time too."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *ical.time_zone(zone, range(2026, 2028)), "END:VCALENDAR"]
    (component,) = icalendar.Calendar.from_ical(ical.file(lines)).walk("VTIMEZONE")
    parts = sorted(
        (part["DTSTART"].dt - part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td) for part in component.subcomponents
    )
    moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    for hour in range(2 * 365 * 24):
        now = moment + datetime.timedelta(hours=hour)
        told = [to for start, to in parts if start <= now.replace(tzinfo=None)][-1]
        assert told == now.astimezone(ZoneInfo(zone)).utcoffset(), now


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from("\n;,\\")))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{ical.text(text)}", "END:VCALENDAR"]
    assert icalendar.Calendar.from_ical(ical.file(lines))["PRODID"] == text


def test_another_site_zone(tmp_path: Path) -> None:
    portal = Portal.of(tmp_path, {**files(one=EVENT), "site.yaml": f"{SITE}time_zone: America/New_York\n"})
    assert portal.build().report.ok
    (event,) = read(portal.outputs["events/one/event.ics"]).walk("VEVENT")
    assert event.start == datetime.datetime(2026, 12, 10, 18, 30, tzinfo=ZoneInfo("America/New_York"))
