"""The few things that go wrong in every real export, put in on purpose."""

from collections.abc import Callable
from random import Random
from typing import Any

from pipelines.demo.events import Activity, SignIn
from pipelines.demo.identifiers import guid

Record = dict[str, Any]


def odd_records(activity: Activity) -> dict[str, Callable[[Record], Record]]:
    """Give, by event id, how the archived record of that event differs from what a reader expects."""
    delegated = [request for request in activity.requests if request.token.user and request.token.session_id]
    if len(delegated) < 3:
        return {}
    first, second, third = delegated[0], delegated[len(delegated) // 2], delegated[-1]
    return {first.id: _status_is_text, second.id: _field_is_new, third.id: _session_is_lower_case}


def timeless_sign_in(activity: Activity, rng: Random) -> SignIn:
    """Give a copy of a root sign-in under an id of its own, to be archived without any time."""
    root = next(event for event in activity.sign_ins if event.story == "root_sign_in")
    return SignIn(
        log=root.log, id=guid(rng), at=root.at, app=root.app, resource=root.resource,
        correlation_id=guid(rng), story="timeless", user=root.user, session_id=guid(rng),
    )  # fmt: skip


def without_time(record: Record) -> Record:
    """Give an archived sign-in without its envelope's time and without every time inside."""
    properties = {name: value for name, value in record["properties"].items() if name != "createdDateTime"}
    properties["authenticationDetails"] = []
    return {name: value for name, value in record.items() if name != "time"} | {"properties": properties}


def unsupported_row(workspace_id: str, time: str, rng: Random) -> Record:
    """Give a Log Analytics row of a table that is not about sign-ins, audits or Graph."""
    return {
        "TenantId": workspace_id,
        "SourceSystem": "OfficeActivityManager",
        "TimeGenerated": time,
        "Operation": "FileAccessed",
        "RecordType": "SharePointFileOperation",
        "OfficeWorkload": "SharePoint",
        "Workload": "SharePoint",
        "UserId": "adele.vance@contoso.com",
        "ClientIP": "203.0.113.2",
        "OfficeId": guid(rng),
        "Type": "OfficeActivity",
    }


def _status_is_text(record: Record) -> Record:
    return record | {"properties": record["properties"] | {"responseStatusCode": "n/a"}}


def _field_is_new(record: Record) -> Record:
    return record | {"properties": record["properties"] | {"newFieldFromMicrosoft": "synthetic"}}


def _session_is_lower_case(record: Record) -> Record:
    properties = {"c_Sid" if name == "C_Sid" else name: value for name, value in record["properties"].items()}
    return record | {"properties": properties}
