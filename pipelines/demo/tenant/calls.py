"""What tokens are used for: Graph calls of which the generator knows whose data they touch and how."""

from random import Random
from typing import NamedTuple

from pipelines.demo.identifiers import guid, opaque
from pipelines.demo.operations import ROOT, UPDATE_SECRETS, upn_in_uri
from pipelines.demo.people import User
from pipelines.demo.tenant.cast import Cast
from pipelines.demo.tenant.drives import some_drive

USER_CLASSES = ("user_security", "user_content", "user_object")
CONTENT, OBJECT, SECURITY = "user_content", "user_object", "user_security"
DRIVE, SHARED, TENANT = "drive_unresolved", "shared", "tenant"


class Call(NamedTuple):
    """One kind of Graph call; `changes` names the directory activity it causes."""

    method: str
    path: str  # with the API version first, and the slashes as callers send them
    status: int
    data_class: str
    effect: str
    weight: float = 4
    changes: str = ""


class Place(NamedTuple):
    """Where a call goes: the URI, the directory object and the user whose data it is (empty where there is none)."""

    uri: str
    target_id: str
    target_user_id: str


BATCH = Call("POST", "v1.0/$batch", 200, TENANT, "batch_envelope", 3)
MEMBERSHIP_CHECK = Call("POST", "v1.0/users/{user}/checkMemberGroups", 200, OBJECT, "read")

PERSONAL = (
    BATCH,
    Call("GET", "v1.0/me", 200, OBJECT, "read", 14),
    Call("GET", "v1.0/me/messages?$select=id,subject,from\\u0026$top=25", 200, CONTENT, "read", 18),
    Call("GET", "v1.0/me/messages/{mail}", 200, CONTENT, "read", 14),
    Call("POST", "v1.0/me/sendMail", 202, CONTENT, "send"),
    Call("POST", "v1.0/me/messages/{mail}/reply", 202, CONTENT, "send", 2),
    Call("POST", "v1.0/me/messages", 201, CONTENT, "create", 2),
    Call("DELETE", "v1.0/me/messages/{mail}", 204, CONTENT, "delete", 2),
    Call("GET", "beta//me/drive/root/children", 200, CONTENT, "read", 10),
    Call("GET", "v1.0/me/drive/items/{item}/content", 302, CONTENT, "read", 8),
    Call("PUT", "v1.0/me/drive/root:/Notes/today.txt:/content", 201, CONTENT, "upload", 2),
    Call("POST", "v1.0/me/drive/items/{item}/createLink", 201, CONTENT, "share", 1),
    Call("POST", "v1.0/me/drive/items/{item}/copy", 202, CONTENT, "move_copy", 1),
    Call("GET", "v1.0/me/calendarView?startDateTime=2026-03-01&endDateTime=2026-03-08", 200, CONTENT, "read", 10),
    Call("PATCH", "v1.0/me/events/{mail}", 200, CONTENT, "update", 3),
    Call("POST", "v1.0/me/events/{mail}/accept", 202, CONTENT, "respond", 2),
    Call("POST", "v1.0/me/calendar/getSchedule", 200, CONTENT, "read", 3),
    Call("POST", "v1.0/me/presence/setPresence", 200, CONTENT, "state", 1),
    Call("POST", "v1.0/me/mailFolders/inbox/messageRules", 201, SECURITY, "rule", 0.1),
)
_OTHERS = (
    Call("GET", "v1.0/users/{user}/photo/$value", 404, CONTENT, "read", 6),
    Call("GET", "v1.0/users/{upn}?$select=id,displayName", 200, OBJECT, "read", 6),
    Call("GET", "beta//users/{upn}/manager", 200, OBJECT, "read", 4),
    Call("POST", "v1.0/chats/19:{me}_{user}@unq.gbl.spaces/messages", 201, CONTENT, "send", 4),
    Call("GET", "v1.0/groups/{group}/members", 200, SHARED, "read", 4),
    Call("GET", "v1.0/sites/contoso.sharepoint.com,{guid},{guid}/lists", 200, SHARED, "read", 4),
    Call("GET", "v1.0/drives/{drive}/items/{item}", 200, DRIVE, "read", 3),
    Call("POST", "v1.0/search/query", 200, TENANT, "read", 2),
    Call("PATCH", "v1.0/users/{user}", 204, OBJECT, "update", 1, "Update user"),
)
DELEGATED = (*PERSONAL, *_OTHERS)

_READS = (
    BATCH,
    Call("GET", "v1.0/users?$top=999", 200, TENANT, "read", 6),
    Call("GET", "v1.0/users/{user}/messages?$filter=isRead eq false", 200, CONTENT, "read", 8),
    Call("GET", "v1.0/users/{upn}/mailFolders/inbox/messages/delta", 200, CONTENT, "read", 6),
    Call("GET", "v1.0/users/{UPN}/calendar/events", 200, CONTENT, "read", 4),
    Call("GET", "v1.0/users/{user}/drive/root:/Reports/Q1%20plan.docx:/content", 302, CONTENT, "read"),
    Call("GET", "v1.0/groups/{group}/members", 200, SHARED, "read"),
    Call("GET", "v1.0/drives/{drive}/root/children", 200, DRIVE, "read", 3),
    # Reads that look like writes: never flagged.
    Call("POST", "v1.0/users/{user}/calendar/getSchedule", 200, CONTENT, "read"),
    Call("POST", "v1.0/users/{user}/getMailTips", 200, CONTENT, "read"),
    Call("POST", "v1.0/directoryObjects/getByIds", 200, TENANT, "read", 3),
    MEMBERSHIP_CHECK,
)
_MAIL = (
    Call("POST", "v1.0/users/{user}/sendMail", 202, CONTENT, "send"),
    Call("POST", "v1.0/users('{user}')/messages/{mail}/microsoft.graph.forward", 202, CONTENT, "send", 2),
    Call("DELETE", "v1.0/users/{user}/messages/{mail}", 204, CONTENT, "delete", 2),
    Call("POST", "v1.0/users/{upn}/messages/{mail}/move", 201, CONTENT, "move_copy", 2),
    Call("POST", "v1.0/users/{user}/mailFolders/inbox/messageRules", 201, SECURITY, "rule", 0.4),
    Call("PATCH", "v1.0/users/{user}/mailboxSettings", 200, SECURITY, "rule", 0.2),
    Call("GET", "beta/copilot/users/{user}/interactionHistory/getAllEnterpriseInteractions", 200, CONTENT, "read", 0.4),
)
_FILES = (
    Call("POST", "v1.0/users/{user}/drive/root:/Inbox/scan.pdf:/createUploadSession", 200, CONTENT, "upload", 3),
    Call("PUT", "v1.0/users/{user}/drive/root:/Inbox/note.txt:/content", 201, CONTENT, "upload", 2),
    Call("POST", "v1.0/users/{user}/drive/items/{item}/invite", 200, CONTENT, "share", 2),
    Call("POST", "v1.0/users/{user}/drive/items/{item}/copy", 202, CONTENT, "move_copy", 2),
    Call("PATCH", "v1.0/users/{user}/drive/items/{item}", 200, CONTENT, "update", 2),
    Call("PATCH", "v1.0/drives/{drive}/items/{item}", 200, DRIVE, "update", 3),
    Call("DELETE", "v1.0/drives/{drive}/items/{item}", 204, DRIVE, "delete", 2),
    Call("POST", "v1.0/sites/contoso.sharepoint.com,{guid},{guid}/lists/{guid}/items", 201, SHARED, "create", 3),
)
_DIRECTORY = (
    Call("PATCH", "v1.0/users/{user}", 204, OBJECT, "update", 4, "Update user"),
    Call("POST", "v1.0/groups/{group}/members/$ref", 204, SHARED, "create", 4, "Add member to group"),
    Call("PATCH", "v1.0/groups/{group}", 204, SHARED, "update", 2, "Update group"),
    Call("POST", "v1.0/applications/{app}/addPassword", 200, TENANT, "credential", 2, UPDATE_SECRETS),
    Call("POST", "v1.0/subscriptions", 201, TENANT, "create", 2),
)
_SECURITY = (
    Call("POST", "v1.0/users/{user}/authentication/temporaryAccessPassMethods", 200, SECURITY, "credential", 4,
         "Admin registered security info"),
    Call("GET", "v1.0/users/{user}/authentication/methods", 200, SECURITY, "read", 6),
)  # fmt: skip
_PRESENCE = (
    Call("POST", "v1.0/users/{user}/presence/setPresence", 200, CONTENT, "state", 3),
    Call("POST", "v1.0/users/{user}/events", 201, CONTENT, "create", 3),
    Call("PATCH", "v1.0/users/{user}/events/{mail}", 200, CONTENT, "update", 2),
    Call("POST", "v1.0/users/{user}/events/{mail}/decline", 202, CONTENT, "respond", 2),
)
AUDITING = (
    Call("GET", "beta//auditLogs/signIns?$filter=createdDateTime ge 2026-03-01\\u0026$top=500", 200, TENANT, "read"),
    Call("GET", "beta/auditLogs/signIns?$top=1000&$skiptoken={guid}", 200, TENANT, "read", 30),
    Call("GET", "v1.0/auditLogs/directoryAudits?$top=500", 200, TENANT, "read", 20),
    Call("GET", "v1.0/users/{user}?$select=id", 200, OBJECT, "read", 10),
)
SEND_AS = _MAIL[0]
DUTIES = {
    "reading": _READS,
    "mail": (*_READS, *_MAIL),
    "files": (*_READS, *_FILES),
    "directory": (*_READS, *_DIRECTORY),
    "security": (*_READS, *_SECURITY),
    "presence": (*_READS, *_PRESENCE),
}


def place(call: Call, rng: Random, cast: Cast, me: User | None, target: User | None = None) -> Place:
    """Give where a call of `me` (None: an application) about `target` (None: anybody) goes."""
    person = target or rng.choice(cast.people)
    ids = {"user": person.id, "group": rng.choice(cast.groups), "app": rng.choice(cast.agents).app_id}
    path = call.path.format(
        **ids,
        upn=upn_in_uri(person),
        UPN=upn_in_uri(person).upper().replace("%23EXT%23", "%23ext%23"),
        me=me.id if me else "",
        guid=guid(rng),
        mail=opaque(rng, "AAMkAD", 60),
        item=opaque(rng, "01", 30).upper(),
        drive=some_drive(Random(rng.randbytes(64)), cast, person, ids["group"]),
    )
    targets = [value for name, value in ids.items() if f"{{{name}}}" in call.path]
    return Place(ROOT + path, targets[0] if targets else "", _target_user(call, person, me))


def _target_user(call: Call, person: User, me: User | None) -> str:
    if me and "/me/" in f"{call.path}/":
        return me.id
    return person.id if any(part in call.path.lower() for part in ("{user}", "{upn}")) else ""
