import base64
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.catalog.graph import classify, normalise, outcome, owner_label

SqlHalf = Callable[[Sequence[tuple[str, str | None]]], list[dict[str, Any]]]

guids = st.uuids().map(str) | st.uuids().map(lambda guid: str(guid).upper())
people = st.sampled_from(
    ["alex@example.com", "o'brien@example.com", "alex%40example.com", "sam_contoso.com%23EXT%23@example.com", "alex",
     "graph.smith@example.com", "%24alex@example.com"]
)  # fmt: skip
opaque = st.binary(min_size=12, max_size=40).map(lambda raw: base64.urlsafe_b64encode(raw).decode())
chats = st.builds("19:{}_{}@unq.gbl.spaces".format, guids, guids) | opaque.map("19:{}@thread.v2".format)
drives = opaque.map("b!{}".format)
hosts = st.sampled_from(["contoso.sharepoint.com", "contoso-my.sharepoint.com", "Contoso-My.sharepoint.us"])
folders = st.sampled_from(["/sites/team", "/personal/alex_contoso_com", "/sites/R%26D", "/personal/sam_contoso_com/a"])
sites = st.builds("{},{},{}".format, hosts, guids, guids) | st.builds("{}:{}:".format, hosts, folders) | guids
shares = st.builds("https://{}{}".format, hosts, folders).map(
    lambda url: "u!" + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
)
files = st.sampled_from(["a.docx", "a/b%20c.docx", "Alex's files/(1).txt", "x%2Fy", "a//b", "ü.md"])
words = st.sampled_from(
    ["messages", "mailFolders", "inbox", "drive", "items", "sendMail", "microsoft.graph.getMemberGroups", "graph.user",
     "$ref", "$value", "$count", "delta", "delta()", "delta(token='a/b')", "getByPath(path='/a/b')", "authentication",
     "fido2Methods", "photos/96x96", "permissions", "createUploadSession", "content", "range(address='A1:B2')",
     "cell(row=1, column=2)", "microsoft.graph.identityGovernance.summary", "drives", "sites", "chats", "teams"]
)  # fmt: skip


def keyed(collection: str, ids: st.SearchStrategy[str], key: str = "id") -> st.SearchStrategy[str]:
    forms = ("{}/{}", "{}('{}')", "{}({})", f"{{}}({key}='{{}}')")
    return st.builds(lambda form, value: form.format(collection, value), st.sampled_from(forms), ids)


roots = st.one_of(
    keyed("users", guids | people, "userPrincipalName"),
    keyed("Users", guids),
    keyed("groups", guids),
    keyed("teams", guids),
    keyed("chats", chats),
    keyed("drives", drives),
    keyed("sites", sites),
    keyed("shares", shares),
    keyed("communications/presences", guids),
    keyed("copilot/users", guids),
    st.sampled_from(["me", "ME", "drive", "users", "$batch", "users/me", "search", ""]),
)
steps = st.one_of(words, guids, opaque, files.map("root:/{}:".format), files.map("items/01AB:/{}".format))
starts = st.sampled_from(
    ["https://graph.microsoft.com/v1.0/", "https://graph.microsoft.com/beta//", "HTTPS://Graph.Microsoft.com/V1.0/",
     "https://graph.microsoft.us/beta/", "https://graph.microsoft.com/edu/", "https://graph.microsoft.com/", "/v1.0/",
     "https://graph.microsoft.com/v1.0/6f9619ff-8b86-4011-b42d-00c04fc964ff/",
     "https://graph.microsoft.com/beta/myorganization/", "https://agsmtlscert.graph.microsoft.com:443//beta/"]
)  # fmt: skip
ends = st.sampled_from(["", "/", "//", "?$top=5", "?$select=a\\u0026$top=1", "\\u0026x", "?a=/b('c')"])
graph_uris = st.builds(
    lambda start, root, rest, end: start + "/".join([root, *rest]) + end,
    starts,
    roots,
    st.lists(steps, max_size=5),
    ends,
)
hostile = st.one_of(  # never empty: a request without a URI has none
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
    st.text("/:('=)$,.%u026\\{}Aa1@-\n", max_size=60).map("https://graph.microsoft.com/v1.0/users{}".format),
    st.sampled_from(["<script>alert(1)</script>", "'; drop table requests; --", "%ff", "%", "%zz%00"]),
)
methods = st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT"])
ANSWERS = ("api_version", "path", "rough_template", "path_template", "target_user", "target_drive", "target_chat",
           "target_group", "target_site", "derived_owner")  # fmt: skip


def check(sql_half: SqlHalf, requests: list[tuple[str, str]]) -> None:
    rows = sql_half(requests)
    assert len(rows) == len(requests)
    for (method, uri), row in zip(requests, rows, strict=True):
        whole = normalise(uri, method)
        assert {name: row[name] for name in ANSWERS} == {name: getattr(whole, name) for name in ANSWERS}, uri
        assert (tuple(row["chat_users"]) if row["chat_users"] else None) == whole.chat_users
        operation = classify(method, whole.rough_template)
        assert {name: row[name] for name in operation._fields} == operation._asdict(), uri


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(requests=st.lists(st.tuples(methods, graph_uris), min_size=30, max_size=30))
def test_sql_half_and_classification_give_what_the_python_whole_gives(
    sql_half: SqlHalf, requests: list[tuple[str, str]]
) -> None:
    check(sql_half, requests)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(requests=st.lists(st.tuples(methods, hostile), min_size=20, max_size=20))
def test_sql_half_takes_any_text(sql_half: SqlHalf, requests: list[tuple[str, str]]) -> None:
    check(sql_half, requests)


def test_sql_half_takes_megabytes_and_null(sql_half: SqlHalf) -> None:
    check(sql_half, [("GET", "https://graph.microsoft.com/v1.0/" + "a('b')/" * 300_000), ("GET", "x:/" * 1_000_000)])
    assert sql_half([("GET", None)])[0]["target_user"] is None


def test_outcome_and_owner_label_are_the_same_in_sql(database: duckdb.DuckDBPyConnection) -> None:
    for status in (200, 202, 302, 401, 403, 404, 429, 500, None):
        for template in ("/me/drive/items/{id}/content", "/me"):
            seen = database.execute("select graph_outcome($1, $2)", [status, template]).fetchone()
            assert seen == (outcome(status, template),)
    assert database.execute("select graph_owner_label('O''Brien@Example.com')").fetchone() == (
        owner_label("O'Brien@Example.com"),
    )
