"""The users of the published tables: every id, UPN, address and name by which the tables call them."""

from dataclasses import dataclass, field

import duckdb

from pipelines.access.labels import Labels, User

_LABELS = """
with called as (
    select tenant_id, user_id, is_agent_user, user_name, unnest([user_id, user_upn, sign_in_upn, mail]) as label
    from directory_users
    union all
    select tenant_id, user_id, false, user_name, unnest([user_id, user_upn, sign_in_identifier])
    from (
        select distinct tenant_id, user_id, user_upn, sign_in_identifier, user_name
        from sign_ins
        where user_id is not null
    )
    union all
    select tenant_id, user_id, false, null, unnest([target_key, user_upn]) from directory_targets
    union all
    select tenant_id, owner_id, false, owner_name, owner_upn from directory_owners where owner_upn is not null
    union all
    select tenant_id, initiated_by_user_id, false, null, initiated_by_user_upn from directory_changes
    union all
    select tenant_id, user_id, false, null, user_upn from finding_states
    union all
    select tenant_id, target_user_id, false, null, target_user_upn from finding_states
)

select distinct called.tenant_id, called.user_id, called.label
from called
where called.user_id is not null and called.label is not null
union
select distinct called.tenant_id, called.user_id, called.user_name
from called
left join known_agent_users as agents on called.tenant_id = agents.tenant_id and called.user_id = agents.user_id
where
    called.user_id is not null
    and called.user_name is not null
    and agents.user_id is null
    and not called.is_agent_user
"""
"""The names of agents' own accounts are the names of agents, not of people; their ids and UPNs are in it."""

_NO_PERSONS = """
select tenant_id from sign_ins union select tenant_id from agents union select tenant_id from directory_principals
union select app_id from directory_principals union select service_principal_id from directory_principals
union select app_id from known_apps union select app_id from agents union select blueprint_app_id from agents
union select app_id from directory_applications union select object_id from directory_applications
"""


@dataclass(frozen=True)
class People:
    """The users whom the tables know, and the ids that are none of theirs."""

    labels: Labels = field(default_factory=Labels)
    called: dict[User, list[str]] = field(default_factory=dict)
    """What each user is called, in order of the alphabet."""
    no_persons: frozenset[str] = frozenset()
    """Ids of apps, service principals and tenants."""

    @property
    def tenants(self) -> frozenset[str]:
        """The tenants that have users."""
        return frozenset(user.tenant_id for user in self.called)

    def add(self, user: User, label: str) -> None:
        """Adds what a user is called."""
        self.labels.add(label, user)
        self.called.setdefault(user, []).append(label)


def read_people(connection: duckdb.DuckDBPyConnection) -> People:
    """The users of the published tables that the connection reads."""
    rows = connection.execute(f"select id from ({_NO_PERSONS}) as ids (id) where id is not null").fetchall()  # noqa: S608
    people = People(no_persons=frozenset(str(value).casefold() for (value,) in rows))
    for tenant_id, user_id, label in sorted(connection.execute(_LABELS).fetchall()):
        people.add(User(tenant_id, user_id), label)
    return people
