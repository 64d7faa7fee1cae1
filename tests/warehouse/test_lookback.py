"""How far back a day's requests look for the sign-in that issued their token."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog.token_ids import encode_token_id
from pipelines.outputs.who import find

if TYPE_CHECKING:
    from tests.warehouse.conftest import Folder, Json

BEGAN = "1a2b3c4d-5e6f-4718-8293-a4b5c6d7e8f9"
ISSUED = "0f1e2d3c-4b5a-4697-8899-aabbccddeeff"
OK = {"errorCode": 0}
CONTINUOUSLY_CHECKED = [{"key": "Is CAE Token", "value": "True"}]


@pytest.mark.parametrize("is_late", [False, True])
def test_t17_a_token_of_twenty_eight_hours_is_found_over_two_midnights(
    folder: Folder,
    sign_in_record: Callable[..., Json],
    request_record: Callable[..., Json],
    is_late: bool,
) -> None:
    sign_in = sign_in_record(
        ISSUED, createdDateTime="2026-03-01T20:30:00Z", uniqueTokenIdentifier=encode_token_id(ISSUED),
        userId="alex", appId="mail", clientCredentialType="none", status=OK,
        authenticationProcessingDetails=CONTINUOUSLY_CHECKED,
    )  # fmt: skip
    request = request_record(
        timeGenerated="2026-03-03T00:20:00Z", signInActivityId=encode_token_id(ISSUED), userId="alex", appId="mail",
        clientAuthMethod="0",
    )  # fmt: skip
    folder.land(request)
    if is_late:
        folder.warehouse.run()
        assert folder.ask("select token_match, user_id, actor_class from attributed_requests") == [
            ("none", "alex", "unknown")
        ]
    folder.land(sign_in)
    folder.warehouse.run()
    assert folder.ask("select token_match, user_id, actor_class from attributed_requests") == [
        ("token_id", "alex", "human_direct")
    ]


def test_root_of_a_session_is_found_however_long_ago_it_began(
    folder: Folder, sign_in_record: Callable[..., Json], request_record: Callable[..., Json]
) -> None:
    folder.land(
        sign_in_record(
            BEGAN, createdDateTime="2026-03-01T08:00:00Z", userId="alex", appId="mail", sessionId="session", status=OK,
            isInteractive=True, ipAddress="192.0.2.7",
        ),
        sign_in_record(
            ISSUED, createdDateTime="2026-03-08T08:00:00Z", userId="alex",
            appId="mail", sessionId="session", status=OK, isInteractive=False, clientCredentialType="none",
        ),
        request_record(
            "r", timeGenerated="2026-03-08T08:20:00Z", signInActivityId=encode_token_id(ISSUED), userId="alex",
            appId="mail", clientAuthMethod="0",
        ),
    )  # fmt: skip
    folder.warehouse.run()
    (chain,) = find(folder.path, "r").chains
    assert chain.root is not None
    assert (chain.root["sign_in_id"], chain.root["ip_address"]) == (BEGAN, "192.0.2.7")


@pytest.mark.parametrize("seen", ["2026-03-01T08:00:00Z", "2026-03-09T08:00:00Z"])
def test_t7_agent_user_is_known_by_a_sign_in_of_any_other_day(
    folder: Folder, sign_in_record: Callable[..., Json], request_record: Callable[..., Json], seen: str
) -> None:
    folder.land(
        sign_in_record(
            BEGAN, createdDateTime=seen, userId="robot", appId="agent", status=OK,
            agent={"agentType": "agenticAppInstance", "agentSubjectType": "agentIDuser"},
        ),
        sign_in_record(
            ISSUED, createdDateTime="2026-03-05T08:00:00Z", userId="robot",
            appId="mail", status=OK, clientCredentialType="none",
        ),
        request_record(
            "matched", timeGenerated="2026-03-05T08:20:00Z", signInActivityId=encode_token_id(ISSUED),
            userId="robot", appId="mail", clientAuthMethod="0",
        ),
        request_record("unmatched", timeGenerated="2026-03-05T08:20:00Z", userId="robot", appId="mail"),
    )  # fmt: skip
    folder.warehouse.run()
    asked = "select request_id, actor_class, user_id, agent_app_id from attributed_requests order by request_id"
    assert folder.ask(asked) == [("matched", "agent_user", None, "mail"), ("unmatched", "agent_user", None, "mail")]
