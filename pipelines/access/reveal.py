"""Telling who is behind a pseudonym."""

from pipelines.access.events import Revealed
from pipelines.access.log import AccessLog
from pipelines.access.pseudonyms import Pseudonyms
from pipelines.access.roles import Act, NotAllowedError, Role, Viewer


def reveal(
    log: AccessLog,
    viewer: Viewer,
    pseudonyms: Pseudonyms,
    pseudonym: str,
    reason: str,
    *,
    least_role: Role = Role.REVIEWER,
) -> list[str]:
    """What the user behind a pseudonym is called: id, UPNs, names. It stands in the access log before it is told.

    `least_role` is the lowest role that may ask. Raises NotAllowedError for who may not ask, for an empty reason and a
    pseudonym of nobody known, and AccessLogError.
    """
    log.check(viewer, Act.REVEAL, least_role)
    if not reason.strip():
        raise NotAllowedError("say why: the reason is kept in the access log")
    user = pseudonyms.user_of(pseudonym)
    if user is None:
        raise NotAllowedError("no user of the published tables has this pseudonym; it looks like user-7K3QF2MBX4AW")
    called = pseudonyms.called(user)
    names = " ".join(name for name in called if name != user.user_id)
    log.write(viewer, Revealed(pseudonym=pseudonym, user=f"{user.user_id} {names}"[:10_000], reason=reason))
    return called
