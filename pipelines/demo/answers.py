"""The answers to the named incidents of a synthetic tenant, judged by the truth about them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import orjson

_ROWS = """
select request_id, statement, actor_class, attribution_grade, user_id, agent_app_id, blueprint_app_id, front_end_app_id,
    chain_grade, root_sign_in_id, identity_shape, token_match, credential_key_id, federated_issuer, federated_subject,
    managed_identity_resource, unresolved_reason, effect, app_only_user_write
from attributed_requests
where tenant_id = $tenant_id and list_contains($request_ids, request_id)
order by request_at, request_id
"""
_HAVE_NO_AGENT = ("human_direct", "unknown")
_RIGHT_WHERE_NAMED = (
    "blueprint_app_id", "root_sign_in_id", "credential_key_id", "federated_issuer", "federated_subject",
    "managed_identity_resource", "front_end_app_id",
)  # fmt: skip
_NO_FRONT_END = ("ambiguous", "unresolved")
_NOTHING = (None, "00000000-0000-0000-0000-000000000000")  # the logs write the latter where there is no key


@dataclass(frozen=True)
class Answer:
    """What is said about an incident."""

    name: str
    question: str
    statements: tuple[str, ...]  # what the tool says, each once
    expected: str  # the right answer in words
    wrong: tuple[str, ...]  # names of what is said wrongly, or left out though the logs have it; empty when right


def answers(warehouse: Path, truth: Path) -> list[Answer]:
    """Give what a warehouse file says about each incident in the truth folder. Raises OSError, duckdb.Error."""
    incidents = orjson.loads((truth / "incidents.json").read_bytes())
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return [_answer(connection, incident) for incident in incidents]


def _answer(connection: duckdb.DuckDBPyConnection, incident: dict[str, Any]) -> Answer:
    asked = {name: incident[name] for name in ("tenant_id", "request_ids")}
    result = connection.execute(_ROWS, asked)
    names = [name for name, *_ in result.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    wrong = {name for row in rows for name in _wrong(row, incident["expected"])}
    if len(rows) != len(incident["request_ids"]):
        wrong.add("requests")
    return Answer(
        incident["name"],
        incident["question"],
        tuple(dict.fromkeys(row["statement"] for row in rows)),
        incident["answer"],
        tuple(sorted(wrong)),
    )


def _wrong(row: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """Give what is not as expected. What the logs leave open may stay open, and what is named has to be right."""
    actor, user = row["actor_class"], row["user_id"]
    is_open = actor == "unknown" and row["attribution_grade"] == "request_only"
    agent = None if actor in _HAVE_NO_AGENT else expected["agent_app_id"]
    front_end = row["chain_grade"] in _NO_FRONT_END or row["front_end_app_id"] == expected["front_end_app_id"]
    right = {
        "actor_class": actor in (expected["actor_class"], expected["knowable_actor_class"]),
        "user_id": user == expected["user_id"] or (is_open and (user is None or expected["user_id"] is None)),
        "agent_app_id": row["agent_app_id"] == agent,
        "front_end_app_id": front_end or actor != "human_via_agent",
        "identity_shape": row["token_match"] == "none" or row["identity_shape"] == expected["identity_shape"],
        "unresolved_reason": row["unresolved_reason"] == expected["unresolved_reason"],
        "effect": row["effect"] == expected["effect"],
        "app_only_user_write": row["app_only_user_write"] == expected["is_app_only_user_write"],
    }
    named = [name for name in _RIGHT_WHERE_NAMED if row[name] not in (*_NOTHING, expected[name])]
    return [name for name, is_right in right.items() if not is_right] + named
