"""What the checks of all collectors have in common: the token, the clock, and that one failure stops no other probe."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from pipelines.own_apps import app_of
from pipelines.probes import Probe, Status

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from pipelines.sources.slices import Collector

CLOCK_SECONDS = 60
"""How far the clock of this machine may be off."""

_QUERY = re.compile(r"\?[^\s\"')>]+")


def check(collector: "Collector") -> list[Probe]:
    """What the collector can reach. Raises nothing, lest one source hide the others."""
    probes: list[Probe] = []
    try:
        for probe in collector.check():
            probes.append(probe)  # noqa: PERF402 - what was found before an error stays
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        probes.append(Probe("check", Status.FAILED, f"could not go on: {first_line(error)}"))
    return probes


def token_probe(credential: "TokenCredential", scope: str) -> Probe:
    """Whether there is a token for the scope, and whose it is."""
    from azure.core.exceptions import AzureError  # noqa: PLC0415 - slow to import

    try:
        token = credential.get_token(scope)
    except AzureError as error:
        message = (
            f"no token for {scope}: {first_line(error)}; sign in with `az login`, run where there is a managed or "
            f"workload identity, and check tenant_id and client_id"
        )
        return Probe("token", Status.FAILED, message)
    app_id = app_of(token.token)
    return Probe("token", Status.OK, f"issued to the app {app_id}" if app_id else "issued")


def skew_of(date_header: str | None, now: datetime) -> timedelta | None:
    """By how much the clock of this machine is ahead of a service; None where its answer does not say the time."""
    try:
        said = parsedate_to_datetime(date_header or "")
    except ValueError:
        return None
    return now - said.replace(tzinfo=said.tzinfo or UTC)


def not_sent(category: str) -> str:
    """What makes the table or container of a category that is not there."""
    return f"a diagnostic setting that sends the category {category} makes it; a Security Administrator may create it"


def clock_probes(skew: timedelta | None) -> Iterator[Probe]:
    """One probe of the clock, none where no answer said the time."""
    if skew is None:
        return
    seconds = round(skew.total_seconds())
    if abs(seconds) <= CLOCK_SECONDS:
        yield Probe("clock", Status.OK, "agrees with the service")
        return
    side = "ahead of" if seconds > 0 else "behind"
    message = f"this machine is {abs(seconds):,} seconds {side} the service; set its clock, for windows are cut by it"
    yield Probe("clock", Status.WARNING, message)


def event_time(text: object) -> datetime | None:
    """The time in an answer; None where it is none."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at.replace(tzinfo=at.tzinfo or UTC)


def first_line(error: Exception) -> str:
    """The beginning of an error's message, without queries of URLs: a signature may be among them."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return _QUERY.sub("", lines[0])[:300]
