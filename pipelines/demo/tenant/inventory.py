"""The tenant's directory as Microsoft Graph lists it: who vouches for whom, and other things no log says."""

from collections.abc import Iterable
from random import Random
from typing import Any

import orjson

from pipelines.demo.identifiers import guid
from pipelines.demo.people import App, User
from pipelines.demo.tenant.cast import Cast
from pipelines.demo.tenant.drives import drive_of

_GRAPH = "https://graph.microsoft.com/v1.0/$metadata#"
_EXPIRY = "2027-03-01T00:00:00Z"
_AUDIENCE = "api://AzureADTokenExchange"

Objects = dict[str, list[dict[str, Any]]]  # page → objects


def inventory_files(cast: Cast) -> dict[str, bytes]:
    """Give path → one Graph page of each kind of object of a tenant."""
    return pages_of(inventory_objects(cast, every_app(cast)))


def pages_of(objects: Objects) -> dict[str, bytes]:
    """Give path → one Graph page of each kind of object."""
    return {
        f"inventory/{name}.json": orjson.dumps({"@odata.context": f"{_GRAPH}{name}", "value": found})
        for name, found in objects.items()
    }


def inventory_objects(cast: Cast, apps: Iterable[App]) -> Objects:
    """Give the people and drives of a tenant, and of its applications these."""
    objects: Objects = {
        "users": [_user(user) for user in cast.people] + _agent_users(cast),
        **{page: [] for page in app_objects(cast.graph, cast)},
        "drives": _drives(cast),
    }
    for app in apps:
        for page, found in app_objects(app, cast).items():
            objects[page] += found
    return objects


def app_objects(app: App, cast: Cast) -> Objects:
    """Give what the directory has of one application."""
    has_grant = app.scopes and not app.azure_resource_id
    return {
        "servicePrincipals": [_service_principal(app, cast)],
        "applications": [_application(app, cast)] if _is_registered(app, cast) else [],
        "oauth2PermissionGrants": [_grant(app, cast)] if has_grant else [],
        "appRoleAssignments": [_assignment(app, role, cast) for role in app.roles.split()],
    }


def app_role(role: str) -> dict[str, Any]:
    """Give an application permission as the service principal of Microsoft Graph offers it."""
    return {"id": _role_id(role), "value": role, "isEnabled": True}


def every_app(cast: Cast) -> list[App]:
    """Give each application of the tenant once, in the order of its parts in the stories."""
    values = vars(cast).values()
    found = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return list({app.app_id: app for app in found if isinstance(app, App)}.values())


def _is_registered(app: App, cast: Cast) -> bool:
    """Managed identities and agent identities have a service principal only; other owners' apps are theirs."""
    return app.owner_tenant_id == cast.tenant_id and not app.azure_resource_id and not app.parent_app_id


def _user(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "displayName": user.display_name,
        "userPrincipalName": user.upn,
        "mail": user.sign_in_name,
        "userType": user.user_type.capitalize(),
        "accountEnabled": True,
        "createdDateTime": _created(user.id),
    }


def _agent_users(cast: Cast) -> list[dict[str, Any]]:
    pairs = zip(cast.agent_users, cast.agent_identities, strict=False)
    extra = {"@odata.type": "#microsoft.graph.agentUser"}
    return [_user(user) | extra | {"identityParentId": identity.service_principal_id} for user, identity in pairs]


def _service_principal(app: App, cast: Cast) -> dict[str, Any]:
    principal: dict[str, Any] = {
        "id": app.service_principal_id,
        "appId": app.app_id,
        "displayName": app.name,
        "servicePrincipalType": "ManagedIdentity" if app.azure_resource_id else "Application",
        "appOwnerOrganizationId": app.owner_tenant_id,
        "accountEnabled": True,
        "createdDateTime": _created(app.service_principal_id),
        "alternativeNames": ["isExplicit=True", app.azure_resource_id] if app.azure_resource_id else [],
    }
    if app == cast.graph:
        principal["appRoles"] = [app_role(role) for role in _roles(cast)]
    if app in cast.blueprints:
        principal["@odata.type"] = "#microsoft.graph.agentIdentityBlueprintPrincipal"
    if not app.parent_app_id:
        return principal
    return principal | {
        "@odata.type": "#microsoft.graph.agentIdentity",
        "servicePrincipalType": "ServiceIdentity",
        "agentIdentityBlueprintId": app.parent_app_id,
        "sponsors": [{"id": _accountable(app, cast).id}],
    }


def _application(app: App, cast: Cast) -> dict[str, Any]:
    key = [{"keyId": app.key_id, "displayName": f"{app.name} 2026", "endDateTime": _EXPIRY}] if app.key_id else []
    is_secret = app.credential == "clientSecret"
    blueprint = {"@odata.type": "#microsoft.graph.agentIdentityBlueprint"} if app in cast.blueprints else {}
    return blueprint | {
        "id": application_id(app),
        "appId": app.app_id,
        "displayName": app.name,
        "createdDateTime": _created(app.app_id),
        "owners": [{"id": _accountable(app, cast).id}],
        "passwordCredentials": key if is_secret else [],
        "keyCredentials": [] if is_secret else key,
        "federatedIdentityCredentials": _federated_credentials(app, cast),
    }


def application_id(app: App) -> str:
    """Give the object id of an application, which is neither its app id nor its service principal's id."""
    return guid(Random(app.app_id))


def _federated_credentials(app: App, cast: Cast) -> list[dict[str, Any]]:
    """A credential without an outside issuer is the tenant's own: the managed identity that proves it."""
    if not app.federated_credential_id:
        return []
    own = (f"https://login.microsoftonline.com/{cast.tenant_id}/v2.0", cast.proof_identity.service_principal_id)
    issuer, subject = (app.federated_issuer, app.federated_subject) if app.federated_issuer else own
    return [
        {
            "id": app.federated_credential_id,
            "name": f"{app.name} federation",
            "issuer": issuer,
            "subject": subject,
            "audiences": [_AUDIENCE],
        }
    ]


def _grant(app: App, cast: Cast) -> dict[str, Any]:
    return {
        "id": f"{app.service_principal_id}-grant",
        "clientId": app.service_principal_id,
        "consentType": "AllPrincipals",
        "principalId": None,
        "resourceId": cast.graph.service_principal_id,
        "scope": f" {app.scopes}",  # Graph writes the space
    }


def _assignment(app: App, role: str, cast: Cast) -> dict[str, Any]:
    return {
        "id": f"{app.service_principal_id}-{role}",
        "createdDateTime": _created(app.service_principal_id),
        "appRoleId": _role_id(role),
        "principalDisplayName": app.name,
        "principalId": app.service_principal_id,
        "principalType": "ServicePrincipal",
        "resourceDisplayName": cast.graph.name,
        "resourceId": cast.graph.service_principal_id,
    }


def _roles(cast: Cast) -> list[str]:
    return sorted({role for app in every_app(cast) for role in app.roles.split()})


def _role_id(role: str) -> str:
    return guid(Random(role))


def _drives(cast: Cast) -> list[dict[str, Any]]:
    users = [(user.id, "business", {"user": {"id": user.id}}) for user in cast.members]
    groups = [(group, "documentLibrary", {"group": {"id": group}}) for group in cast.groups]
    return [
        {"id": drive_of(owner_id, cast), "driveType": kind, "name": "Documents", "owner": owner}
        for owner_id, kind, owner in users + groups
    ]


def _created(object_id: str) -> str:
    """Give a day of the years before the stories begin."""
    rng = Random(f"created/{object_id}")
    return f"{rng.randint(2019, 2025)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T09:30:00Z"


def _accountable(app: App, cast: Cast) -> User:
    """Give the human who answers for an application."""
    return cast.members[int(app.app_id[:6], 16) % len(cast.members)]
