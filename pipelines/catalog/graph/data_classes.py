"""Whose data a path is about, and how much harm it can do: the data class and the sensitivity of an operation.

The tables are those of Microsoft Graph's own resource tree: the navigation properties of `user`, and the root
collections. They are checked against the Graph permission map and the Graph SDK (see permission_map.py).

Sources: the Graph REST reference (relationships of `user`), permissions.json of microsoft-graph-devx-content (MIT).
"""

from typing import Literal

from pipelines.catalog.graph.template import Segment, Template

DataClass = Literal["user_security", "user_content", "user_object", "drive_unresolved", "shared", "tenant"]

USER_CLASSES = frozenset({"user_security", "user_content", "user_object"})

SECURITY_NAVIGATIONS = frozenset(
    """
    agentsigninsessions approleassignments authentication changepassword cloudpcs createpasswordsinglesignoncredentials
    deletepasswordsinglesignoncredentials getpasswordsinglesignoncredentials inheritedoauth2permissiongrants
    invalidateallrefreshtokens mailboxsettings oauth2permissiongrants passwordsinglesignoncredentials permissiongrants
    revokesigninsessions updatepasswordsinglesignoncredentials
    """.split()
)
"""What follows a user and decides how the user signs in, what has access, and where the user's mail goes
(mailboxSettings: forwarding and automatic replies). Whatever begins with `wipe` belongs here too."""

RULES = "messagerules"
"""Inbox rules: in the mailbox, but a way to hide and to forward mail."""

CONTENT_TIERS: dict[str, int] = {
    navigation: tier
    for tier, navigations in {
        3: """adhoccalls chats copilot datasecurityandgovernance drive drives exportpersonaldata
            inferenceclassification mailfolders messages notes onenote sendmail""",
        2: """activities analytics assignments calendar calendargroups calendars calendarview cloudclipboard
            communications contactfolders contacts distributionlists employeeexperience events findmeetinglocations
            findmeetingtimes findrooms findroomlists followedsites getmailtips informationprotection insights
            joinedteams onlinemeetings outlook people planner profile reminderview responsibilities rubrics security
            settings solutions tasks teamwork todo translateexchangeids trendingaround""",
        1: "photo photos presence",
    }.items()
    for navigation in navigations.split()
}
"""What follows a user and is the user's content, with its sensitivity: 3 mail, chats, files, notes, call and Copilot
content; 2 calendar, contacts, tasks, meetings, people; 1 presence and photo."""

CONTENT_WITHIN = frozenset({"recordings", "transcripts"})
"""What a meeting holds that is content rather than data about the meeting: sensitivity 3."""

USER_COMMUNICATIONS: dict[str, int] = {"onlinemeetings": 2, "calls": 2, "presences": 1, "getpresencesbyuserid": 1}
"""Collections under /communications that belong to users, with their sensitivity."""

SHARED_ROOTS = frozenset(
    "app bookingbusinesses employeeexperience groups planner sites solutions storage teams".split()
)
"""Root collections whose data belongs to several people."""

CROSS_USER_READS = (
    ("search", "query"),
    ("security", "runhuntingquery"),
    ("security", "cases", "ediscoverycases"),
)
"""Tenant-wide operations that reach into users' content: sensitivity 3, although the URI names no user."""

SECRET_READS = frozenset({"exportitems", "getpasswordsinglesignoncredentials"})
"""Reads that hand out credentials or a whole mailbox: sensitivity 4 wherever they stand."""


def data_class(template: Template) -> tuple[DataClass, int]:
    """The data class of a template and the sensitivity of reading it, before the effect is looked at."""
    if not template.names:
        return "tenant", 0
    if SECRET_READS & set(template.names):
        return _by_root(template)[0], 4
    return _by_root(template)


def user_navigation(segments: tuple[Segment, ...]) -> tuple[str, ...] | None:
    """The names behind the user that a path is about: empty for the user itself, None where it is about no user."""
    names = tuple(segment.name for segment in segments)
    for prefix in (("me",), ("users", ""), ("education", "me"), ("education", "users", "")):
        if names[: len(prefix)] == prefix:
            return tuple(name for name in names[len(prefix) :] if name)
    return None


def _by_root(template: Template) -> tuple[DataClass, int]:
    navigation = user_navigation(template.segments)
    if navigation is not None:
        return _of_user(navigation)
    root, *rest = template.names
    content = _user_content_root(root, rest, template.segments)
    if content is not None:
        return "user_content", content
    if root in {"drives", "shares"}:
        return "drive_unresolved", 3
    if root in SHARED_ROOTS or template.names[:2] == ("education", "classes"):
        return "shared", 0
    reaches_users = any(template.names[: len(names)] == names for names in CROSS_USER_READS)
    return "tenant", 3 if reaches_users else 0


def _user_content_root(root: str, rest: list[str], segments: tuple[Segment, ...]) -> int | None:
    """The sensitivity of a root that is users' content without standing under a user; None for any other root."""
    second = rest[0] if rest else ""
    if root == "communications" and second in USER_COMMUNICATIONS:
        return 3 if CONTENT_WITHIN & set(rest) else USER_COMMUNICATIONS[second]
    is_mailbox = root == "admin" and rest[:2] == ["exchange", "mailboxes"]
    is_copilot_user = root == "copilot" and second == "users"
    if root in {"chats", "drive"} or is_mailbox or is_copilot_user:
        return 3
    if root in {"shares", "sites"} and any(segment.personal for segment in segments):
        return 3
    return None


def _of_user(navigation: tuple[str, ...]) -> tuple[DataClass, int]:
    if not navigation:
        return "user_object", 1
    first = navigation[0]
    if first in SECURITY_NAVIGATIONS or first.startswith("wipe") or RULES in navigation:
        return "user_security", 4
    if first in CONTENT_TIERS:
        return "user_content", 3 if CONTENT_WITHIN & set(navigation) else CONTENT_TIERS[first]
    return "user_object", 1
