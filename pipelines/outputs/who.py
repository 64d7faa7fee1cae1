"""Who is behind an id: the requests and sign-ins it names, and for each token the chain that led to it.

Every question is a fixed text with bound values, and every row is matched within its own tenant.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import duckdb

from pipelines.catalog.token_ids import decode_token_id, is_guid
from pipelines.outputs import queries
from pipelines.outputs.chains import Chain, Key, Row, chains_of, rows_of
from pipelines.warehouse.ask import AskError, open_reader

NEWEST = 20
"""So many requests and sign-ins are shown of an id that has more."""

_REQUEST_COLUMNS = ("request_id", "token_id", "request_token_id", "sign_in_id", "correlation_id", "session_id")
_SIGN_IN_COLUMNS = ("sign_in_id", "token_id", "correlation_id", "session_id")
SEARCHED = {"request_attributions": _REQUEST_COLUMNS, "sign_ins": _SIGN_IN_COLUMNS}
"""Tables and columns in which an id is looked for."""


class Asked(NamedTuple):
    """The questions that gave requests and sign-ins, and what was bound in both."""

    requests: str = queries.REQUESTS_OF
    sign_ins: str = queries.SIGN_INS_OF
    values: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Found:
    """What an id names. Without requests and sign-ins it was not found, and `covered` says what could have been."""

    id: str
    matched_as: tuple[str, ...] = ()  # columns that hold the id
    requests: list[Row] = field(default_factory=list)  # rows of attributed_requests, newest first
    requests_in_all: int = 0
    sign_ins: list[Row] = field(default_factory=list)  # newest first
    sign_ins_in_all: int = 0
    chains: list[Chain] = field(default_factory=list)  # one per token of these
    covered: list[Row] = field(default_factory=list)  # tenant_id, log, first_day, last_day, days, records
    asked: Asked = field(default_factory=Asked)

    def __bool__(self) -> bool:
        return bool(self.requests or self.sign_ins)

    @property
    def has_all_requests(self) -> bool:
        """Whether no request is left out."""
        return self.requests_in_all == len(self.requests)

    @property
    def evidence(self) -> list[Row]:
        """The records that the answer rests on, each once: tenant, log, record id and landed file."""
        rows = [row | {"tenant_id": request["tenant_id"]} for request in self.requests for row in request["evidence"]]
        rows += [_sign_in_evidence(row) for row in self.sign_ins]
        rows += [row for chain in self.chains for row in chain.evidence]
        once: dict[tuple[str, ...], Row] = {}
        for row in rows:
            once.setdefault((row["tenant_id"], row["log"], row["record_id"]), row)
        return list(once.values())


def find(data_folder: Path, text: str) -> Found:
    """What a request id, token id in any form, sign-in id, correlation id or session id names.

    Raises NotPublishedError where nothing is published, AskError for no id and for tables that cannot be read.
    """
    with open_reader(data_folder) as connection:
        return find_in(connection, text)


def find_in(connection: duckdb.DuckDBPyConnection, text: str, tenant_id: str | None = None) -> Found:
    """What the id names in the published tables that the connection reads, of that tenant or of all.

    Raises AskError as `find` does.
    """
    wanted = text.strip()
    if not wanted:
        raise AskError("give an id: of a request, a token, a sign-in, a correlation or a session")
    try:
        return _find(connection, wanted, tenant_id)
    except duckdb.Error as error:
        raise AskError("the published tables cannot be read as this version needs; run `whoseagent run`") from error


def _find(connection: duckdb.DuckDBPyConnection, wanted: str, tenant_id: str | None) -> Found:
    ids = _forms(wanted)
    values = {**ids, "tenant_id": tenant_id}
    asked = Asked(requests=queries.REQUEST, values=values)
    keys = rows_of(connection, asked.requests, values)
    sign_ins: list[Row] = []
    if not keys:  # a request id names nothing else
        asked = Asked(values={**values, "newest": NEWEST})
        keys = rows_of(connection, asked.requests, dict(asked.values))
        sign_ins = rows_of(connection, asked.sign_ins, dict(asked.values))
    if not keys and not sign_ins:
        return Found(wanted, covered=rows_of(connection, queries.COVERED))
    requests = _requests(connection, keys)
    return Found(
        wanted,
        _matched_as(ids.values(), requests, sign_ins),
        requests,
        _in_all(keys),
        sign_ins,
        _in_all(sign_ins),
        chains_of(connection, requests, sign_ins),
        asked=asked,
    )


def _forms(wanted: str) -> dict[str, str]:
    """The id as given, and as the tables have it: GUIDs in lower case, token ids as GUIDs."""
    return {"given": wanted, "guid": wanted.lower() if is_guid(wanted) else decode_token_id(wanted) or wanted}


def _requests(connection: duckdb.DuckDBPyConnection, keys: list[Row]) -> list[Row]:
    """The whole rows, in the order of the keys."""
    if not keys:
        return []
    days = [key["day"] for key in keys]
    ids = sorted({key["request_id"] for key in keys})
    values = {"ids": ids, "first": min(days), "last": max(days)}
    found: dict[Key, Row] = {
        (row["tenant_id"], row["request_id"]): row for row in rows_of(connection, queries.WHOLE_REQUESTS, values)
    }
    named = [(key, found.get((key["tenant_id"], key["request_id"]))) for key in keys]
    return [row | {"request_token_id": key["request_token_id"]} for key, row in named if row is not None]


def _in_all(rows: list[Row]) -> int:
    return int(rows[0]["in_all"]) if rows else 0


def _matched_as(ids: Iterable[str], requests: list[Row], sign_ins: list[Row]) -> tuple[str, ...]:
    wanted = set(ids)
    columns = [name for name in _REQUEST_COLUMNS for row in requests if row[name] in wanted]
    columns += [name for name in _SIGN_IN_COLUMNS for row in sign_ins if row[name] in wanted]
    return tuple(dict.fromkeys(columns))


def _sign_in_evidence(row: Row) -> dict[str, Any]:
    names = {"log": "category", "record_id": "sign_in_id", "landed_file": "landed_file", "tenant_id": "tenant_id"}
    return {name: row[column] for name, column in names.items()}
