"""How right the findings are: those of the exercise tenant beside what is planted there, and how many there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import orjson

from pipelines.demo.exercise.write import TRUTH_FILE

Row = Mapping[str, str | None]
_FINDINGS = "select columns(*)::varchar from findings where tenant_id = $tenant_id order by finding_id"
_RUNS = "select rule_id, state, reason from rule_evaluations where tenant_id = $tenant_id and day = $day::date"
_BUDGET = """
with people as (
    select tenant_id, count(distinct user_id) as users
    from sign_ins where user_id <> '' group by tenant_id
),
evaluated as (
    select tenant_id, count(distinct day) as days
    from rule_evaluations where state = 'evaluated' group by tenant_id
)
select
    people.tenant_id, people.users, coalesce(evaluated.days, 0) as days, findings.severity,
    count(findings.finding_id)::bigint as findings
from people
left join evaluated on people.tenant_id = evaluated.tenant_id
left join findings on people.tenant_id = findings.tenant_id
group by people.tenant_id, people.users, evaluated.days, findings.severity
order by people.tenant_id, findings.severity
"""


@dataclass(frozen=True)
class RuleScore:
    """What one rule says about the exercise tenant; look-alikes and plants by name, findings by what they say."""

    rule_id: str
    planted: int
    missed: tuple[str, ...]
    false: tuple[str, ...]  # findings that nothing planted matches
    look_alikes: int
    disturbed: tuple[str, ...]  # look-alikes that a finding matches
    not_evaluated: str | None = None  # why the rule could not be evaluated on the day of the incidents

    @property
    def found(self) -> int:
        """Give how many plants a finding matches."""
        return self.planted - len(self.missed)

    def failures(self) -> list[str]:
        """Give what must not be, a line each; a rule that could not be evaluated misses nothing."""
        missed = () if self.not_evaluated else self.missed
        return [
            f"rule {self.rule_id}: {what} {name}"
            for what, names in (("missed:", missed), ("false:", self.false), ("disturbed:", self.disturbed))
            for name in names
        ]


class Load(NamedTuple):
    """How many findings of one severity a tenant has; no severity, and none, where there are none."""

    tenant_id: str
    users: int
    days: int
    severity: str | None
    findings: int


def score(warehouse: Path, truth: Path) -> list[RuleScore]:
    """Compare the published findings of the exercise tenant with what `truth` says is planted, rule by rule.

    Raises duckdb.Error and OSError where one of them is not there, KeyError for a column that findings do not have.
    """
    told = orjson.loads((truth / TRUTH_FILE).read_bytes())
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = _by_rule(_rows(connection, _FINDINGS, {"tenant_id": told["tenant_id"]}))
        asked = {name: told[name] for name in ("tenant_id", "day")}
        runs = {run["rule_id"]: run for run in _rows(connection, _RUNS, asked)}
    plants, look_alikes = _by_rule(told["plants"]), _by_rule(told["look_alikes"])
    rule_ids = sorted({*rows, *runs, *plants, *look_alikes})
    return [
        _score(rule_id, rows[rule_id], plants[rule_id], look_alikes[rule_id], _reason(runs.get(rule_id)))
        for rule_id in rule_ids
    ]


def load(warehouse: Path) -> list[Load]:
    """Give how many findings each tenant has of each severity, with the users and days to measure them by."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return [Load(*row) for row in connection.execute(_BUDGET).fetchall()]


def _score(
    rule_id: str, rows: list[Row], plants: list[Any], look_alikes: list[Any], reason: str | None
) -> RuleScore:  # fmt: skip
    expected = [plant["expect"] for plant in plants]
    return RuleScore(
        rule_id=rule_id,
        planted=len(plants),
        missed=tuple(plant["name"] for plant in plants if not _matching(rows, plant["expect"])),
        false=tuple(_said(row) for row in rows if not any(_matches(row, values) for values in expected)),
        look_alikes=len(look_alikes),
        disturbed=tuple(alike["name"] for alike in look_alikes if _matching(rows, alike["avoid"])),
        not_evaluated=reason,
    )


def _reason(run: Row | None) -> str | None:
    """Give why a rule was not evaluated; a rule that did not run at all misses what is planted for it."""
    return run["reason"] or "no reason given" if run and run["state"] == "not_evaluated" else None


def _matching(rows: Iterable[Row], values: Row) -> bool:
    return any(_matches(row, values) for row in rows)


def _matches(row: Row, values: Row) -> bool:
    return all(row[name] == value for name, value in values.items())


def _said(row: Row) -> str:
    return f"{row['day']} {row['summary'] or row['title']}"


def _by_rule(items: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for item in items:
        found[item["rule_id"]].append(item)
    return found


def _rows(connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, Any]) -> Sequence[dict[str, Any]]:
    result = connection.execute(query, values)
    names = [name for name, *_ in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
