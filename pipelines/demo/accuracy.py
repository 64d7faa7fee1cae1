"""How right the answers about a synthetic tenant are: the published requests beside the truth about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import duckdb


class Actors(NamedTuple):
    """Requests of one cell of the confusion matrix."""

    truth: str  # who really acted
    knowable: str  # what the exported logs let anybody say of it
    answer: str
    requests: int

    @property
    def is_right(self) -> bool:
        """Whether the answer is what is true, or what could be known."""
        return self.answer in (self.truth, self.knowable)


class FrontEnds(NamedTuple):
    """Requests of users' agents whose chain has one grade."""

    grade: str
    right: int
    wrong: int
    unnamed: int  # no front end named

    @property
    def named(self) -> int:
        """Requests with a front end: those that precision is about."""
        return self.right + self.wrong


class Reasons(NamedTuple):
    """Requests by the reason why no sign-in matched; a reason is None where one did."""

    truth: str | None
    answer: str | None
    requests: int


class Humans(NamedTuple):
    """Requests for which a user is named: as the human behind them or, in `objects`, as a user object and no more."""

    named: int
    wrong: int  # somebody else than the truth's human, or a human where there is none
    objects: int  # the request alone names a user object; nobody says that a human acted
    objects_of_agents: int  # of these, accounts of agents, which are no humans
    wrong_objects: int  # of these, another human than the truth's


class Flags(NamedTuple):
    """App-only writes on user data."""

    right: int
    missed: int
    false: int
    own: int  # of the false ones, by the reader of the logs itself

    @property
    def flagged(self) -> int:
        """Requests with the flag: those that precision is about."""
        return self.right + self.false

    @property
    def existing(self) -> int:
        """Requests that should have it: those that recall is about."""
        return self.right + self.missed


@dataclass(frozen=True)
class Accuracy:
    """The answers counted against the truth, in requests."""

    compared: int
    missing: int  # in the truth only
    extra: int  # in the answers only
    actors: tuple[Actors, ...]
    humans: Humans
    flags: Flags
    front_ends: tuple[FrontEnds, ...]
    reasons: tuple[Reasons, ...]

    @property
    def exactly_right(self) -> int:
        """Requests with the true actor class."""
        return sum(cell.requests for cell in self.actors if cell.answer == cell.truth)

    @property
    def knowably_right(self) -> int:
        """Requests with another actor class than the true one, which is all that the logs let anybody say."""
        return sum(cell.requests for cell in self.actors if cell.is_right and cell.answer != cell.truth)

    @property
    def wrong_reasons(self) -> int:
        """Requests with another reason than the truth's, or with a reason, or none, where the truth says otherwise."""
        return sum(cell.requests for cell in self.reasons if cell.truth != cell.answer)

    def failures(self) -> list[str]:
        """Give what must not be, a line each: humans that are wrong, flags missed or false, rows lost or made up."""
        found = {
            "naming a human that did not act": self.humans.wrong + self.humans.wrong_objects,
            "writing on user data app-only, and not flagged": self.flags.missed,
            "flagged, and no app-only write on user data": self.flags.false - self.flags.own,
            "without an answer": self.missing,
            "answered, and never made": self.extra,
        }
        return [f"requests {what}: {number:,}" for what, number in found.items() if number]


_LOAD = """
create temp table both_sides as
with truths as (
    select * from read_json($truth, format = 'newline_delimited', columns = {
        request_id: 'VARCHAR', tenant_id: 'VARCHAR', actor_class: 'VARCHAR', knowable_actor_class: 'VARCHAR',
        user_id: 'VARCHAR', front_end_app_id: 'VARCHAR', unresolved_reason: 'VARCHAR',
        is_app_only_user_write: 'BOOLEAN', is_possible_app_only_user_write: 'BOOLEAN', drive_owner_id: 'VARCHAR',
        is_self: 'BOOLEAN'
    })
),
answers as (
    select * from attributed_requests where tenant_id in (select tenant_id from truths)
)
select
    answers.request_id is not null as is_answered,
    truths.request_id is not null as is_true,
    answers.actor_class,
    answers.user_id,
    answers.user_id is not null and answers.attribution_grade = 'request_only' and answers.actor_class = 'unknown'
        as is_object,
    answers.chain_grade,
    answers.front_end_app_id,
    answers.unresolved_reason,
    coalesce(answers.app_only_user_write, false) as is_flagged,
    truths.actor_class as true_class,
    truths.knowable_actor_class,
    truths.user_id as true_user_id,
    truths.front_end_app_id as true_front_end,
    truths.unresolved_reason as true_reason,
    -- No log says whose drive it is: only where the inventory does can the write be more than possible.
    truths.is_app_only_user_write
    or (truths.is_possible_app_only_user_write and truths.drive_owner_id = answers.target_user_id)
        as is_app_only_user_write,
    truths.is_self
from answers
full join truths
    on answers.tenant_id = truths.tenant_id and answers.request_id = truths.request_id
"""
_ROWS = """
select
    count(*) filter (is_answered and is_true), count(*) filter (not is_answered), count(*) filter (not is_true)
from both_sides
"""
_ACTORS = """
select true_class, knowable_actor_class, actor_class, count(*)
from both_sides where is_answered and is_true group by all order by all
"""
_HUMANS = """
select
    count(*) filter (not is_object),
    count(*) filter (not is_object and user_id is distinct from true_user_id),
    count(*) filter (is_object),
    count(*) filter (is_object and true_class = 'agent_user'),
    count(*) filter (is_object and true_class <> 'agent_user' and user_id is distinct from true_user_id)
from both_sides where is_answered and is_true and user_id is not null
"""
_FLAGS = """
select
    count(*) filter (is_flagged and is_app_only_user_write),
    count(*) filter (not is_flagged and is_app_only_user_write),
    count(*) filter (is_flagged and is_app_only_user_write is not true),
    count(*) filter (is_flagged and is_app_only_user_write is not true and is_self)
from both_sides where is_true
"""
_FRONT_ENDS = """
select
    chain_grade,
    count(*) filter (front_end_app_id = true_front_end),
    count(*) filter (front_end_app_id is not null and front_end_app_id is distinct from true_front_end),
    count(*) filter (front_end_app_id is null)
from both_sides where is_answered and is_true and (actor_class = 'human_via_agent' or front_end_app_id is not null)
group by chain_grade
order by list_position(['strong', 'probable', 'inherited', 'ambiguous', 'unresolved'], chain_grade)
"""
_REASONS = """
select true_reason, unresolved_reason, count(*)
from both_sides where is_answered and is_true group by all order by all
"""


def measure(warehouse: Path, truth: Path) -> Accuracy:
    """Compare the published `attributed_requests` of a warehouse file with `requests.ndjson` in the truth folder.

    Requests of tenants that the truth does not know are left out. Reads both and changes neither. Raises duckdb.Error
    where one of them is not there.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(_LOAD, {"truth": str(truth / "requests.ndjson")})
        ((compared, missing, extra),) = _rows(connection, _ROWS)
        return Accuracy(
            compared=compared,
            missing=missing,
            extra=extra,
            actors=tuple(Actors(*row) for row in _rows(connection, _ACTORS)),
            humans=Humans(*_rows(connection, _HUMANS)[0]),
            flags=Flags(*_rows(connection, _FLAGS)[0]),
            front_ends=tuple(FrontEnds(*row) for row in _rows(connection, _FRONT_ENDS)),
            reasons=tuple(Reasons(*row) for row in _rows(connection, _REASONS)),
        )


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Sequence[tuple[Any, ...]]:
    return connection.execute(query).fetchall()
