"""A directory change's fields in the camelCase that diagnostic settings and Microsoft Graph share."""

from typing import Any

from pipelines.demo.clock import iso
from pipelines.demo.events import DirectoryAudit

_NO_APP: dict[str, Any] = {"appId": None, "displayName": None, "servicePrincipalId": None, "servicePrincipalName": None}


def audit_fields(event: DirectoryAudit) -> dict[str, Any]:
    """Give the change's raw fields: the user or the app that did it, never both (T10)."""
    return {
        "id": event.id,
        "category": event.category,
        "correlationId": event.correlation_id,
        "result": event.result,
        "resultReason": "" if event.result == "success" else "The operation was rejected by the directory.",
        "activityDisplayName": event.activity,
        "activityDateTime": iso(event.at, "+00:00"),
        "loggedByService": event.service,
        "operationType": event.operation_type,
        "userAgent": None,
        "initiatedBy": initiator(event),
        "targetResources": [_target(event)],
        "additionalDetails": _details(event),
    }


def initiator(event: DirectoryAudit) -> dict[str, Any]:
    """Give `initiatedBy`; an app's row has the service principal but, as in real logs, no app id (T11)."""
    if event.app:
        app = event.app
        return {"app": _NO_APP | {"displayName": app.name, "servicePrincipalId": app.service_principal_id or None}}
    if event.user is None:
        return {}
    user = event.user
    return {
        "user": {
            "id": user.id,
            "displayName": None,
            "userPrincipalName": user.upn,
            "ipAddress": user.ip_address,
            "roles": [],
        }
    }


def _target(event: DirectoryAudit) -> dict[str, Any]:
    is_user = event.target_type == "User"
    return {
        "id": event.target_id,
        "displayName": None if is_user else event.target_name,
        "type": event.target_type,
        "userPrincipalName": event.target_name if is_user else None,
        "modifiedProperties": _modified(event),
        "administrativeUnits": [],
    }


def _modified(event: DirectoryAudit) -> list[dict[str, Any]]:
    """Old and new values are JSON inside a JSON string."""
    if event.modified:
        return [{"displayName": name, "oldValue": old, "newValue": new} for name, old, new in event.modified]
    if event.operation_type != "Update":
        return []
    name = "Department" if event.target_type == "User" else "KeyDescription"
    return [
        {"displayName": name, "oldValue": "[]", "newValue": '["Finance \\"EMEA\\""]'},
        {"displayName": "Included Updated Properties", "oldValue": None, "newValue": f'"{name}"'},
    ]


def _details(event: DirectoryAudit) -> list[dict[str, str]]:
    if event.request is None:
        return []
    return [{"key": "User-Agent", "value": event.request.token.app.user_agent}]
