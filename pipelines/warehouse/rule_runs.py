"""Whether a rule can be evaluated for a tenant and day: silence of a rule that lacks its log is no pass."""

from collections.abc import Iterable, Mapping

import duckdb

from pipelines.warehouse.finding_files import RELATIONS, RUNS
from pipelines.warehouse.models import Model
from pipelines.warehouse.rules import ANY_LOG, INVENTORY

_REMEMBERED_DAYS = 30
"""Days for which a tenant counts after its last record: rules about silence are about those that say nothing."""

_GRAPH_ACTIVITY = "MicrosoftGraphActivityLogs"

_HISTORY = f"""
    select tenant_id, known.day::varchar as day, least($most, known.day - min(cast(hour as date)))::integer as days
    from log_hours, (select unnest($days)::date as day) as known
    where log = '{_GRAPH_ACTIVITY}' and cast(hour as date) <= known.day
    group by tenant_id, known.day
    order by tenant_id, known.day
"""
_REQUIREMENTS = """
    with tenants as (
        select distinct tenant_id
        from log_hours
        where hour < $day::date + interval 1 day and hour >= $day::date - interval 1 day * $remembered
    ),
    history as (
        select tenant_id, $day::date - min(cast(hour as date)) as days
        from log_hours
        where log = $graph_activity and cast(hour as date) <= $day::date
        group by tenant_id
    ),
    there as (
        select tenant_id, unnest([log, $any_log]) as needed from log_hours where cast(hour as date) = $day::date
        union
        select tenant_id, $inventory
        from directory_versions where $day::date >= explains_from and $day::date < explains_to
        union
        select tenant_id, $inventory || '.' || object_type
        from directory_versions where $day::date >= explains_from and $day::date < explains_to
    ),
    rules as (
        select unnest($rule_ids) as rule_id, unnest($needed) as needed, unnest($baselines) as baseline
    ),
    wanted as (
        select tenants.tenant_id, rules.rule_id, unnest(rules.needed) as needed from tenants cross join rules
    ),
    missing as (
        select wanted.tenant_id, wanted.rule_id, string_agg(wanted.needed, ', ' order by wanted.needed) as logs
        from wanted
        anti join there on wanted.tenant_id = there.tenant_id and wanted.needed = there.needed
        group by wanted.tenant_id, wanted.rule_id
    )
    insert into rule_runs
    select
        tenants.tenant_id,
        rules.rule_id,
        case
            when missing.logs is null and coalesce(history.days, 0) >= rules.baseline then 'evaluated'
            else 'not_evaluated'
        end,
        case
            when missing.logs is not null then 'there is no record of the day of: ' || missing.logs
            when coalesce(history.days, 0) < rules.baseline
                then 'cold start: it compares with ' || rules.baseline || ' days of history, and there are '
                    || coalesce(history.days, 0)
        end,
        0
    from tenants
    cross join rules
    left join missing on tenants.tenant_id = missing.tenant_id and rules.rule_id = missing.rule_id
    left join history on tenants.tenant_id = history.tenant_id
"""


def history_by_day(connection: duckdb.DuckDBPyConnection, days: Iterable[str], most: int) -> Mapping[str, str]:
    """Day → how many days of Graph activity each tenant has before it, as far as any baseline asks (`most`)."""
    days = list(days)
    found = dict.fromkeys(days, "")
    for tenant_id, day, count in connection.execute(_HISTORY, {"days": days, "most": most}).fetchall():
        found[day] += f"{tenant_id} {count},"
    return found


def note_runs(connection: duckdb.DuckDBPyConnection, rules: Iterable[Model], day: str) -> None:
    """Makes `rule_runs`: a row for each rule and tenant, evaluated or not, without a number of findings yet."""
    columns = ", ".join(f"{name} {type_}" for name, type_ in RELATIONS[RUNS].items())
    connection.execute(f"create or replace table {RUNS} ({columns})")
    asked = [(model.name, model.header.rule) for model in rules if model.header.rule]
    connection.execute(
        _REQUIREMENTS,
        {
            "day": day,
            "rule_ids": [name for name, _ in asked],
            "needed": [list(rule.required_logs) for _, rule in asked],
            "baselines": [rule.baseline_days for _, rule in asked],
            "remembered": _REMEMBERED_DAYS,
            "any_log": ANY_LOG,
            "inventory": INVENTORY,
            "graph_activity": _GRAPH_ACTIVITY,
        },
    )
