"""Reads a tenant of known truth back: its records under one set of names, and the truth beside them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.demo import Summary, write_tenant
from tests.demo.export_reader import Row, contents, rows_of, token_guid

GRAPH_LOG = "MicrosoftGraphActivityLogs"
GRAPH_API = "00000003-0000-0000-c000-000000000000"
Fields = dict[str, Any]


class Tenant(NamedTuple):
    folder: Path
    summary: Summary
    rows: list[tuple[str, str, Row]]  # folder of the tenant, file, record
    truth: list[Fields]
    changes: list[Fields]
    incidents: list[Fields]

    def records(self, *logs: str) -> dict[str, dict[str, Fields]]:
        """Tenant id → record id → fields under lower-case names, one copy each."""
        found: dict[str, dict[str, Fields]] = defaultdict(dict)
        for name, _, row in self.rows:
            if row.log in logs:
                found[self.summary.tenants[name]][row.id] = lowered(row)
        return found

    def sign_ins(self) -> dict[str, dict[str, Fields]]:
        return self.records(*(log for log in self.summary.distinct if log not in (GRAPH_LOG, "AuditLogs")))

    def of(self, tenant_id: str) -> list[Fields]:
        return [line for line in self.truth if line["tenant_id"] == tenant_id]


def read_tenant(folder: Path, **arguments: Any) -> Tenant:
    truth = folder / "truth"
    summary = write_tenant(folder / "logs", truth=truth, **arguments)
    rows = []
    for file, content in contents(folder / "logs"):
        rows += [(file.split("/")[0], file, row) for row in rows_of(file, content) if row]
    requests, changes = json_lines(truth / "requests.ndjson"), json_lines(truth / "changes.ndjson")
    incidents = json.loads((truth / "incidents.json").read_bytes())
    return Tenant(folder / "logs", summary, rows, requests, changes, incidents)


def json_lines(file: Path) -> list[Fields]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def lowered(row: Row) -> Fields:
    """One spelling for all shapes."""
    renamed = {"sessionid": "c_sid", "resourceidentity": "resourceid", "createddatetime [utc]": "createddatetime"}
    fields: Fields = {"log": row.log, "shape": row.shape}
    for name, value in row.fields.items():
        key = name.lower().removesuffix("_dynamic").removesuffix("_string").removesuffix(" [utc]")
        key = renamed.get(key, key)
        fields[key] = value or fields.get(key, value)
    return fields


def moment(text: str) -> datetime:
    if "," in text:
        return datetime.strptime(text, "%m/%d/%Y, %I:%M:%S.%f %p").replace(tzinfo=UTC)
    return datetime.fromisoformat(text[:26].rstrip("Z")).replace(tzinfo=UTC)


def is_success(fields: Fields) -> bool:
    status = fields.get("status") or {}
    status = json.loads(status) if isinstance(status, str) else status
    return not status.get("errorCode")


def is_cae(fields: Fields) -> bool:
    return '"true"' in json.dumps(fields.get("authenticationprocessingdetails")).replace("\\", "").lower()


def parent_app(fields: Fields) -> str:
    agent = fields.get("agent") or {}
    agent = json.loads(agent) if isinstance(agent, str) else agent
    return agent.get("parentAppId") or ""


def front_ends(child: Fields, sign_ins: Iterable[Fields], *, same_session: bool) -> set[str]:
    """The clients of every token that `child` can have come from, several hops up."""
    at, found = moment(child["createddatetime"]), set()
    audiences = {child["appid"], parent_app(child)}
    for token in sign_ins:
        life = timedelta(hours=28) if is_cae(token) else timedelta(minutes=80)
        if (
            token["resourceid"] in audiences
            and token["appid"] != child["appid"]
            and token.get("userid") == child["userid"]
            and moment(token["createddatetime"]) <= at <= moment(token["createddatetime"]) + life
            and is_success(token)
            and (not same_session or token["c_sid"] == child["c_sid"])
        ):
            found |= front_ends(token, sign_ins, same_session=same_session) or {token["appid"]}
    return found


__all__ = ["GRAPH_API", "GRAPH_LOG", "Tenant", "front_ends", "moment", "read_tenant", "token_guid"]
