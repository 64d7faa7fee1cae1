"""A small published data folder with findings, made by the models themselves, for the tests of triage."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipelines.cases.follow import follow
from pipelines.cases.log import events_file
from pipelines.warehouse.case_events import declare_case_events
from pipelines.warehouse.models import load_models

APP = "3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11"
TENANT = "11111111-2222-4333-8444-555555555555"
_NAMES = ("suppression_scopes", "suppression_hits", "suppressions", "finding_states", "findings", "registered_apps")
_DAY_FINDINGS = """
    finding_id varchar, rule_id varchar, tenant_id varchar, day date, subject varchar, severity varchar,
    first_seen timestamp, last_seen timestamp, request_count bigint, app_id varchar, agent_name varchar,
    user_id varchar, user_upn varchar, target_user_id varchar, target_user_upn varchar, summary varchar,
    evidence struct(log varchar, record_id varchar, landed_file varchar)[]
"""
_RULES = """
    rule_id varchar, title varchar, severity varchar, description varchar, why varchar, false_positives varchar,
    what_to_do varchar, techniques varchar[], controls varchar[], required_logs varchar[], baseline_days integer,
    standing_days integer
"""


def publish_findings(data: Path, *findings: Mapping[str, Any]) -> Path:
    """Publishes the findings, follows up on them, and gives the data folder."""
    events = events_file(data)
    path = data / "warehouse.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create table day_findings ({_DAY_FINDINGS})")
        connection.execute(f"create table rules ({_RULES})")
        connection.execute(
            "create table rule_evaluations (tenant_id varchar, day date, rule_id varchar, state varchar)"
        )
        for rule in ("mail_sent", "secret_added"):
            connection.execute(
                "insert into rules values ($rule, $rule || ' happened', 'high', 'It means this.', 'It fires so.', "
                "'Migrations.', 'Ask the owner.', ['T1098'], ['SOC 2 CC6.1'], [], 0, 0)",
                {"rule": rule},
            )
            connection.execute(
                "insert into rule_evaluations values ($tenant, date '2026-03-02', $rule, 'evaluated')",
                {"tenant": TENANT, "rule": rule},
            )
        for finding in findings:
            _insert(connection, finding)
        declare_case_events(connection, events)
        models = load_models()
        for name in _NAMES:
            connection.execute(f"create view {name} as {models[name].sql}")
    follow(data)
    return data


def _insert(connection: duckdb.DuckDBPyConnection, finding: Mapping[str, Any]) -> None:
    given = {
        "rule_id": "mail_sent", "tenant_id": TENANT, "day": "2026-03-02", "subject": "x", "severity": "high",
        "first_seen": "2026-03-02 10:00:00", "last_seen": "2026-03-02 11:00:00", "request_count": 2, "app_id": APP,
        "agent_name": "Mail helper", "summary": "Mail helper sent mail.",
        "evidence": [{"log": "AuditLogs", "record_id": "1", "landed_file": "AuditLogs/graph/0.zst"}], **finding,
    }  # fmt: skip
    names = ", ".join(given)
    connection.execute(f"insert into day_findings ({names}) values ({', '.join(f'${name}' for name in given)})", given)
