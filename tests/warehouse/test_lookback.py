"""How far back a day's requests look for the sign-in that issued their token."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog.token_ids import encode_token_id

if TYPE_CHECKING:
    from tests.warehouse.conftest import Folder, Json

ISSUED = "0f1e2d3c-4b5a-4697-8899-aabbccddeeff"
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
        userId="alex", appId="mail", clientCredentialType="none", status={"errorCode": 0},
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
