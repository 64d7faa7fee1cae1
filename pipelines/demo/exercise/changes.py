"""Directory changes that no Graph request in the logs caused, or of which more is known than their request says."""

from dataclasses import replace
from typing import Any

from pipelines.demo.audits import KINDS, SYNC, directory_id
from pipelines.demo.events import DirectoryAudit, GraphRequest
from pipelines.demo.identifiers import guid
from pipelines.demo.people import App, User
from pipelines.demo.tenant.inventory import application_id
from pipelines.demo.tenant.scene import Scene


def change(
    scene: Scene, at: int, activity: str, target: User | App, *, by: User | App = SYNC,
    request: GraphRequest | None = None, **details: Any,
) -> DirectoryAudit:  # fmt: skip
    """Let `by` change `target`, and give the audit; with `request`, that request of theirs caused it (T12).

    The activity is one of `KINDS`, which says whether an application is changed or its service principal. `details`
    are fields of the audit, such as `modified`, `result` or `service`.
    """
    category, operation, target_type = KINDS[activity]
    correlation_id = request.client_request_id if request else guid(scene.rng)
    audit = DirectoryAudit(
        id=directory_id(scene.rng, correlation_id), at=at, activity=activity, category=category,
        operation_type=operation, service="Core Directory", correlation_id=correlation_id, result="success",
        target_type=target_type, target_id=_id_of(target, target_type),
        target_name=target.upn if isinstance(target, User) else target.name,
        user=by if isinstance(by, User) else None, app=by if isinstance(by, App) else None, request=request,
    )  # fmt: skip
    audit = replace(audit, **details)
    scene.activity.audits.append(audit)
    return audit


def _id_of(target: User | App, target_type: str) -> str:
    if isinstance(target, User):
        return target.id
    return target.service_principal_id if target_type == "ServicePrincipal" else application_id(target)
