import re

import pytest

from pipelines.catalog.graph import classify, normalise
from pipelines.catalog.graph.operations import Operation
from pipelines.catalog.graph.sdk_templates import as_uri, sdk_templates
from pipelines.catalog.graph.vocabulary import ACTIONS, THINGS

GUID = "6f9619ff-8b86-4011-b42d-00c04fc964ff"
FALLBACK = re.compile(r"made an? (?:[A-Z]+ )?request to /")
MAIL, EVENT, FILE = "/users/{id}/messages/{id}", "/users/{id}/events/{id}", "/users/{id}/drive/items/{id}"

CASES = [
    # method, template, done, joins
    ("POST", "/users/{id}/sendMail", "sent mail", "as"),
    ("GET", MAIL, "read a mail message", "of"),
    ("GET", "/me/messages", "listed mail messages", "of"),
    ("GET", "/users/{id}/mailFolders/inbox/messages/delta", "listed mail messages", "of"),
    ("GET", "/me/messages/$count", "counted mail messages", "of"),
    ("GET", MAIL + "/$value", "downloaded a mail message", "of"),
    ("DELETE", MAIL, "deleted a mail message", "of"),
    ("POST", MAIL + "/permanentDelete", "deleted a mail message for good", "of"),
    ("PATCH", MAIL, "updated a mail message", "of"),
    ("POST", "/me/messages", "drafted a mail message", "of"),
    ("POST", MAIL + "/send", "sent a mail message", "as"),
    ("POST", MAIL + "/forward", "forwarded a mail message", "of"),
    ("POST", MAIL + "/reply", "replied to a mail message", "of"),
    ("POST", MAIL + "/createReply", "drafted a reply to a mail message", "of"),
    ("POST", MAIL + "/move", "moved a mail message", "of"),
    ("GET", MAIL + "/attachments", "listed attachments", "of"),
    ("POST", "/users/{id}/mailFolders/{id}/messageRules", "created an inbox rule", "of"),
    ("PATCH", "/users/{id}/mailboxSettings", "changed the mailbox settings", "of"),
    ("GET", "/me/calendarView", "listed calendar events", "of"),
    ("DELETE", EVENT, "deleted a calendar event", "of"),
    ("POST", EVENT + "/tentativelyAccept", "accepted a calendar event tentatively", "of"),
    ("GET", "/me/contacts/{id}", "read a contact", "of"),
    ("GET", "/users/{id}/photo/$value", "downloaded the profile photo", "of"),
    ("GET", FILE + "/content", "downloaded a file", "of"),
    ("PUT", "/me/drive/root:{path}:/content", "uploaded a file", "of"),
    ("POST", FILE + "/createUploadSession", "started the upload of a file", "of"),
    ("POST", FILE + "/createLink", "shared a file or folder by link", "of"),
    ("POST", "/drives/{id}/items/{id}/invite", "shared a file or folder with people", "of"),
    ("GET", "/me/drive/root/children", "listed files and folders", "of"),
    ("GET", "/sites/{id}/drive/items/{id}/content", "downloaded a file", ""),
    ("GET", FILE + "/workbook/worksheets/{id}/usedRange", "read details of a worksheet", "of"),
    ("POST", "/chats/{id}/messages", "sent a chat message", "in a chat of"),
    ("GET", "/chats/{id}/messages", "listed chat messages", "of"),
    ("POST", "/teams/{id}/channels/{id}/messages", "sent a channel message", ""),
    ("GET", "/users/{id}/onlineMeetings/{id}/transcripts/{id}/content", "downloaded a meeting transcript", "of"),
    ("GET", "/users/{id}/onlineMeetings/{id}/recordings", "listed meeting recordings", "of"),
    ("GET", "/copilot/users/{id}/interactionHistory/getAllEnterpriseInteractions",
     "read Copilot interaction history", "of"),
    ("POST", "/me/todo/lists/{id}/tasks", "created a to-do task", "of"),
    ("PATCH", "/planner/tasks/{id}", "updated a planner task", ""),
    ("GET", "/me/onenote/pages/{id}/content", "downloaded a note page", "of"),
    ("PATCH", "/users/{id}", "updated a user account", "of"),
    ("GET", "/me", "read the user account", "of"),
    ("POST", "/users", "created a user account", ""),
    ("GET", "/users/{id}/manager", "read the manager", "of"),
    ("PUT", "/users/{id}/manager/$ref", "set the manager", "of"),
    ("DELETE", "/users/{id}/manager/$ref", "removed the manager", "of"),
    ("POST", "/users/{id}/authentication/methods/{id}/resetPassword", "reset a password", "of"),
    ("PATCH", "/users/{id}/authentication/methods/{id}", "changed an authentication method", "of"),
    ("POST", "/users/{id}/authentication/phoneMethods", "added an authentication phone", "of"),
    ("POST", "/users/{id}/revokeSignInSessions", "revoked the sign-in sessions", "of"),
    ("POST", "/users/{id}/assignLicense", "assigned or removed licences", "of"),
    ("POST", "/users/{id}/appRoleAssignments", "granted an app role", "to"),
    ("POST", "/groups/{id}/members/$ref", "added a member to a group", ""),
    ("DELETE", "/groups/{id}/members/{id}/$ref", "removed a member from a group", ""),
    ("GET", "/groups/{id}/members", "listed group members", ""),
    ("POST", "/applications/{id}/addPassword", "added a password to an application", ""),
    ("POST", "/oauth2PermissionGrants", "granted consent to permissions", ""),
    ("POST", "/roleManagement/directory/roleAssignments", "assigned a role", ""),
    ("POST", "/subscriptions", "subscribed to changes", ""),
    ("POST", "/$batch", "sent a batch of requests", ""),
    ("POST", "/search/query", "searched the tenant's content", ""),
    ("GET", "/security/alerts_v2", "listed security alerts", ""),
    ("GET", "/sites/{id}/lists/{id}/items", "listed list items", ""),
    ("POST", "/nobody/{id}/knows", "made a POST request to /nobody/{id}/knows", ""),
    ("OPTIONS", "/nobody", "made an OPTIONS request to /nobody", ""),
    ("<b>", "/users/{id}", "made a request to /users/{id}", ""),
]  # fmt: skip


@pytest.mark.parametrize(("method", "template", "done", "joins"), CASES)
def test_operation_is_told_in_words(method: str, template: str, done: str, joins: str) -> None:
    operation = classify(method, template)
    assert (operation.done, operation.joins) == (done, joins)


@pytest.mark.parametrize(
    ("method", "template", "to_do"),
    [
        ("POST", "/me/sendMail", "send mail"),
        ("GET", MAIL, "read a mail message"),
        ("DELETE", EVENT, "delete a calendar event"),
        ("PUT", FILE + "/content", "upload a file"),
        ("POST", "/users/{id}/assignLicense", "assign or remove licences"),
        ("POST", "/me/unknown", "act on the user account"),
        ("POST", "/nobody", "make a POST request to /nobody"),
    ],
)
def test_infinitive_tells_what_was_not_done(method: str, template: str, to_do: str) -> None:
    assert classify(method, template).to_do == to_do


def test_action_on_what_has_no_name_is_told_of_what_is_near() -> None:
    assert classify("POST", "/users/{id}/unheardof/{id}/forward").done == "acted on a user account"


def test_path_that_graph_cannot_have_is_told_as_a_request() -> None:
    assert classify("GET", "/me" + "/messages/{id}" * 40).done.startswith("made a GET request to /me/messages/")


@pytest.fixture(scope="module")
def sdk() -> list[Operation]:
    """Every operation of the installed SDK."""
    return [
        classify(method, normalise(as_uri(template, GUID)).rough_template)
        for template, methods in sdk_templates().items()
        for method in methods
    ]


def test_every_operation_of_the_sdk_is_told_in_english(sdk: list[Operation]) -> None:
    phrases = {phrase for operation in sdk for phrase in (operation.done, operation.to_do)}
    wrong = [
        phrase
        for phrase in phrases
        if not re.fullmatch(r"ma(?:d|k)e an? (?:[A-Z]+ )?request to /.*|[a-z][^{}/]*\S", phrase)
        or "  " in phrase
        or phrase != phrase.strip()
    ]
    assert wrong == []


def test_operations_of_the_sdk_seldom_fall_back_on_the_request(sdk: list[Operation]) -> None:
    of_users = [operation for operation in sdk if operation.is_user_scoped]
    assert share_told_as_requests(sdk) < 0.05
    assert share_told_as_requests(of_users) < 0.01


def share_told_as_requests(operations: list[Operation]) -> float:
    return sum(bool(FALLBACK.match(operation.done)) for operation in operations) / len(operations)


def test_only_words_about_data_of_users_lead_to_a_user(sdk: list[Operation]) -> None:
    for operation in sdk:
        of_user = operation.is_user_scoped or operation.data_class == "drive_unresolved"
        assert bool(operation.joins) == (of_user and not FALLBACK.match(operation.done))


def test_vocabulary_is_in_the_form_of_templates() -> None:
    names = [*THINGS, *ACTIONS]
    assert [
        name for name in names if not re.fullmatch(r"((GET|POST|PUT|DELETE) )?([a-z0-9_$]+/)?[a-z0-9_$]+", name)
    ] == []
    assert all(re.match("(an? |the |time off)", thing.one) or not thing.many for thing in THINGS.values())
