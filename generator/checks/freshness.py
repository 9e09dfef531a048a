"""Is what the site says still true today? The intervals are those of the national check of government websites."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from generator.diagnostics import Diagnostic, problem
from generator.model.branches import Branch
from generator.model.decoding import Record
from generator.site.catalog import Catalog

CHECKED_DAYS = 180
TERM_DAYS = 183
COLUMN_DAYS: Mapping[str, int] = {"工作动态": 14, "通知公告": 180, "政策文件": 180}


def check(catalog: Catalog) -> list[Diagnostic]:
    """Entries not checked for half a year, columns without news, matters that are late."""
    return [*_unchecked(catalog), *_silent(catalog), *_late(catalog), *_terms(catalog)]


def _records(catalog: Catalog, *names: str) -> Iterator[Record]:
    """The published entries of some collections, or of all."""
    for name, column in catalog.columns.items():
        if not names or name in names:
            yield from map(catalog.library.record, column.ids)


def _unchecked(catalog: Catalog) -> Iterator[Diagnostic]:
    for record in _records(catalog):
        checked: datetime.date | None = getattr(record.entry, "checked_on", None)
        if checked is not None and (catalog.today - checked).days > CHECKED_DAYS:
            days = (catalog.today - checked).days
            yield problem("K003", record.place("checked_on"), title=record.entry.title, days=days)


def _silent(catalog: Catalog) -> Iterator[Diagnostic]:
    for column, most in COLUMN_DAYS.items():
        ids = catalog.columns["news"].divided["column"].get(column, ())
        records = [catalog.library.record(id_) for id_ in ids]
        newest: Record | None = max(records, key=lambda record: record.entry.date, default=None)
        if newest is not None and (days := (catalog.today - newest.entry.date.date()).days) > most:
            yield problem("K004", newest.place("date"), column=column, days=days, most=most)


def _terms(catalog: Catalog) -> Iterator[Diagnostic]:
    """Organisations whose term ends within half a year."""
    for record in _records(catalog, "branches"):
        entry = record.entry
        if isinstance(entry, Branch) and entry.elected_on and entry.term_years and entry.state == "正常":
            last = entry.elected_on.replace(
                year=entry.elected_on.year + entry.term_years, day=min(entry.elected_on.day, 28)
            )
            if (last - catalog.today).days < TERM_DAYS:
                yield problem("K006", record.place("elected_on"), title=entry.title, last=last)


def _late(catalog: Catalog) -> Iterator[Diagnostic]:
    for record in _records(catalog, "matters"):
        stages = getattr(record.entry, "stages", None)
        done = stages.done if stages else None
        if done and not done.finished and done.due < catalog.today:
            late = (catalog.today - done.due).days
            yield problem("K005", record.place("stages.done.due"), title=record.entry.title, days=late)
