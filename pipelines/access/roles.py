"""The roles of people who look at the dashboard, and what each may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class NotAllowedError(Exception):
    """Somebody may not do that; the message says why, and what to do."""


class Role(StrEnum):
    """A role, ordered by what it may do: viewer < analyst < reviewer."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    REVIEWER = "reviewer"

    # All four, because text has them too, and there an analyst would come before a viewer.
    def __lt__(self, other: str) -> bool:
        return _rank(self) < _rank(other)

    def __le__(self, other: str) -> bool:
        return _rank(self) <= _rank(other)

    def __gt__(self, other: str) -> bool:
        return _rank(self) > _rank(other)

    def __ge__(self, other: str) -> bool:
        return _rank(self) >= _rank(other)


def _rank(role: str) -> int:
    return list(Role).index(Role(role))


class Act(StrEnum):
    """What people do in the dashboard."""

    LOOK = "look at pages"
    SEE_NAMES = "see the names of people"
    SEARCH = "search"
    ASK_SQL = "ask in SQL"
    SEE_ORIGINALS = "see original records"
    TRIAGE = "work on findings"
    REVEAL = "reveal who is behind a pseudonym"
    SIGN_OFF = "sign off controls"
    READ_ACCESS_LOG = "read the access log"


LEAST_ROLE: Mapping[Act, Role] = {
    Act.LOOK: Role.VIEWER,
    Act.SEE_NAMES: Role.ANALYST,
    Act.SEARCH: Role.ANALYST,
    Act.ASK_SQL: Role.ANALYST,
    Act.SEE_ORIGINALS: Role.ANALYST,
    Act.TRIAGE: Role.ANALYST,
    Act.REVEAL: Role.REVIEWER,
    Act.SIGN_OFF: Role.REVIEWER,
    Act.READ_ACCESS_LOG: Role.REVIEWER,
}
"""The lowest role that may do it; higher ones may, too. An act that is not in here nobody may do."""


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks at the dashboard."""

    name: str
    """UPN of who is signed in, else the user of this system."""
    role: Role
    is_signed_in: bool
    object_id: str | None = None
    """Object id of who is signed in: names change hands."""

    def may(self, act: Act, least: Role | None = None) -> bool:
        """Whether the role may do it; `least` is the lowest role that may, where the settings say so."""
        least = least or LEAST_ROLE.get(act)
        return least is not None and self.role >= least

    def check(self, act: Act, least: Role | None = None) -> None:
        """Raises NotAllowedError where the role may not do it."""
        if not self.may(act, least):
            needed = least or LEAST_ROLE[act]
            raise NotAllowedError(f"the role {self.role} may not {act}; that takes the role {needed}")
