"""`whoseagent collect`."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.cli.failure import NEGATIVE, WRONG_USE, Failure
from pipelines.cli.landed import landed_as_json, lines_by_log, print_set_aside
from pipelines.cli.show import count, named, plain, say, write
from pipelines.cli.tables import progress, write_json
from pipelines.landing.cursors import CollectorBusyError, CursorFile
from pipelines.settings import Settings, Tenant
from pipelines.sources.azure import client_secret
from pipelines.sources.collecting import Collected, collect
from pipelines.sources.collectors import collectors_of
from pipelines.sources.slices import CollectError, Collector, Period, Remark

_SHOWN_REMARKS = 50
_HELP = "the README shows how, under Connect a tenant"


def chosen_collectors(settings: Settings, tenant: str | None, source: str | None) -> list[Collector]:
    """The collectors that the settings ask for and the options leave. Raises Failure when there is none."""
    if not settings.tenants:
        message = (
            "no tenant is configured: add [[tenants]] to whoseagent.toml, as the README shows under Connect a tenant"
        )
        raise Failure(message, WRONG_USE)
    tenants = [found for found in settings.tenants if tenant is None or _is_meant(found, tenant)]
    if not tenants:
        names = ", ".join(found.name for found in settings.tenants)
        raise Failure(f"there is no tenant {plain(str(tenant))}; the tenants are {names}", WRONG_USE)
    for found in tenants:
        _warn_of_secret(found)
    collectors = collectors_of(settings.model_copy(update={"tenants": tuple(tenants)}))
    chosen = [collector for collector in collectors if source in (None, collector.name.partition("/")[0])]
    if not chosen:
        what = f"no {source} source" if source else "no source"
        message = (
            f"{what} is configured for {', '.join(found.name for found in tenants)}; see the README, Connect a tenant"
        )
        raise Failure(message, WRONG_USE)
    return chosen


def period_of(first: date | None, last: date | None) -> Period | None:
    """The days asked for, the last one included; without a last one, up to today."""
    if first is None:
        if last is not None:
            raise Failure("--to needs --from; without both, collect goes on from where it was", WRONG_USE)
        return None
    end = last or datetime.now(UTC).date()
    if first > end:
        raise Failure("--from is after --to; give the earlier day first", WRONG_USE)
    return Period(_midnight(first), _midnight(end + timedelta(days=1)))


def show_plan(data_folder: Path, collectors: list[Collector], period: Period | None, *, as_json: bool) -> int:
    """Prints what would be pulled; the exit code."""
    plans = [(collector, *_plan(data_folder, collector, period)) for collector in collectors]
    if as_json:
        write_json({"collectors": [{"name": collector.name, "plan": lines} for collector, lines, _ in plans]})
    else:
        for collector, lines, _ in plans:
            write(plain(collector.name))
            for line in lines or ["nothing"]:
                write(f"  {plain(line)}")
    failures = [failure for *_, failed in plans for failure in failed]
    for failure in failures:
        say(f"FAILED {plain(failure)}")
    return NEGATIVE if failures else 0


def collect_and_report(data_folder: Path, collectors: list[Collector], period: Period | None, *, as_json: bool) -> int:
    """Lands what there is to pull and prints what it brought; the exit code."""
    brought = list(_collect(data_folder, collectors, period))
    if as_json:
        write_json({"collectors": [_as_json(collected) for collected in brought]})
    else:
        for collected in brought:
            _print(collected)
        _print_total(brought)
    _say_remarks([remark for collected in brought for remark in collected.notes], "")
    failures = [remark for collected in brought for remark in collected.failures]
    _say_remarks(failures, "FAILED ")
    return NEGATIVE if failures else 0


def _collect(data_folder: Path, collectors: list[Collector], period: Period | None) -> Iterator[Collected]:
    with progress() as display:
        task = display.add_task("collecting", total=None)

        def on_slice(key: str, collected: Collected) -> None:
            so_far = count(collected.lines.total(), "new line")
            display.update(task, description=f"{plain(collected.name)}: {so_far} {plain(key)}"[:120])

        for collector in collectors:
            try:
                yield collect(data_folder, collector, period, on_slice)
            except CollectorBusyError as error:
                busy = Remark(collector.name, str(error))
                yield Collected(collector.name, collector.tenant_id, failures=[busy])


def _plan(data_folder: Path, collector: Collector, period: Period | None) -> tuple[list[str], list[str]]:
    """What the collector would pull, and why it cannot say."""
    try:
        return collector.plan(CursorFile(data_folder, collector.name).read(), period), []
    except CollectError as error:
        return [], [str(error)]


def _is_meant(tenant: Tenant, given: str) -> bool:
    return given.casefold() in (str(tenant.tenant_id), tenant.name.casefold())


def _warn_of_secret(tenant: Tenant) -> None:
    secret = client_secret(tenant.name) if tenant.client_id else None
    if secret:
        instead = "a workload identity or managed identity has no secret that can leak"
        say(f"warning: {tenant.name} is collected with the client secret of {secret[1]}; {instead}")


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _print(collected: Collected) -> None:
    write(plain(collected.name))
    for log, shape, lines in lines_by_log(collected):
        write(f"  {log} ({shape}): {count(lines, 'new line')}")
    print_set_aside(collected)
    if collected.unknown_fields:
        write(f"  fields never seen before: {named(collected.unknown_fields)}")
    if collected.secrets:
        write(f"  {count(collected.secrets, 'record')} held a secret, removed before landing")
    if collected.known:
        write(f"  already landed: {count(collected.known, 'line')}")
    if not collected.lines and not collected.known:
        write("  nothing, because it failed" if collected.failures else "  nothing new")


def _print_total(brought: list[Collected]) -> None:
    lines = sum((collected.lines for collected in brought), Counter()).total()
    more = "; `whoseagent run` types and publishes them" if lines else ""
    write(f"{count(len(brought), 'collector')}: {count(lines, 'new line')} landed{more}")


def _say_remarks(remarks: list[Remark], mark: str) -> None:
    for remark in remarks[:_SHOWN_REMARKS]:
        say(f"{mark}{plain(remark.message)}")
    if len(remarks) > _SHOWN_REMARKS:
        say(f"{mark}… and {len(remarks) - _SHOWN_REMARKS:,} more; --json has all")


def _as_json(collected: Collected) -> dict[str, Any]:
    return {
        "name": collected.name,
        "tenant_id": collected.tenant_id,
        "slices": collected.slices,
        **landed_as_json(collected),
        "records_with_secrets": collected.secrets,
        "failures": [remark._asdict() for remark in collected.failures],
        "notes": [remark._asdict() for remark in collected.notes],
    }
