"""Recognising records: which log, which shape, how its fields are spelled, and what nobody declared."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.catalog.detect import UNSUPPORTED, Detected, Detector
from pipelines.catalog.logs import LOGS, Log
from pipelines.landing.manifest import Kind

SIGN_IN: dict[str, Any] = {
    "id": "x",
    "createdDateTime": "2026-03-02T08:00:00Z",
    "appId": "x",
    "ipAddress": "192.0.2.1",
    "status": {"errorCode": 0},
}
SIGN_IN_LOGS = [log for log in LOGS if log.table == "sign_ins"]


def detect(record: dict[str, Any]) -> Detected:
    return Detector().detect(record)


def kind(record: dict[str, Any]) -> tuple[str, str]:
    return detect(record).kind[:2]


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.name)
@pytest.mark.parametrize("change", [str, str.upper, str.lower])
def test_diagnostic_envelope_by_its_category_in_any_case(log: Log, change: Any) -> None:
    assert kind({"category": change(log.category), "properties": {"id": "x"}}) == (log.name, "diagnostic")


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.name)
def test_log_analytics_row_by_its_table(log: Log) -> None:
    assert kind({"Type": log.name, "TimeGenerated": "x", "DurationMs": 1}) == (log.name, "log_analytics")
    assert kind({"Type": log.name, "TimeGenerated": "x", "DurationMs": "1"}) == (log.name, "csv")


@pytest.mark.parametrize("log", SIGN_IN_LOGS, ids=lambda log: log.name)
def test_log_analytics_sign_in_without_type_by_its_category(log: Log) -> None:
    assert kind({"Category": log.category, "CorrelationId": "x", "Id": None}) == (log.name, "log_analytics")


@pytest.mark.parametrize(
    ("row", "log"),
    [
        ({"RequestUri": "x", "RequestMethod": "GET", "Scopes": None}, "MicrosoftGraphActivityLogs"),
        ({"ActivityDisplayName": "x", "InitiatedBy": {}}, "AuditLogs"),
    ],
)
def test_log_analytics_row_without_type_by_its_columns(row: dict[str, Any], log: str) -> None:
    assert kind(row) == (log, "log_analytics")


@pytest.mark.parametrize("log", [log for log in SIGN_IN_LOGS if log.event_type], ids=lambda log: log.name)
def test_graph_sign_in_by_its_event_types(log: Log) -> None:
    assert kind({**SIGN_IN, "signInEventTypes": [log.event_type]}) == (log.name, "graph")


@pytest.mark.parametrize(
    ("fields", "log"),
    [
        ({"userId": "x", "isInteractive": True}, "SigninLogs"),
        ({"userId": "x"}, "SigninLogs"),
        ({"userId": "x", "isInteractive": False}, "AADNonInteractiveUserSignInLogs"),
        ({"userId": "", "isInteractive": False}, "AADServicePrincipalSignInLogs"),
        ({"userId": "x", "signInEventTypes": ["unknownFutureValue"]}, "SigninLogs"),
        ({"userId": "x", "signInEventTypes": "managedIdentity"}, "SigninLogs"),
    ],
)
def test_graph_sign_in_without_known_event_type_by_its_user(fields: dict[str, Any], log: str) -> None:
    assert kind({**SIGN_IN, **fields}) == (log, "graph")


def test_graph_directory_audit() -> None:
    assert kind({"activityDateTime": "x", "initiatedBy": {"user": None}}) == ("AuditLogs", "graph")


@pytest.mark.parametrize(
    ("odata_type", "collection"),
    [
        ("user", "Users"),
        ("agentUser", "Users"),
        ("servicePrincipal", "ServicePrincipals"),
        ("agentIdentity", "ServicePrincipals"),
        ("agentIdentityBlueprintPrincipal", "ServicePrincipals"),
        ("application", "Applications"),
        ("agentIdentityBlueprint", "Applications"),
        ("federatedIdentityCredential", "FederatedIdentityCredentials"),
        ("oAuth2PermissionGrant", "OAuth2PermissionGrants"),
        ("appRoleAssignment", "AppRoleAssignments"),
        ("drive", "Drives"),
    ],
)
def test_directory_object_by_its_type(odata_type: str, collection: str) -> None:
    for prefix in ("#microsoft.graph.", "microsoft.graph.", "#Microsoft.Graph."):
        assert detect({"@odata.type": prefix + odata_type, "id": "x"}) == Detected(Kind(collection, "graph"))


@pytest.mark.parametrize(
    ("fields", "collection"),
    [
        ("id userPrincipalName", "Users"),
        ("id userPrincipalName displayName mail createdDateTime accountEnabled identityParentId", "Users"),
        ("id appId servicePrincipalType keyCredentials", "ServicePrincipals"),
        ("id appId appOwnerOrganizationId", "ServicePrincipals"),
        ("appId servicePrincipalNames signInAudience", "ServicePrincipals"),
        ("id agentIdentityBlueprintId servicePrincipalType", "ServicePrincipals"),
        ("id appId passwordCredentials", "Applications"),
        ("id appId keyCredentials owners", "Applications"),
        ("id appId signInAudience", "Applications"),
        ("id appId publisherDomain", "Applications"),
        ("appId identifierUris", "Applications"),
        ("id name issuer subject audiences", "FederatedIdentityCredentials"),
        ("id clientId consentType principalId resourceId scope", "OAuth2PermissionGrants"),
        ("id appRoleId principalId principalType resourceId", "AppRoleAssignments"),
        ("id driveType owner", "Drives"),
    ],
)
def test_directory_object_without_type_by_its_fields(fields: str, collection: str) -> None:
    assert detect(dict.fromkeys(fields.split())) == Detected(Kind(collection, "graph"))


@pytest.mark.parametrize(
    "record",
    [
        {"@odata.type": "#microsoft.graph.group", "id": "x", "userPrincipalName": "x"},
        {"id": "x", "userPrincipalName": "x", "riskState": "atRisk"},
        {"id": "x", "userPrincipalName": "x", "userDisplayName": "x", "isMfaRegistered": True},
        {"id": "x", "userPrincipalName": "x", "activityDateTime": "x", "riskEventType": "x"},
        {"id": "x", "appId": "x"},
        {"userPrincipalName": "x", "displayName": "x"},
    ],
)
def test_what_only_resembles_a_directory_object_is_none(record: dict[str, Any]) -> None:
    assert kind(record) == ("unsupported", "")


def test_type_of_a_directory_object_is_looked_at_each_time() -> None:
    detector = Detector()
    kinds = {
        name: detector.detect({"@odata.type": f"#microsoft.graph.{name}", "id": "x", "displayName": "x"}).kind.log
        for name in ("user", "servicePrincipal", "group", "application")
    }
    assert list(kinds.values()) == ["Users", "ServicePrincipals", "unsupported", "Applications"]


def test_fields_of_a_directory_object_that_nobody_declared_are_named() -> None:
    found = detect({"id": "x", "userPrincipalName": "x", "city": "Oslo", "extension_abc_badge": "7"})
    assert found == Detected(Kind("Users", "graph"), ("extension_abc_badge",))


def test_t19_spelling_of_raw_fields_is_kept_where_the_case_differs() -> None:
    found = detect({"category": "MicrosoftGraphActivityLogs", "properties": {"c_Sid": "x", "signinActivityId": "y"}})
    assert found.kind.spelling == (("properties.C_Sid", "c_Sid"), ("properties.signInActivityId", "signinActivityId"))
    assert found.unknown_fields == ()


def test_csv_headers_with_time_zone() -> None:
    found = detect({"Type": "SigninLogs", "CreatedDateTime [UTC]": "x", "timegenerated [UTC]": "y"})
    spelling = (("CreatedDateTime", "CreatedDateTime [UTC]"), ("TimeGenerated", "timegenerated [UTC]"))
    assert found == Detected(Kind("SigninLogs", "csv", spelling))


def test_t28_split_columns_are_known() -> None:
    columns = ("Agent", "ConditionalAccessPolicies", "DeviceDetail", "LocationDetails", "Status")
    row = {f"{column}_{suffix}": "{}" for column in columns for suffix in ("dynamic", "string")}
    assert detect({"Type": "SigninLogs", **row}) == Detected(Kind("SigninLogs", "csv"))


def test_exact_name_wins_over_another_spelling_of_it() -> None:
    found = detect({"Type": "SigninLogs", "Id": "x", "ID": "y"})
    assert found.kind.spelling == ()
    assert found.unknown_fields == ("ID",)


def test_unknown_fields_are_named_with_their_place() -> None:
    found = detect({"category": "SignInLogs", "extra": 1, "properties": {"more": 1, "status": {"never": 1}}})
    assert found.kind == Kind("SigninLogs", "diagnostic")
    assert found.unknown_fields == ("extra", "properties.more", "properties.status.never")


def test_spelling_inside_of_objects_is_kept_too() -> None:
    found = detect({"category": "SignInLogs", "properties": {"Status": {"ErrorCode": 1}}})
    assert found.kind.spelling == (("properties.status", "Status"), ("properties.status.errorCode", "ErrorCode"))


def test_spelling_of_fields_that_nothing_reads_does_not_matter() -> None:
    assert detect({"Type": "SigninLogs", "durationms": 1}).kind.spelling == ()


@pytest.mark.parametrize(
    ("record", "label"),
    [
        ({"Workload": "Exchange", "RecordType": 2}, "unified audit log, Exchange"),
        ({"Type": "OfficeActivity", "Operation": "x"}, "Log Analytics table OfficeActivity"),
        ({"category": "ProvisioningLogs", "properties": {}}, "diagnostic category ProvisioningLogs"),
        ({"AuditData": "{}"}, "unified audit log search export"),
        ({"Date (UTC)": "x"}, "Entra admin center CSV (download the JSON instead)"),
        ({"b": 1, "a": 2}, "record with fields b, a"),
        ({}, "record with fields "),
        ({**SIGN_IN, "status": "Success"}, "AADServicePrincipalSignInLogs whose status is no object"),
        (
            {"category": "SignInLogs", "properties": {"deviceDetail": "x"}},
            "SigninLogs whose properties.deviceDetail is no object",
        ),
    ],
)
def test_what_is_not_recognised_is_named_by_what_it_looks_like(record: dict[str, Any], label: str) -> None:
    assert detect(record) == Detected(Kind("unsupported", ""), label=label)


def test_labels_are_short() -> None:
    assert len(detect({"Type": "x" * 1000}).label) == 80
    assert len(detect({"x" * 1000: 1}).label) == 80


def test_null_object_is_no_misshapen_object_whichever_comes_first() -> None:
    detector = Detector()
    with_null, with_text = {**SIGN_IN, "location": None}, {**SIGN_IN, "location": "Oslo"}
    assert detector.detect(with_null).kind.log == "AADServicePrincipalSignInLogs"
    assert detector.detect(with_text).kind.log == "unsupported"
    assert detector.detect(with_null).kind.log == "AADServicePrincipalSignInLogs"


def test_values_of_other_fields_do_not_fill_the_memory() -> None:
    detector = Detector()
    for number in range(64):
        values = {f"field{bit}": None if number >> bit & 1 else "x" for bit in range(6)}
        detector.detect({"category": "SignInLogs", "properties": values})
    assert len(detector._seen) == 1


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
telling_values = (
    st.sampled_from(["", "x", "SignInLogs", "AuditLogs", "SigninLogs", "OfficeActivity", "managedIdentity"])
    | st.sampled_from(["#microsoft.graph.user", "microsoft.graph.drive", "#microsoft.graph.group"])
    | st.sampled_from([["managedIdentity"], ["interactiveUser"], [], {}, {"errorCode": 0}, None, True, False, 0, 5])
    | json_values
)
telling_fields = st.dictionaries(
    st.sampled_from(
        "Type category Category Workload OperationName Operation createdDateTime appId status ipAddress location "
        "userId signInEventTypes isInteractive activityDateTime initiatedBy RequestUri RequestMethod "
        "ActivityDisplayName InitiatedBy CorrelationId correlationid AuditData deviceDetail "
        "@odata.type id userPrincipalName servicePrincipalType keyCredentials driveType".split()
    ),
    telling_values,
    max_size=9,
)
records = st.one_of(
    st.dictionaries(st.text(max_size=8), json_values, max_size=4),
    telling_fields,
    st.builds(lambda fields, inner: {**fields, "properties": inner}, telling_fields, telling_fields),
)


@given(st.lists(records, max_size=6))
@example([{**SIGN_IN, "isInteractive": []}])
@example([{"Type": "x", "category": name, "properties": {}} for name in ("SignInLogs", "AuditLogs")])
@example([{"category": "SignInLogs", "properties": {"status": {name: 1}}} for name in ("errorCode", "ErrorCode")])
@example([{"Type": kind, "Category": "SignInLogs", "CorrelationId": 1} for kind in (5, "")])
def test_detection_never_raises_and_does_not_depend_on_what_came_before(objects: list[dict[str, Any]]) -> None:
    detector = Detector()
    assert [detector.detect(each) for each in objects] == [detect(each) for each in objects]


@given(st.sampled_from(SIGN_IN_LOGS), st.data())
def test_any_pair_of_similar_records_is_told_apart(log: Log, data: st.DataObject) -> None:
    """Two records that differ in one value only: the case in which a memory could confuse them."""
    record = data.draw(records.filter(bool)) | {"Category": log.category}
    name = data.draw(st.sampled_from(sorted(record)))
    detector = Detector()
    for each in (record, {**record, name: data.draw(telling_values)}):
        assert detector.detect(each) == detect(each)


@pytest.mark.parametrize(
    ("fields", "log"),
    [
        ({"isInteractive": True, "userId": "u"}, "SigninLogs"),
        ({"userId": "u"}, "SigninLogs"),
        ({"isInteractive": False, "userId": "u"}, "AADNonInteractiveUserSignInLogs"),
        ({"isInteractive": False, "userId": ""}, "AADServicePrincipalSignInLogs"),
    ],
)
def test_t4_objects_of_api_v1_without_event_type_are_told_by_flag_and_user(fields: dict[str, Any], log: str) -> None:
    record = {"id": "s", "createdDateTime": "2026-03-02", "appId": "a", "status": {}, "ipAddress": "192.0.2.1"}
    assert Detector().detect(record | fields).kind[:2] == (log, "graph")


@pytest.mark.parametrize("extra", [{"userPrincipalName": "alex@contoso.com"}, {"servicePrincipalId": "p"}])
def test_t33_summaries_of_sign_ins_are_not_taken_for_sign_ins(extra: dict[str, Any]) -> None:
    summary = {
        "id": "s", "aggregationDateTime": "2026-03-02T00:00:00Z", "firstSignInDateTime": "2026-03-02T10:00:00Z",
        "signInCount": 3, "appId": "a", "ipAddress": "192.0.2.1", "status": {"errorCode": 0}, "tenantId": "t",
    }  # fmt: skip
    assert Detector().detect(summary | extra).kind.log == UNSUPPORTED
