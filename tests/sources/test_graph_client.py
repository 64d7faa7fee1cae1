"""The Graph client under faults, over real sockets."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.sources.graph_client import PAGE_ATTEMPTS, RESTARTS, GraphClient, Rate, Transport
from pipelines.sources.graph_faults import GraphError, OverloadedError
from pipelines.sources.items import Record
from tests.sources.graph_tenant import Clock, Credential, client, transport
from tests.tenant_server.certificates import make_certificate, serves, trusts
from tests.tenant_server.graph import (
    PREFER,
    TOKEN,
    Fault,
    Server,
    Tenant,
    cut,
    empty_first,
    html,
    next_at,
    redirect,
    reset,
    serving,
    status,
)

USERS = [{"id": f"user-{number}", "userPrincipalName": f"user{number}@contoso.com"} for number in range(7)]
QUERY = {"$select": "id,userPrincipalName", "$top": "999"}


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(directory={"users": USERS}, page_size=3)


@pytest.fixture
def server(tenant: Tenant) -> Iterator[Server]:
    with serving(tenant) as server:
        yield server


def ids(graph: GraphClient) -> list[str]:
    return [item.fields["id"] for item in graph.records("users", QUERY) if isinstance(item, Record)]


ALL = [user["id"] for user in USERS]


def test_every_page_is_asked_for_with_the_members_of_newer_versions_t6(server: Server, tenant: Tenant) -> None:
    credential = Credential()
    with GraphClient(credential, Rate(100, 1), transport=transport(server, Clock())) as graph:
        lines = [item.line for item in graph.records("users", QUERY)]
    assert lines[0] == b'{"id":"user-0","userPrincipalName":"user0@contoso.com"}'
    assert len(lines) == 7
    assert [asked.headers["prefer"] for asked in tenant.asked] == [PREFER] * 3
    assert [asked.headers["authorization"] for asked in tenant.asked] == [f"Bearer {TOKEN}"] * 3
    assert set(credential.scopes) == {"https://graph.microsoft.com/.default"}


@pytest.mark.parametrize(
    "faults",
    [
        [status(429)],
        [None, status(503), status(504), None, status(500)],
        [None, html],
        [reset],
        [None, reset, cut, reset],
        [cut],
        [None, status(429, Retry_After="Wed, 04 Mar 2026 12:31:00 GMT")],
    ],
)
def test_fault_is_asked_again_and_nothing_is_lost_or_doubled(
    server: Server, tenant: Tenant, faults: list[Fault | None]
) -> None:
    tenant.faults = deque(faults)
    clock = Clock()
    with client(server, clock) as graph:
        assert ids(graph) == ALL
    assert len(clock.slept) == len([fault for fault in faults if fault])


def test_retry_after_of_any_length_is_waited_for(server: Server, tenant: Tenant) -> None:
    tenant.faults = deque([None, status(429, Retry_After="7200"), status(429, Retry_After="2")])
    clock = Clock()
    with client(server, clock) as graph:
        assert ids(graph) == ALL
    assert clock.slept == [7200, 2]


def test_empty_page_is_not_the_last_one(server: Server, tenant: Tenant) -> None:
    tenant.faults = deque([empty_first, None, empty_first])
    with client(server) as graph:
        assert ids(graph) == ALL


def test_what_never_gets_better_is_given_up(server: Server, tenant: Tenant) -> None:
    tenant.refuse = {"users": status(503)}
    with client(server) as graph, pytest.raises(OverloadedError, match="users failed 8 times, at last with: HTTP 503"):
        ids(graph)
    assert len(tenant.asked) == PAGE_ATTEMPTS


@pytest.mark.parametrize(
    "expired",
    [
        status(410, name="Gone"),
        status(400, name="Directory_ExpiredPageToken", message="The specified page token value has expired."),
        status(400, name="BadRequest", message="Skip token is not valid."),
    ],
)
def test_listing_begins_anew_when_graph_forgot_the_place(server: Server, tenant: Tenant, expired: Fault) -> None:
    tenant.faults = deque([None, None, expired])
    with client(server) as graph:
        assert ids(graph) == [*ALL[:6], *ALL]
    tenant.faults = deque([None, expired] * (RESTARTS + 1))
    with client(server) as graph, pytest.raises(GraphError, match="users: HTTP 4"):
        ids(graph)


def test_refusal_is_said_in_graphs_words_and_not_asked_again(server: Server, tenant: Tenant) -> None:
    tenant.faults = deque([status(403, name="Authorization_RequestDenied", message="Insufficient privileges")])
    with client(server) as graph, pytest.raises(GraphError, match="users: HTTP 403 Authorization_RequestDenied Insuff"):
        ids(graph)
    assert len(tenant.asked) == 1


@pytest.fixture
def stranger() -> Iterator[Server]:
    with serving(Tenant(directory={"users": USERS})) as server:
        yield server


def test_next_page_at_another_host_is_not_asked_for(server: Server, tenant: Tenant, stranger: Server) -> None:
    host = server.origin.partition("://")[2]
    for link in (
        f"{stranger.endpoint}/users?$top=999",  # another port
        f"https://{host}/beta/users",  # another scheme
        "https://graph.microsoft.com.example.com/beta/users",
        f"http://{host}@example.com/beta/users",
        "//example.com/beta/users",
        "users?$skiptoken=3",
        7,
    ):
        tenant.faults = deque([next_at(link)])  # type: ignore[arg-type]
        with client(server) as graph, pytest.raises(GraphError, match="another host"):
            ids(graph)
    assert stranger.tenant.asked == []


def test_listing_that_goes_in_circles_ends(server: Server, tenant: Tenant) -> None:
    tenant.faults = deque([None, next_at(f"{server.endpoint}/users?$select=id%2CuserPrincipalName&$top=999")])
    with client(server) as graph, pytest.raises(GraphError, match="circles"):
        ids(graph)


def test_redirect_is_not_followed(server: Server, tenant: Tenant, stranger: Server) -> None:
    for link in (f"{stranger.endpoint}/users?$top=999", "http://example.com/", f"{server.endpoint}/users?$top=1"):
        tenant.faults = deque([redirect(link)])
        with client(server) as graph, pytest.raises(GraphError, match="redirected"):
            ids(graph)
    assert (len(tenant.asked), stranger.tenant.asked) == (3, [])


def test_token_goes_only_where_the_certificate_proves_the_host(tmp_path: Path, tenant: Tenant) -> None:
    right, wrong = make_certificate(tmp_path, "127.0.0.1"), make_certificate(tmp_path, "graph.example.com")
    with serving(tenant, serves(right)) as server:
        with client(server, trust=trusts(right)) as graph:
            assert ids(graph) == ALL
        clock = Clock()
        for trust in (trusts(wrong), None):
            with client(server, clock, trust) as graph, pytest.raises(GraphError, match="does not prove that host"):
                ids(graph)
    assert (len(tenant.asked), clock.slept) == (3, [])
    with serving(Tenant(), serves(wrong)) as other:
        with client(other, trust=trusts(wrong)) as graph, pytest.raises(GraphError, match="does not prove that host"):
            ids(graph)
        assert other.tenant.asked == []


@pytest.mark.parametrize("endpoint", ["https://example.com/beta", "http://graph.microsoft.com/beta"])
def test_endpoint_of_a_stranger_is_refused(endpoint: str) -> None:
    with pytest.raises(ValueError, match="is not the Graph of the cloud global"):
        GraphClient(Credential(), Rate(1, 1), transport=Transport(endpoint))


def test_no_more_requests_than_granted(server: Server, tenant: Tenant) -> None:
    tenant.page_size = 1
    clock = Clock()
    began = clock.now()
    with GraphClient(Credential(), Rate(3, 10), transport=transport(server, clock)) as graph:
        assert ids(graph) == ALL
    assert (clock.now() - began).total_seconds() == 20  # 3, 3 and 1 requests
