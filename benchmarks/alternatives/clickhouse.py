"""ClickHouse in process: one query over the files, whose JSON it reads as they are."""

import json
from pathlib import Path

from chdb.session import Session

GUID = """
create function guid as token -> arrayStringConcat(arrayMap(
    at -> substring(lower(hex(tryBase64URLDecode(token))), abs(at), 2) || if(at < 0, '-', ''),
    [7, 5, 3, -1, 11, -9, 15, -13, 17, -19, 21, 23, 25, 27, 29, 31]
))
"""
QUERY = """
with
    requests as (
        select
            requestId,
            any(appId) as app_id,
            any(userId) as user_id,
            any(requestMethod) as method,
            any(requestUri) as uri,
            guid(any(signInActivityId)) as sign_in
        from ({requests})
        group by requestId
    ),
    sign_ins as (
        select if(id != '', lower(id), guid(uniqueTokenIdentifier)) as sign_in, max(userId) as person, 1 as is_there
        from ({sign_ins})
        group by sign_in
    )
select
    app_id,
    count(),
    countIf(is_there = 1),
    uniqExactIf(person, person != ''),
    countIf(method in ('POST', 'PUT', 'PATCH', 'DELETE') and match(uri, '/users/[^/?]+/') and user_id = '')
from requests
left join sign_ins using (sign_in)
group by app_id
format JSONCompactEachRow
settings input_format_json_ignore_unknown_keys_in_named_tuple = 1, input_format_null_as_default = 1
"""
REQUEST = ["requestId", "appId", "userId", "requestMethod", "requestUri", "signInActivityId"]
SIGN_IN = ["id", "userId", "uniqueTokenIdentifier"]


def read(landing: Path, logs: str, names: list[str]) -> str:
    """A query for the named fields of all records, wherever the shape of the log has them."""
    members = ", ".join(f"{name} String" for name in names)
    upper = [name[0].upper() + name[1:] for name in names]
    shapes = {
        "diagnostic": (f"properties Tuple({members})", [f"properties.{name}" for name in names]),
        "graph": (members, names),
        "log_analytics": (", ".join(f"{name} String" for name in upper), upper),
    }
    return " union all ".join(
        f"select {', '.join(f'{column} as {name}' for column, name in zip(columns, names, strict=True))} "
        f"from file('{folder}/*.zst', JSONEachRow, '{structure}')"
        for shape, (structure, columns) in shapes.items()
        for folder in sorted(landing.glob(f"{logs}/{shape}"))
    )


def answer(landing: Path) -> list[tuple[str, int, int, int, int]]:
    """App, requests, requests with a sign-in, users, writes on users' data with no user."""
    requests = read(landing, "MicrosoftGraphActivityLogs", REQUEST)
    query = QUERY.format(requests=requests, sign_ins=read(landing, "*[Ss]ign[Ii]nLogs", SIGN_IN))
    with Session() as session:
        session.query(GUID)
        lines = str(session.query(query)).splitlines()
    return sorted((app, *map(int, counts)) for app, *counts in map(json.loads, lines))
