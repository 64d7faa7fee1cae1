"""OCSF Detection Finding (class 2004), into a file or by a signed POST."""

from datetime import UTC, datetime
from typing import Any

import orjson

from pipelines import __version__
from pipelines.alerts.alert import Alert
from pipelines.alerts.file import append_lines
from pipelines.alerts.message import Message
from pipelines.alerts.post import post, signed
from pipelines.alerts.routes import OcsfRoute
from pipelines.alerts.sending import Patience, needed_secret

VERSION = "1.5.0"
"""Of the OCSF schema."""
_CLASS = 2004
_SEVERITIES = {"info": 1, "low": 2, "medium": 3, "high": 4, "critical": 5}
_CAPTIONS = {1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical"}
_CREATE, _UPDATE = (1, "Create"), (2, "Update")
_USER_NAME, _RESOURCE_UID, _OTHER = 4, 10, 99


def render(message: Message) -> list[dict[str, Any]]:
    """An event for each alert."""
    return [event_of(alert) for alert in message.alerts]


def send(route: OcsfRoute, message: Message, patience: Patience) -> None:
    """Sends the alerts. Raises DeliveryError."""
    if route.path:
        append_lines(route.path, render(message))
    elif route.url:
        body = orjson.dumps(render(message))
        headers = signed(needed_secret(route, "the secret that signs the requests"), message.key, body)
        post(route.url, body, headers, patience, route.ca_file)


def event_of(alert: Alert) -> dict[str, Any]:
    """The alert as an event of the schema; what the schema has no place for is in `unmapped`."""
    activity, activity_name = _UPDATE if alert.reason == "reopened" else _CREATE
    severity = _SEVERITIES[alert.severity]
    event = {
        "activity_id": activity,
        "activity_name": activity_name,
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Detection Finding",
        "type_uid": _CLASS * 100 + activity,
        "type_name": f"Detection Finding: {activity_name}",
        "severity_id": severity,
        "severity": _CAPTIONS[severity],
        "status_id": 1,
        "status": "New",
        "time": _milliseconds(alert.last_seen or datetime.now(UTC)),
        "start_time": _milliseconds(alert.first_seen),
        "end_time": _milliseconds(alert.last_seen),
        "count": alert.request_count,
        "message": alert.summary,
        "metadata": _metadata(alert),
        "finding_info": _finding(alert),
        "resources": _resources(alert),
        "observables": _observables(alert),
        "remediation": {"desc": alert.what_to_do} if alert.what_to_do else None,
        "unmapped": _known(
            app_id=alert.app_id,
            agent_name=alert.agent_name,
            user_id=alert.user_id,
            user_upn=alert.user_upn,
            day=alert.day,
            reason=alert.reason,
        ),
    }
    return _known(**event)


def _metadata(alert: Alert) -> dict[str, Any]:
    product = {"name": "whoseagent", "vendor_name": "whoseagent", "version": __version__}
    return _known(
        version=VERSION,
        uid=alert.event_id,
        tenant_uid=alert.tenant_id,
        event_code=alert.rule_id,
        product=product,
        labels=["test"] if alert.reason == "test" else None,
    )


def _finding(alert: Alert) -> dict[str, Any]:
    return _known(
        uid=alert.finding_id,
        title=alert.heading,
        desc=alert.summary,
        types=[alert.rule_id],
        analytic={"uid": alert.rule_id, "name": alert.title, "type_id": 1, "type": "Rule"},
        attacks=[_attack(technique) for technique in alert.techniques] or None,
        first_seen_time=_milliseconds(alert.first_seen),
        last_seen_time=_milliseconds(alert.last_seen),
    )


def _attack(technique: str) -> dict[str, Any]:
    """A technique and, as in T1098.002, its sub-technique. Findings know them by their ids only."""
    parent = technique.partition(".")[0]
    sub_technique = {"uid": technique, "name": technique} if technique != parent else None
    return _known(technique={"uid": parent, "name": parent}, sub_technique=sub_technique)


def _resources(alert: Alert) -> list[dict[str, Any]] | None:
    """The affected user."""
    user = _known(uid=alert.target_user_id, name=alert.target_user_upn)
    return [{**user, "type": "User"}] if user else None


def _observables(alert: Alert) -> list[dict[str, Any]] | None:
    named = [
        ("resources[].uid", _RESOURCE_UID, "Resource UID", alert.target_user_id),
        ("resources[].name", _USER_NAME, "User Name", alert.target_user_upn),
        ("unmapped.app_id", _OTHER, "Other", alert.app_id),
        ("unmapped.user_id", _OTHER, "Other", alert.user_id),
    ]
    found = [
        {"name": name, "type_id": id_, "type": type_, "value": value} for name, id_, type_, value in named if value
    ]
    return found or None


def _milliseconds(at: datetime | None) -> int | None:
    if at is None:
        return None
    return round((at.replace(tzinfo=UTC) if at.tzinfo is None else at).timestamp() * 1000)


def _known(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
