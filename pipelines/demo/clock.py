"""Time as Microsoft writes it: 100-nanosecond ticks since 1970, UTC."""

from datetime import UTC, date, datetime, timedelta

SECOND = 10_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_DOTNET_EPOCH = 621_355_968_000_000_000  # ticks from year 1, where .NET starts to count, to 1970
_EPOCH = date(1970, 1, 1)


def midnight(day: date) -> int:
    """Give the ticks at which `day` starts."""
    return (day - _EPOCH).days * DAY


def day_of(ticks: int) -> date:
    """Give the UTC day a moment falls on."""
    return _EPOCH + timedelta(days=ticks // DAY)


def dotnet_ticks(ticks: int) -> int:
    """Give the same moment counted from year 1, as in `__UDI_RequiredFields_EventTime`."""
    return ticks + _DOTNET_EPOCH


def moment(ticks: int) -> datetime:
    """Give an aware UTC datetime, cut to whole microseconds."""
    return datetime.fromtimestamp(ticks // SECOND, UTC).replace(microsecond=ticks % SECOND // 10)


def iso(ticks: int, zone: str = "Z") -> str:
    """Give ISO 8601 text with seven decimals, as Entra writes it: `2026-03-02T14:08:45.2213421Z`."""
    return f"{moment(ticks):%Y-%m-%dT%H:%M:%S}.{ticks % SECOND:07d}{zone}"


def locale_text(text: str) -> str:
    """Give an ISO text as a portal CSV shows it: `3/2/2026, 2:08:45.221 PM` (milliseconds, cut)."""
    at = datetime.fromisoformat(text[:19])
    half = "PM" if at.hour >= 12 else "AM"
    return f"{at.month}/{at.day}/{at.year}, {at.hour % 12 or 12}:{at:%M:%S}.{text[20:23]} {half}"
