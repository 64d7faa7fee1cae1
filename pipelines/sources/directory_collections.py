"""What an inventory of a directory asks of Microsoft Graph beta: its collections, their parts, and the permissions."""

from dataclasses import dataclass, field

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
PEOPLE = "id,displayName,userPrincipalName"
"""What is asked of owners and sponsors."""


@dataclass(frozen=True)
class Part:
    """A further listing of some of the objects of a collection, for what the first one cannot give."""

    path: str
    permission: str
    select: str = "id"
    expand: str = ""
    odata_type: str = ""
    """What the objects are, which a listing of one type leaves out."""


@dataclass(frozen=True)
class Collection:
    """Objects of one kind, and how to ask for all of them."""

    key: str
    path: str
    permission: str
    """The least application permission that lists them."""
    select: str = ""
    expand: str = ""
    parts: tuple[Part, ...] = field(default=())


def _agents(path: str, name: str, permission: str, select: str = "id") -> Part:
    sponsors = f"sponsors($select={PEOPLE})"
    return Part(f"{path}/microsoft.graph.{name}", permission, select, sponsors, f"#microsoft.graph.{name}")


COLLECTIONS: tuple[Collection, ...] = (
    Collection(
        "users",
        "users",
        "User.Read.All",
        "id,userPrincipalName,displayName,mail,userType,accountEnabled,createdDateTime",
        parts=(_agents("users", "agentUser", "User.Read.All", "id,identityParentId"),),
    ),
    Collection(
        "servicePrincipals",
        "servicePrincipals",
        "Application.Read.All",
        "id,appId,displayName,servicePrincipalType,appOwnerOrganizationId,accountEnabled,createdDateTime,"
        "alternativeNames,appRoles,passwordCredentials,keyCredentials",
        f"owners($select={PEOPLE})",
        (
            _agents("servicePrincipals", "agentIdentity", "AgentIdentity.Read.All", "id,agentIdentityBlueprintId"),
            _agents("servicePrincipals", "agentIdentityBlueprintPrincipal", "AgentIdentityBlueprintPrincipal.Read.All"),
        ),
    ),
    Collection(
        "applications",
        "applications",
        "Application.Read.All",
        "id,appId,displayName,createdDateTime,passwordCredentials,keyCredentials",
        f"owners($select={PEOPLE})",
        (
            Part("applications", "Application.Read.All", expand="federatedIdentityCredentials"),
            _agents("applications", "agentIdentityBlueprint", "AgentIdentityBlueprint.Read.All"),
        ),
    ),
    Collection("oauth2PermissionGrants", "oauth2PermissionGrants", "Directory.Read.All"),
    Collection(
        "appRoleAssignments",
        f"servicePrincipals(appId='{GRAPH_APP_ID}')/appRoleAssignedTo",
        "Application.Read.All",
    ),
)


def query(select: str, expand: str) -> dict[str, str]:
    """Asks for these properties and related objects, in pages as large as they come."""
    given = {"$select": select, "$expand": expand, "$top": "999"}
    return {name: value for name, value in given.items() if value}
