"""The findings of the published tables, as far as their cases are concerned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.cases.events import Finding
from pipelines.warehouse.publish import warehouse_path

LONGEST_SUMMARY = 4_000

_COLUMNS = ", ".join(f"found.{name}" for name in Finding.model_fields if name not in ("title", "summary"))
_FINDINGS = f"""
    select {_COLUMNS}, rules.title, left(found.summary, {LONGEST_SUMMARY}) as summary
    from day_findings as found
    inner join rules on found.rule_id = rules.rule_id
    order by found.day, found.finding_id
"""  # noqa: S608 - the names are those of the model's own fields


@dataclass(frozen=True)
class Published:
    """What the rules found, and where they looked."""

    findings: Mapping[str, Finding]
    """By finding id, the oldest day first."""
    evaluated: frozenset[tuple[str, date, str]]
    """Tenant, day and rule, where the rule was evaluated."""
    rules: Mapping[str, int]
    """The rules of this installation, and for how many days in a row what lasts has to be missing before it is gone;
    0 for a rule about what happened on a day."""

    def was_looked_for(self, finding: Finding) -> bool:
        """Whether the finding would be there if it were still found: not of a day that is not built, and the like."""
        if finding.rule_id in self.rules:
            return (finding.tenant_id, finding.day, finding.rule_id) in self.evaluated
        return any((finding.tenant_id, finding.day, rule) in self.evaluated for rule in self.rules)


def read_published(data_folder: Path) -> Published:
    """What stands in the published file; nothing where no rule is in it. Raises duckdb.Error where there is none."""
    with duckdb.connect(str(warehouse_path(data_folder)), read_only=True) as connection:
        tables = connection.execute("select table_name from information_schema.tables").fetchall()
        if ("day_findings",) not in tables:
            return Published({}, frozenset(), {})
        result = connection.execute(_FINDINGS)
        columns = [name for name, *_ in result.description or ()]
        found = [Finding(**dict(zip(columns, row, strict=True))) for row in result.fetchall()]
        evaluated = connection.execute(
            "select tenant_id, day, rule_id from rule_evaluations where state = 'evaluated'"
        ).fetchall()
        rules = connection.execute("select rule_id, standing_days from rules").fetchall()
    return Published(
        {finding.finding_id: finding for finding in found},
        frozenset(evaluated),
        dict(rules),
    )
