"""The chain of a token: root sign-in, front end, hop by hop, to the app that holds the token."""

from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from pipelines.outputs import queries

Row = dict[str, Any]
Key = tuple[str, str]

_MOST_HOPS = 5
_MAY_HAVE_FRONT_END = {"human_via_agent", "unknown"}
_MAY_HAVE_ROOT = {"human_direct", "human_via_agent", "unknown"}


@dataclass(frozen=True)
class Chain:
    """How a token came to be."""

    token: Row  # of `tokens`, with its chain grade
    hops: list[Row] = field(default_factory=list)  # from the first known client on; each with grade and `reasons`
    alternatives: list[Row] = field(default_factory=list)  # where the chain begins with several fitting front ends
    root: Row | None = None  # the interactive sign-in at the root, where the logs have it

    @property
    def key(self) -> Key:
        """Tenant and token id."""
        return self.token["tenant_id"], self.token["token_id"]

    @property
    def evidence(self) -> list[Row]:
        """The sign-ins it rests on."""
        parts = [_record(self.token, self.token, "category", "sign_in_id", "landed_file")]
        parts += [
            _record(hop, hop, "parent_category", "parent_sign_in_id", "parent_landed_file")
            for hop in [*self.alternatives, *self.hops]
        ]
        if self.root is not None and self.root.get("landed_file"):
            parts.append(_record(self.token, self.root, "category", "sign_in_id", "landed_file"))
        return [part for part in parts if part["record_id"]]


def _record(owner: Row, row: Row, log: str, record_id: str, landed_file: str) -> Row:
    return {
        "log": row[log],
        "record_id": row[record_id],
        "landed_file": row[landed_file],
        "tenant_id": owner["tenant_id"],
    }


def rows_of(connection: duckdb.DuckDBPyConnection, query: str, values: Row | None = None) -> list[Row]:
    """The answer to a query, a dictionary per row. The list `ids` is bound one by one: only so DuckDB skips files."""
    bound = dict(values or {})
    if "ids" in bound:
        ids = {f"id_{number}": value for number, value in enumerate(bound.pop("ids"))}
        if not ids:
            return []
        names = ", ".join(f"${name}" for name in ids)
        query = query.replace("in ($ids)", f"= {names}" if len(ids) == 1 else f"in ({names})")
        bound |= ids
    result = connection.execute(query, bound)
    columns = [column[0] for column in result.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]


def chains_of(connection: duckdb.DuckDBPyConnection, requests: list[Row], sign_ins: list[Row]) -> list[Chain]:
    """The chain of each token of the requests and sign-ins, the oldest token first.

    A token whose requests settle that no agent stood between (a web app that redeemed a code) gets no hops, and one
    whose requests settle that no human is on it gets no root.
    """
    classes: dict[Key, set[str]] = {}
    for row in [*requests, *sign_ins]:
        if row["token_id"] is not None:
            known = classes.setdefault((row["tenant_id"], row["token_id"]), set())
            known.update({row["actor_class"]} if "actor_class" in row else ())
    found = rows_of(connection, queries.TOKENS, {"ids": [token_id for _, token_id in classes]})
    tokens = [row for row in found if (row["tenant_id"], row["token_id"]) in classes]
    links = _links(connection, {row["token_id"] for row in tokens})
    roots = _roots(connection, tokens)
    chains: list[Chain] = []
    rootless: list[int] = []
    for token in tokens:
        settled = classes[token["tenant_id"], token["token_id"]]
        hops, alternatives = _walk(token, links) if not settled or settled & _MAY_HAVE_FRONT_END else ([], [])
        root = _root(token, roots) if not settled or settled & _MAY_HAVE_ROOT else None
        if root is None and token["is_human_token"] and (not settled or settled & _MAY_HAVE_ROOT):
            rootless.append(len(chains))
        chains.append(Chain(token, hops, alternatives, root))
    beginnings = _session_beginnings(connection, [chains[place] for place in rootless])
    for place in rootless:
        beginning = beginnings.get(_session_of(chains[place]))
        if beginning is not None and beginning["signed_in_at"] <= chains[place].token["issued_at"]:
            chains[place] = replace(chains[place], root=beginning)
    return chains


def _links(connection: duckdb.DuckDBPyConnection, token_ids: set[str]) -> dict[Key, list[Row]]:
    """The hops into these tokens and into those before them."""
    links: dict[Key, list[Row]] = {}
    seen: set[str] = set()
    for _ in range(_MOST_HOPS):
        wanted = token_ids - seen
        if not wanted:
            break
        seen |= wanted
        token_ids = set()
        for row in rows_of(connection, queries.LINKS, {"ids": sorted(wanted)}):
            row["reasons"] = _reasons(row)
            links.setdefault((row["tenant_id"], row["child_token_id"]), []).append(row)
            token_ids.add(row["parent_token_id"])
    return links


def _walk(token: Row, links: dict[Key, list[Row]]) -> tuple[list[Row], list[Row]]:
    """The hops, first client first, and the front ends that fit where several do. Walks as `token_chains` does."""
    hops: list[Row] = []
    apps = {token["app_id"]}
    at: Key = (token["tenant_id"], token["token_id"])
    while len(hops) < _MOST_HOPS and (fitting := links.get(at)):
        if fitting[0]["grade"] == "ambiguous":
            return hops[::-1], fitting
        hop = fitting[0]
        if hops and hop["front_end_app_id"] in apps:
            break
        hops.append(hop)
        apps.add(hop["front_end_app_id"])
        at = (token["tenant_id"], hop["parent_token_id"])
    return hops[::-1], []


def _reasons(link: Row) -> list[str]:
    """Why the hop has its grade, in words."""
    front_ends, earlier = link["front_ends"], link["inherited_from_token_id"]
    reasons = [
        ("user, audience and time fit", True),
        ("both tokens are of one session", link["is_session_equal"]),
        ("both carry one correlation id", link["is_correlation_equal"]),
        ("the sign-in calls itself on-behalf-of", link["says_on_behalf_of"]),
        (f"inherited from token {earlier}, which it continues", earlier),
        ("one front end fits" if front_ends == 1 else f"{front_ends} front ends fit", True),
        ("against it: the sessions differ", link["is_session_other"]),
    ]
    return [words for words, holds in reasons if holds]


def _session_of(chain: Chain) -> tuple[str, str, str | None]:
    """Tenant, user and session of the first known token of the chain."""
    first = chain.hops[0]["parent_session_id"] if chain.hops else chain.token["session_id"]
    return chain.token["tenant_id"], chain.token["user_id"], first


def _session_beginnings(connection: duckdb.DuckDBPyConnection, chains: list[Chain]) -> dict[tuple[str, str, Any], Row]:
    """The interactive sign-ins that began these chains' sessions, however long ago: the tables look back 60 hours."""
    ids = sorted({session for _, _, session in map(_session_of, chains) if session})
    rows = rows_of(connection, queries.SESSION_BEGINNINGS, {"ids": ids})
    return {(row["tenant_id"], row["user_id"], row["session_id"]): row for row in rows}


def _roots(connection: duckdb.DuckDBPyConnection, tokens: list[Row]) -> dict[Key, Row]:
    ids = sorted({token["root_sign_in_id"] for token in tokens if token["root_sign_in_id"]})
    rows = rows_of(connection, queries.ROOTS, {"ids": ids})
    return {(row["tenant_id"], row["sign_in_id"]): row for row in rows}


def _root(token: Row, roots: dict[Key, Row]) -> Row | None:
    """The root sign-in with whether more than one factor was given."""
    sign_in_id = token["root_sign_in_id"]
    if sign_in_id is None:
        return None
    known = {
        "sign_in_id": sign_in_id,
        "signed_in_at": token["root_at"],
        "ip_address": token["root_ip_address"],
        "device": token["root_device"],
        "is_multi_factor": token["root_mfa"],
    }
    return roots.get((token["tenant_id"], sign_in_id), {}) | known
