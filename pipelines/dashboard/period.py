"""What a link asks for: tenant, days and time zone. What makes no sense in it is left out, and said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from zoneinfo import available_timezones

from pipelines.dashboard.text import plain

UTC = "UTC"
DEFAULT_DAYS = 30
KEYS = ("tenant", "from", "to", "tz")
"""Keys of the link that mean the same on every page."""

_LONGEST_SHOWN = 40


@dataclass(frozen=True)
class Published:
    """What there is to choose from."""

    tenants: tuple[str, ...]
    first_day: date
    last_day: date

    @property
    def default(self) -> "Filters":
        """All tenants, and the last days that are published."""
        first_day = max(self.first_day, self.last_day - timedelta(days=DEFAULT_DAYS - 1))
        return Filters(None, first_day, self.last_day)


@dataclass(frozen=True)
class Filters:
    """What a page is about; the tenant is None for all, both days are included."""

    tenant_id: str | None
    first_day: date
    last_day: date
    time_zone: str = UTC

    def link(self, default: "Filters") -> dict[str, str]:
        """What of it has to stand in the link."""
        values = {
            "tenant": None if self.tenant_id == default.tenant_id else self.tenant_id,
            "from": None if self.first_day == default.first_day else self.first_day.isoformat(),
            "to": None if self.last_day == default.last_day else self.last_day.isoformat(),
            "tz": None if self.time_zone == default.time_zone else self.time_zone,
        }
        return {key: value for key, value in values.items() if value is not None}


@cache
def time_zones() -> tuple[str, ...]:
    """The names of time zones, UTC first."""
    return (UTC, *sorted(available_timezones() - {UTC}))


def read_link(link: Mapping[str, str], published: Published) -> tuple[Filters, tuple[str, ...]]:
    """The filters that a link asks for, and a sentence for each part of it that is ignored."""
    found = published.default
    notes: list[str] = []
    if (tenant := link.get("tenant")) is not None:
        if tenant.lower() in published.tenants:
            found = replace(found, tenant_id=tenant.lower())
        else:
            notes.append(_ignored("tenant", tenant, "is no tenant with published data"))
    found = _with_days(found, link, published, notes)
    if (zone := link.get("tz")) is not None:
        if zone in time_zones():
            found = replace(found, time_zone=zone)
        else:
            notes.append(_ignored("tz", zone, "is no time zone such as Europe/Berlin"))
    return found, tuple(notes)


def _with_days(found: Filters, link: Mapping[str, str], published: Published, notes: list[str]) -> Filters:
    first_day = _day("from", link, notes) or found.first_day
    last_day = _day("to", link, notes) or max(found.last_day, first_day)
    if "from" not in link and first_day > last_day:
        first_day = max(published.first_day, last_day - timedelta(days=DEFAULT_DAYS - 1))
    if first_day > last_day:
        notes.append("The days of the link are ignored: the first comes after the last.")
        return found
    return replace(found, first_day=first_day, last_day=last_day)


def _day(key: str, link: Mapping[str, str], notes: list[str]) -> date | None:
    if (text := link.get(key)) is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not 1970 <= day.year < 9000:
        notes.append(_ignored(key, text, "is no day such as 2026-03-02"))
        return None
    return day


def _ignored(key: str, value: str, why: str) -> str:
    return f"{key}={plain(value, _LONGEST_SHOWN)} in the link is ignored: it {why}."
