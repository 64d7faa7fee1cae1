"""Finding rules: what the header of a rule says besides its query, and the columns that every rule gives."""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Severity = Literal["critical", "high", "medium", "low", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")

INVENTORY = "inventory"
"""Stands in `required_logs` for the directory inventory; `inventory.grant` for its objects of one type."""

ANY_LOG = "any log"
"""Stands in `required_logs` of a rule about the logs themselves: the silence of one does not keep it from running."""

COLUMNS: Mapping[str, str] = {
    "tenant_id": "VARCHAR",
    "subject": "VARCHAR",
    "severity": "VARCHAR",
    "first_seen": "TIMESTAMP",
    "last_seen": "TIMESTAMP",
    "request_count": "BIGINT",
    "app_id": "VARCHAR",
    "agent_name": "VARCHAR",
    "user_id": "VARCHAR",
    "user_upn": "VARCHAR",
    "target_user_id": "VARCHAR",
    "target_user_upn": "VARCHAR",
    "summary": "VARCHAR",
    "evidence": "STRUCT(log VARCHAR, record_id VARCHAR, landed_file VARCHAR)[]",
}
"""Column → DuckDB type of what a rule's query gives, in this order: one row a finding of the day.

`subject` says what the finding is about, within rule, tenant and, unless the rule is standing, day. It is made of ids
and fixed words only, as the finding's own id follows from it, and has to stay the same when names and counts change.
"""

SHOWN_EVIDENCE = 20
"""Records that a finding keeps as evidence; `request_count` counts all."""


class Rule(BaseModel):
    """The part of a model's header that only a finding rule has. An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    severity: Severity
    """The highest that it gives; each finding has its own."""
    why: str
    """Why it fires."""
    false_positives: str
    what_to_do: str
    techniques: tuple[str, ...] = Field(min_length=1)
    """MITRE ATT&CK."""
    controls: tuple[str, ...] = Field(min_length=1)
    """Such as `SOC 2 CC6.1`; a mapping to be confirmed by the reader."""
    required_logs: tuple[str, ...] = Field(min_length=1)
    """Without a record of one of these on the day, the rule is not evaluated."""
    baseline_days: int = 0
    """Days of the tenant's own history that it compares with; with fewer it is not evaluated."""
    standing_days: int = 0
    """Of a rule about what lasts until somebody mends it: one finding over all days, until it was not found on so many
    in a row. 0 for a rule about what happened on a day."""


def rule_rows(rules: Iterable[tuple[str, str, Rule]]) -> list[dict[str, object]]:
    """The rows of the base table `rule_headers`, out of name, description and rule of each."""
    return [
        {
            "rule_id": name,
            "description": " ".join(description.split()),
            **{key: _flat(value) for key, value in rule.model_dump(mode="json").items()},
        }
        for name, description, rule in rules
    ]


RULE_COLUMNS = {
    "rule_id": "VARCHAR",
    "description": "VARCHAR",
    "title": "VARCHAR",
    "severity": "VARCHAR",
    "why": "VARCHAR",
    "false_positives": "VARCHAR",
    "what_to_do": "VARCHAR",
    "techniques": "VARCHAR[]",
    "controls": "VARCHAR[]",
    "required_logs": "VARCHAR[]",
    "baseline_days": "INTEGER",
    "standing_days": "INTEGER",
}
"""Column → type of the base table `rule_headers`."""


def _flat(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value
