"""Directory changes: those that Graph requests caused, and those made in portals and by services."""

from random import Random

from pipelines.demo.clock import SECOND
from pipelines.demo.events import Activity, DirectoryAudit, GraphRequest
from pipelines.demo.identifiers import guid
from pipelines.demo.operations import UPDATE_SECRETS
from pipelines.demo.people import App
from pipelines.demo.stage import Stage
from pipelines.demo.world import World

KINDS = {  # activity → category, operation type, target type
    "Update user": ("UserManagement", "Update", "User"),
    "Add member to group": ("GroupManagement", "Assign", "Group"),
    UPDATE_SECRETS: ("ApplicationManagement", "Update", "Application"),
    "Update group": ("GroupManagement", "Update", "Group"),
    "Admin registered security info": ("UserManagement", "Add", "User"),
    "Add service principal credentials": ("ApplicationManagement", "Update", "ServicePrincipal"),
    "Add app role assignment to service principal": ("ApplicationManagement", "Assign", "ServicePrincipal"),
    "Add delegated permission grant": ("ApplicationManagement", "Assign", "ServicePrincipal"),
    "Consent to application": ("ApplicationManagement", "Assign", "ServicePrincipal"),
    "Add member to role": ("RoleManagement", "Assign", "User"),
    "Add owner to application": ("ApplicationManagement", "Assign", "User"),
    "Add application": ("ApplicationManagement", "Add", "Application"),
    "Add service principal": ("ApplicationManagement", "Add", "ServicePrincipal"),
    "Update application": ("ApplicationManagement", "Update", "Application"),
}
SYNC = App(app_id="", name="Azure AD Cloud Sync", service_principal_id="", owner_tenant_id="")


def record_changes(world: World, rng: Random, activity: Activity) -> None:
    """Add the audit of every Graph request that changed the directory: same correlation id, moments later (T12)."""
    activity.audits += [_caused(world, rng, request) for request in activity.requests if request.changes]


def _caused(world: World, rng: Random, request: GraphRequest) -> DirectoryAudit:
    category, operation, target_type = KINDS[request.changes]
    token = request.token
    return DirectoryAudit(
        id=directory_id(rng, request.client_request_id),
        at=request.at + rng.randrange(SECOND // 10, SECOND),
        activity=request.changes,
        category=category,
        operation_type=operation,
        service="Core Directory",
        correlation_id=request.client_request_id,
        result="success",
        target_type=target_type,
        target_id=request.target_id,
        target_name=_name_of(world, request.target_id),
        user=token.user,
        app=None if token.user else token.app,
        request=request,
    )


def administer(stage: Stage, count: int) -> None:
    """Add `count` changes that administrators make in portals and services make on their own."""
    for number in range(count):
        target, admin = stage.rng.choice(stage.world.people), stage.world.members[0]
        by_service = number % 3 == 2
        stage.activity.audits.append(
            DirectoryAudit(
                id=guid(stage.rng) if by_service else f"Invited Users_{guid(stage.rng)}",
                at=stage.time(0, 24),
                activity="Update user" if by_service else "Invite external user",
                category="UserManagement",
                operation_type="Update" if by_service else "Add",
                service="Account Provisioning" if by_service else "Invited Users",
                correlation_id=guid(stage.rng),
                result="failure" if number % 7 == 0 else "success",
                target_type="User",
                target_id=target.id,
                target_name=target.upn,
                user=None if by_service else admin,
                app=SYNC if by_service else None,
            )
        )


def directory_id(rng: Random, correlation_id: str) -> str:
    """Give an id as Core Directory's are, no GUID: `Directory_<correlation id>_<letters>_<number>`."""
    letters = "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=5))
    return f"Directory_{correlation_id}_{letters}_{rng.randrange(10**7, 10**8)}"


def _name_of(world: World, object_id: str) -> str:
    names = {user.id: user.upn for user in world.people} | {app.app_id: app.name for app in world.agents}
    return names.get(object_id, "Contoso project group")
