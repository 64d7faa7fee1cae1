import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.catalog.graph import classify, classify_all, outcome
from pipelines.catalog.graph.operations import COLUMNS, Operation

CASES = [
    # method, template, data class, sensitivity, effect
    ("GET", "/users/{id}/messages", "user_content", 3, "read"),
    ("POST", "/users/{id}/messages", "user_content", 3, "create"),  # a draft
    ("POST", "/users/{id}/messages/{id}/createreply", "user_content", 3, "create"),
    ("POST", "/users/{id}/messages/{id}/createforward", "user_content", 3, "create"),
    ("POST", "/users/{id}/sendMail", "user_content", 4, "send"),
    ("POST", "/users/{id}/messages/{id}/send", "user_content", 4, "send"),
    ("POST", "/users/{id}/messages/{id}/replyAll", "user_content", 4, "send"),
    ("POST", "/users/{id}/events/{id}/forward", "user_content", 4, "send"),
    ("POST", "/chats/{id}/messages", "user_content", 4, "send"),
    ("POST", "/teams/{id}/channels/{id}/messages", "shared", 0, "send"),
    ("DELETE", "/users/{id}/messages/{id}", "user_content", 4, "delete"),
    ("POST", "/users/{id}/messages/{id}/permanentDelete", "user_content", 4, "delete"),
    ("POST", "/users/{id}/messages/{id}/move", "user_content", 3, "move_copy"),
    ("POST", "/users/{id}/mailFolders/{id}/messageRules", "user_security", 4, "rule"),
    ("PATCH", "/users/{id}/mailboxSettings", "user_security", 4, "rule"),
    ("GET", "/users/{id}/mailboxSettings", "user_security", 4, "read"),
    ("POST", "/users/{id}/events/{id}/tentativelyAccept", "user_content", 2, "respond"),
    ("POST", "/users/{id}/calendar/getSchedule", "user_content", 2, "read"),
    ("GET", "/users/{id}/onlineMeetings/{id}/transcripts/{id}/content", "user_content", 3, "read"),
    ("POST", "/users/{id}/presence/setPresence", "user_content", 1, "state"),
    ("POST", "/chats/{id}/markChatReadForUser", "user_content", 3, "state"),
    ("PUT", "/users/{id}/photo/$value", "user_content", 1, "update"),
    ("POST", "/users/{id}/drive/items/{id}/invite", "user_content", 4, "share"),
    ("POST", "/drives/{id}/items/{id}/createLink", "drive_unresolved", 4, "share"),
    ("POST", "/drives/{id}/items/{id}/preview", "drive_unresolved", 3, "read"),
    ("GET", "/sites/{my}/drive/root/children", "user_content", 3, "read"),
    ("GET", "/sites/{id}/drive/root/children", "shared", 0, "read"),
    ("POST", "/users/{id}/drive/items/{id}/workbook/functions/abs", "user_content", 3, "read"),
    ("POST", "/users/{id}/drive/items/{id}/workbook/application/calculate", "user_content", 3, "update"),
    ("POST", "/users/{id}/drive/items/{id}/checkin", "user_content", 3, "update"),
    ("POST", "/users/{id}/todo/lists", "user_content", 2, "create"),
    ("POST", "/users/{id}/todo/lists/{id}/tasks/{id}/checklistItems", "user_content", 2, "create"),
    ("POST", "/users/{id}/authentication/phoneMethods", "user_security", 4, "credential"),
    ("POST", "/users/{id}/authentication/methods/{id}/resetPassword", "user_security", 4, "credential"),
    ("POST", "/users/{id}/revokeSignInSessions", "user_security", 4, "credential"),
    ("POST", "/users/{id}/appRoleAssignments", "user_security", 4, "create"),
    ("POST", "/users/{id}/wipeManagedAppRegistrationsByDeviceTag", "user_security", 4, "update"),
    ("POST", "/users/{id}/getPasswordSingleSignOnCredentials", "user_security", 4, "read"),
    ("POST", "/servicePrincipals/{id}/getPasswordSingleSignOnCredentials", "tenant", 4, "read"),
    ("POST", "/admin/exchange/mailboxes/{id}/exportItems", "user_content", 4, "read"),
    ("GET", "/copilot/users/{id}/interactionHistory/getAllEnterpriseInteractions", "user_content", 3, "read"),
    ("GET", "/users/{id}", "user_object", 1, "read"),
    ("PATCH", "/users/{id}", "user_object", 3, "update"),  # may hold a new password
    ("DELETE", "/users/{id}", "user_object", 4, "delete"),
    ("PUT", "/users/{id}/manager/$ref", "user_object", 1, "update"),
    ("POST", "/users/{id}/getMemberGroups", "user_object", 1, "read"),
    ("POST", "/users", "tenant", 0, "create"),
    ("GET", "/users", "tenant", 0, "read"),
    ("POST", "/applications/{id}/addPassword", "tenant", 0, "credential"),
    ("POST", "/applications/{id}/federatedIdentityCredentials", "tenant", 0, "credential"),
    ("POST", "/search/query", "tenant", 3, "read"),
    ("POST", "/security/runHuntingQuery", "tenant", 3, "read"),
    ("POST", "/subscriptions", "tenant", 0, "create"),
    ("POST", "/groups/{id}/members/$ref", "shared", 0, "create"),
    ("POST", "/nobody/knows/this", "tenant", 0, "create"),
    ("BREW", "/users/{id}/messages/{id}", "user_content", 3, "update"),
]


@pytest.mark.parametrize(("method", "template", "data_class", "sensitivity", "effect"), CASES)
def test_operation_is_classified(method: str, template: str, data_class: str, sensitivity: int, effect: str) -> None:
    operation = classify(method, template)
    assert (operation.data_class, operation.sensitivity, operation.effect) == (data_class, sensitivity, effect)
    assert operation.is_write == (effect != "read")
    assert operation.is_user_scoped == data_class.startswith("user_")


def test_t25_upload_session_is_the_write_and_302_on_content_a_download() -> None:
    session = classify("POST", "/users/{id}/drive/items/{id}/createUploadSession")
    assert (session.effect, session.is_write) == ("upload", True)
    assert classify("PUT", "/me/drive/root:{path}:/content").effect == "upload"
    assert outcome(302, "/me/drive/items/{id}/content") == "success"
    assert outcome(302, "/me/drive/items/{id}") == "failed"


def test_t26_batch_envelope_is_no_write() -> None:
    batch = classify("POST", "/$batch")
    assert (batch.effect, batch.is_write, batch.data_class) == ("batch_envelope", False, "tenant")


def test_t27_own_paths_are_told_from_those_of_others() -> None:
    assert classify("POST", "/me/sendMail").is_own
    assert classify("POST", "/users/me/sendMail").is_own
    assert classify("GET", "/drive/root/children").is_own
    assert not classify("POST", "/users/{id}/sendMail").is_own
    assert classify("POST", "/me/sendMail").is_user_scoped


@pytest.mark.parametrize(
    ("status", "expected"),
    [(200, "success"), (204, "success"), (401, "denied"), (403, "denied"), (429, "throttled"), (404, "failed"),
     (500, "failed"), (None, "failed")],
)  # fmt: skip
def test_outcome_follows_the_status(status: int | None, expected: str) -> None:
    assert outcome(status, "/me") == expected


@given(st.text(max_size=8), st.text() | st.text("/()='{}id:,$me", max_size=40).map("/users/".__add__))
def test_any_text_is_classified(method: str, rough_template: str) -> None:
    assert isinstance(classify(method, rough_template), Operation)


def test_classify_all_gives_one_row_per_pair() -> None:
    pairs = pl.DataFrame({"method": ["GET", "GET", "POST", None], "rough_template": ["/me", "/me", "/me", None]})
    classified = classify_all(pairs)
    assert classified.columns == ["method", "rough_template", *Operation._fields]
    assert classified.height == 3
    assert classify_all(pairs.clear()).schema == classified.schema
    assert tuple(COLUMNS) == Operation._fields
