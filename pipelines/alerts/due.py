"""What there is to alert to: findings that were opened or reopened, and that still need somebody."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from pipelines.alerts.alert import Alert
from pipelines.alerts.delivery import Delivered, deliver
from pipelines.alerts.routes import AnyRoute
from pipelines.alerts.sending import PATIENCE, Patience
from pipelines.cases.events import DONE
from pipelines.cases.openings import Opening, openings
from pipelines.warehouse.publish import warehouse_path

_DETAILS = """
    select
        found.finding_id, found.request_count, found.first_seen, found.last_seen, rules.techniques, rules.what_to_do
    from (select unnest($ids) as finding_id) as wanted
    inner join day_findings as found on wanted.finding_id = found.finding_id
    inner join rules on found.rule_id = rules.rule_id
"""

Details = Mapping[str, Mapping[str, Any]]


def send_due(data_folder: Path, routes: Sequence[AnyRoute], patience: Patience = PATIENCE) -> list[Delivered]:
    """Sends what is due by the routes; what became of each.

    Raises DeliveryBusyError while another process does, DeliveryError when the ledger cannot be written, and CaseError
    when the event log of cases cannot be read.
    """
    return deliver(data_folder, routes, alerts_of(data_folder), patience) if routes else []


def alerts_of(data_folder: Path) -> list[Alert]:
    """The last opening of each finding that is open, not suppressed and not done with. Raises CaseError."""
    found, _ = openings(data_folder)
    last = {opening.finding.finding_id: opening for opening in found}.values()
    needed = [
        opening for opening in last if opening.is_open and not opening.is_suppressed and opening.status not in DONE
    ]
    details = _details(data_folder, [opening.finding.finding_id for opening in needed])
    return [_alert(opening, details) for opening in needed]


def _alert(opening: Opening, details: Details) -> Alert:
    finding = opening.finding
    return Alert(
        event_id=opening.event_id,
        reason="reopened" if opening.is_again else "new",
        finding_id=finding.finding_id,
        rule_id=finding.rule_id,
        title=finding.title,
        severity=finding.severity,
        tenant_id=finding.tenant_id,
        day=finding.day.isoformat(),
        summary=f"{finding.summary} ({opening.reason})" if opening.reason else finding.summary,
        app_id=finding.app_id,
        agent_name=finding.agent_name,
        user_id=finding.user_id,
        user_upn=finding.user_upn,
        target_user_id=finding.target_user_id,
        target_user_upn=finding.target_user_upn,
        **details.get(finding.finding_id, {}),
    )


def _details(data_folder: Path, finding_ids: Sequence[str]) -> Details:
    """What the published tables know besides, by finding id; nothing of what is not published."""
    path = warehouse_path(data_folder)
    if not finding_ids or not path.exists():
        return {}
    with duckdb.connect(str(path), read_only=True) as connection:
        try:
            rows = connection.execute(_DETAILS, {"ids": list(finding_ids)}).fetchall()
        except duckdb.CatalogException:  # published by an older version
            return {}
    names = ("request_count", "first_seen", "last_seen", "techniques", "what_to_do")
    return {
        finding_id: {**dict(zip(names, values, strict=True)), "techniques": tuple(values[3] or ())}
        for finding_id, *values in rows
    }
