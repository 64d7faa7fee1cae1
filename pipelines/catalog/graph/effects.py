"""What an operation does: its effect, from the method and the last name of the path.

GET is a read whatever it calls: OData functions are GET. POST is a create, an action or a read in disguise, and only
the name tells. An unknown POST counts as a write: the error then is a flag too many, not an act unseen.

Sources: the OData metadata of Microsoft Graph v1.0 (microsoftgraph/msgraph-metadata: an Action is POST, a Function is
GET), its REST reference for what an action does, and practitioners' lists of reading POSTs.
"""

import re
from typing import Literal

from pipelines.catalog.graph.data_classes import RULES, DataClass
from pipelines.catalog.graph.template import Template

Effect = Literal[
    "read",
    "create",
    "update",
    "delete",
    "send",
    "share",
    "move_copy",
    "rule",
    "credential",
    "upload",
    "respond",
    "state",
    "batch_envelope",
]

READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

READ_POSTS = frozenset(
    """
    computerightsandinheritance exportitems exportpersonaldata extractcontentlabel extractsensitivitylabels
    lookup preview retrieval runhuntingquery simulate whatif
    """.split()
)
"""Actions that only read, in addition to those with a reading verb. `preview` hands out an embeddable link."""

READING_VERB = re.compile("get|check|validate|find|estimate|evaluate|list|search|query|translate|retrieve")
"""How the name of an action that only reads begins."""

NO_READS = frozenset(
    """
    checkin checkins checklistitems checklists checkout countriesregions exportjobs filteringpolicies listitems lists
    queries searches
    """.split()
)
"""Names that look like reading verbs and are collections to create in, or acts."""

_ACTIONS: dict[Effect, str] = {
    "send": """forward forwardtochat reply replyall replywithquote send sendactivitynotification
        sendactivitynotificationtorecipients sendmail sendvirtualappointmentremindersms
        sendvirtualappointmentsms""",
    "share": "createlink invite",
    "move_copy": "copy copynotebook copytonotebook copytosection copytosectiongroup move",
    "upload": """completeuploadsession createimportsession createuploadsession createuploadsessions
        contentuploadsession uploadfile""",
    "respond": "accept decline tentativelyaccept",
    "state": """archive clearautomaticlocation clearlocation clearpresence clearuserpreferredpresence
        dismissreminder endworkingtime favorite follow hideforuser markchatreadforuser markchatunreadforuser
        markread markunread setautomaticlocation setmanuallocation setpresence setstatusmessage
        setuserpreferredpresence snoozereminder startworkingtime unarchive unfavorite unfollow unhideforuser
        updateallmessagesreadstate""",
    "credential": """addkey addpassword addtokensigningcertificate changepassword
        createpasswordsinglesignoncredentials deletepasswordsinglesignoncredentials invalidateallrefreshtokens
        removekey removepassword resetpassword revokesigninsessions updatepasswordsinglesignoncredentials""",
    "delete": "cancel deletemembers permanentdelete purgedata remove softdelete",
}

ACTIONS = {action: effect for effect, actions in _ACTIONS.items() for action in actions.split()}
"""Actions by name. Drafts (createReply, createForward, POST messages) are writes and no sends."""

CHANGING_VERB = re.compile(
    "|".join(
        """
        activate add(?!resses) admit answer apply approve assign(?!ments) autofit block calculate change
        check(?:in|out)$ clear close commit confirm complete convert deactivate disable discard dismiss enable
        extend insert keepalive leave lock lower mark merge mute pause protect$ publish raise reapply reboot
        redirect refresh reject remove rename renew reorder replace reprocess reprovision reset resize restart
        restore resume revoke rotate set(?!s$|tings) start stop sync transfer troubleshoot un[a-z] update upgrade
        wipe
        """.split()
    )
)
"""How the name of an action that changes what is there begins; another POST creates something."""

CREDENTIAL_PARENTS = frozenset({"authentication", "federatedidentitycredentials"})
"""Whatever changes below these changes how somebody signs in."""

PERMISSIONS = frozenset({"permissions", "calendarpermissions"})
"""Who else may see it: adding or changing one shares."""

UPLOAD_ENDS = frozenset({"content", "contentstream"})
"""PUT here uploads a file; GET here answers 302 and the bytes go past the log."""


def effect(method: str, template: Template) -> Effect:
    """What a request with this method (upper case) on this template does."""
    if template.names[:1] == ("$batch",):
        return "batch_envelope"
    if method in READ_METHODS:
        return "read"
    words = tuple(name for name in template.names if not name.startswith("$"))
    last = words[-1] if words and not template.segments[-1].is_id else ""
    if method == "POST" and reads(words, last):
        return "read"
    return _by_place(method, words, last) or _by_method(method, last)


def reads(words: tuple[str, ...], last: str) -> bool:
    """Whether a POST only reads: by the name of the action, or as a function of a workbook."""
    if words[-2:-1] == ("functions",) and "workbook" in words:
        return True
    return last in READ_POSTS or (bool(READING_VERB.match(last)) and last not in NO_READS)


def sensitivity(class_of_data: DataClass, tier: int, what: Effect, template: Template) -> int:
    """0 to 4: that of the data, and 4 for acts in somebody's name, deletions and sharing of user data."""
    if class_of_data in {"user_content", "drive_unresolved"} and what in {"send", "delete", "share", "rule"}:
        return 4
    if class_of_data == "user_object" and len(template.segments) <= 2:
        # A new password travels in the body of PATCH /users/{id}, which no log shows.
        return {"delete": 4, "update": 3}.get(what, tier)
    return tier


def _by_place(method: str, words: tuple[str, ...], last: str) -> Effect | None:
    """The effect that follows from where the path leads, whatever is done there."""
    if RULES in words or "mailboxsettings" in words:
        return "rule"
    if CREDENTIAL_PARENTS & set(words):
        return "credential"
    if method == "PUT" and last in UPLOAD_ENDS:
        return "upload"
    if method == "POST" and last in {"messages", "replies"} and {"chats", "channels"} & set(words):
        return "send"
    gives_access = words[-1:] and words[-1] in PERMISSIONS and method in {"POST", "PATCH"}
    is_grant = method == "POST" and last == "grant" and {"permission", "permissions"} & set(words)
    return "share" if gives_access or is_grant else None


def _by_method(method: str, last: str) -> Effect:
    if method == "DELETE":
        return "delete"
    if method != "POST":
        return "update"
    if last in ACTIONS:
        return ACTIONS[last]
    if last.startswith("delete") and not last.startswith("deleted"):
        return "delete"
    return "update" if not last or CHANGING_VERB.match(last) else "create"
