"""What happens to sign-in rows between Entra and the export: most arrive, some late, some never."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random

from pipelines.demo.clock import DAY, HOUR
from pipelines.demo.events import SERVICE_PRINCIPAL, Activity, Event, SignIn

_NEVER_SHARE, _LATE_SHARE = 0.004, 0.01
_TAIL = 2 * HOUR
_HIDDEN = {"first_party": "first_party", "partner_admin": "cross_tenant"}
SWITCHED_OFF = (9 * HOUR, 15 * HOUR)  # when the setting for service principals was off, on the middle day


@dataclass(frozen=True)
class Coverage:
    """The bounds of an export in ticks, and when the service principals' log was off in between."""

    start: int
    end: int
    off_from: int
    off_to: int


@dataclass(frozen=True)
class Delivery:
    """The fate of rows that do not arrive on time."""

    lost: Mapping[str, str]  # sign-in id → reason, as `unresolved_reason` has them
    late: Mapping[str, int]  # event id → ticks of delay


def middle_day_off(start: int, days: int) -> Coverage:
    """Give the coverage of an export of `days` days with the service principals' log off on the middle one."""
    day = start + days // 2 * DAY
    return Coverage(start, start + days * DAY, day + SWITCHED_OFF[0], day + SWITCHED_OFF[1])


def never_on(start: int, days: int) -> Coverage:
    """Give the coverage of an export in which the service principals' log is missing from start to end."""
    end = start + days * DAY
    return Coverage(start, end, start, end)


def deliver(activity: Activity, coverage: Coverage, rng: Random) -> Delivery:
    """Give what is lost and what is late."""
    lost = {event.id: reason for event in activity.sign_ins if (reason := _lost(event, coverage, rng))}
    events: Iterable[Event] = (*activity.sign_ins, *activity.requests, *activity.audits)
    late = {event.id: _delay(rng) for event in events if event.id not in lost and rng.random() < _LATE_SHARE}
    times = {event.id: event.at for event in events}
    arriving = {name: delay for name, delay in late.items() if times[name] + delay < coverage.end}
    return Delivery(lost, arriving)


def _delay(rng: Random) -> int:
    return rng.randrange(24 * HOUR, 40 * HOUR)


def _lost(event: SignIn, coverage: Coverage, rng: Random) -> str:
    """Give why the row never arrives; empty where it does.

    Guests' rows and those of incidents are lost only where a story says so: each reason is then the only one.
    """
    if not event.is_recorded:
        return _HIDDEN.get(event.story, "unknown")
    if event.at < coverage.start:
        return "before_coverage"
    if event.log == SERVICE_PRINCIPAL and coverage.off_from <= event.at < coverage.off_to:
        return "category_missing"
    if event.story.startswith("incident") or (event.user is not None and event.user.user_type == "guest"):
        return "late_arrival" if event.story == "incident_late" else ""
    return _lost_by_chance(event, coverage, rng)


def _lost_by_chance(event: SignIn, coverage: Coverage, rng: Random) -> str:
    if event.at >= coverage.end - _TAIL:
        return "late_arrival" if rng.random() < (event.at - coverage.end + _TAIL) / _TAIL else ""
    is_settled = coverage.start + HOUR <= event.at < coverage.end - DAY - _TAIL
    return "unknown" if is_settled and rng.random() < _NEVER_SHARE else ""
