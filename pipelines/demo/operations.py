"""What tokens are used for: Graph operations with the odd spellings that real request URIs have."""

from random import Random
from typing import NamedTuple
from urllib.parse import quote

from pipelines.demo.events import SignIn
from pipelines.demo.identifiers import guid, opaque
from pipelines.demo.people import User
from pipelines.demo.world import World

UPDATE_SECRETS = "Update application \N{EN DASH} Certificates and secrets management "  # as Entra spells it
ROOT = "https://graph.microsoft.com/"


class Operation(NamedTuple):
    """A Graph call; `changes` names the directory activity it causes."""

    method: str
    path: str  # with the API version first, and the slashes as callers send them
    status: int
    weight: int
    changes: str = ""

    @property
    def version(self) -> str:
        """Give the API version: v1.0 or beta."""
        return self.path.partition("/")[0]


BATCH = Operation("POST", "v1.0/$batch", 200, 4)
_DELEGATED = [
    BATCH,
    Operation("GET", "v1.0/me", 200, 16),
    Operation("GET", "v1.0/me/messages?$select=id,subject,from\\u0026$top=25", 200, 20),
    Operation("GET", "v1.0/me/messages/{mail}", 200, 16),
    Operation("POST", "v1.0/me/sendMail", 202, 6),
    Operation("GET", "beta//me/drive/root/children", 200, 10),
    Operation("GET", "v1.0/me/drive/items/{item}/content", 302, 8),
    Operation("GET", "v1.0/me/calendarView?startDateTime=2026-03-01&endDateTime=2026-03-08", 200, 10),
    Operation("PATCH", "v1.0/me/events/{mail}", 200, 4),
    Operation("GET", "v1.0/users/{user}/photo/$value", 404, 8),
    Operation("GET", "v1.0/users/{upn}?$select=id,displayName", 200, 8),
    Operation("GET", "beta//users/{upn}/manager", 200, 4),
    Operation("POST", "v1.0/chats/19:{me}_{user}@unq.gbl.spaces/messages", 201, 6),
    Operation("GET", "v1.0/groups/{group}/members", 200, 4),
    Operation("GET", "v1.0/sites/contoso.sharepoint.com,{guid},{guid}/lists", 200, 4),
    Operation("PATCH", "v1.0/users/{user}", 204, 1, "Update user"),
]
_APP_ONLY = [
    BATCH,
    Operation("GET", "v1.0/users?$top=999", 200, 8),
    Operation("GET", "v1.0/users/{user}/messages?$filter=isRead eq false", 200, 20),
    Operation("GET", "v1.0/users/{upn}/mailFolders/inbox/messages/delta", 200, 12),
    Operation("POST", "v1.0/users/{user}/sendMail", 202, 6),
    Operation("PATCH", "v1.0/users/{user}/mailboxSettings", 200, 2),
    Operation("POST", "v1.0/users('{user}')/messages/{mail}/microsoft.graph.forward", 202, 2),
    Operation("GET", "v1.0/users/{user}/drive/root:/Reports/Q1%20plan.docx:/content", 302, 6),
    Operation("GET", "beta/copilot/users/{user}/interactionHistory/getAllEnterpriseInteractions", 200, 2),
    Operation("GET", "beta//auditLogs/signIns?$filter=createdDateTime ge 2026-03-01\\u0026$top=500", 200, 8),
    Operation("POST", "v1.0/groups/{group}/members/$ref", 204, 1, "Add member to group"),
    Operation("POST", "v1.0/applications/{app}/addPassword", 200, 1, UPDATE_SECRETS),
    Operation("PATCH", "v1.0/users/{user}", 204, 1, "Update user"),
]


def operations_for(token: SignIn) -> list[Operation]:
    """Give what a token of this kind is used for: a person's own data, or anybody's."""
    return _DELEGATED if token.user else _APP_ONLY


def fill(operation: Operation, rng: Random, world: World, token: SignIn) -> tuple[str, str]:
    """Give the full request URI and the id of the directory object it is about (empty where there is none)."""
    target = rng.choice(world.people)
    ids = {
        "user": target.id,
        "group": rng.choice(world.groups),
        "app": rng.choice(world.agents).app_id,
    }
    path = operation.path.format(
        **ids,
        upn=upn_in_uri(target),
        me=token.user.id if token.user else "",
        guid=guid(rng),
        mail=opaque(rng, "AAMkAD", 60),
        item=opaque(rng, "01", 30).upper(),
    )
    targets = [value for name, value in ids.items() if f"{{{name}}}" in operation.path]
    return ROOT + path, targets[0] if targets else ""


def upn_in_uri(user: User) -> str:
    """A guest's UPN travels as `%23EXT%23` (T30)."""
    return quote(user.upn, safe="@")
