"""Truth and logs of the tenant agree, whatever a pipeline may make of them."""

import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

from tests.demo.tenant_reader import GRAPH_API, GRAPH_LOG, Fields, Tenant, front_ends, moment, token_guid

MATCHES = ("token_id", "issued_at", "none")
EFFECTS = {
    "create", "update", "delete", "send", "share", "move_copy", "rule", "credential", "upload", "respond", "state",
}  # fmt: skip


def test_truth_has_one_line_for_each_request_of_the_files(tenant: Tenant) -> None:
    for tenant_id, found in tenant.records(GRAPH_LOG).items():
        lines = tenant.of(tenant_id)
        assert len(lines) == len(found)
        assert {line["request_id"] for line in lines} == set(found)


def test_requests_name_the_subject_that_the_truth_names(tenant: Tenant, requests: dict[str, Fields]) -> None:
    for line in tenant.truth:
        request = requests[line["request_id"]]
        if line["actor_class"] in ("app_only", "autonomous_agent", "first_party"):
            assert (request["userid"], line["user_id"]) == ("", None)
        elif line["actor_class"] == "agent_user":
            assert request["userid"]
            assert line["user_id"] is None
        else:
            assert request["userid"] == line["user_id"]
        assert request["appid"] == line["chain"][-1]
        assert (line["agent_app_id"] or request["appid"]) == request["appid"]


def test_a_sign_in_is_in_the_logs_unless_the_truth_gives_a_reason(
    tenant: Tenant, requests: dict[str, Fields], sign_ins: dict[str, dict[str, Fields]]
) -> None:
    for line in tenant.truth:
        row = sign_ins[line["tenant_id"]].get(line["sign_in_id"])
        token = requests[line["request_id"]]["signinactivityid"]
        assert (row is None) == (line["unresolved_reason"] is not None) == (line["token_match"] == MATCHES[-1])
        assert (token == "") == (line["token_match"] == MATCHES[1])
        assert token == "" or token_guid(token) == line["sign_in_id"]
        assert row is None or (row["log"], row["resourceid"]) == (line["sign_in_log"], GRAPH_API)


def test_every_reason_is_the_one_that_the_logs_show(
    tenant: Tenant, requests: dict[str, Fields], sign_ins: dict[str, dict[str, Fields]]
) -> None:
    reasons = Counter(line["unresolved_reason"] for line in tenant.truth)
    assert set(reasons) == {
        None, "first_party", "before_coverage", "late_arrival", "category_missing", "cross_tenant", "unknown",
    }  # fmt: skip
    for line in tenant.truth:
        rows = sign_ins[line["tenant_id"]].values()
        request, issued = requests[line["request_id"]], moment(requests[line["request_id"]]["tokenissuedat"])
        match line["unresolved_reason"]:
            case "before_coverage":
                assert issued < min(moment(row["createddatetime"]) for row in rows)
            case "late_arrival":
                assert issued + timedelta(hours=2, minutes=6) > max(moment(row["createddatetime"]) for row in rows)
            case "category_missing":
                of_log = [row for row in rows if row["log"] == "AADServicePrincipalSignInLogs"]
                hours = {hour_of(moment(row["createddatetime"])) for row in of_log}
                assert hour_of(issued + timedelta(minutes=5)) not in hours
            case "cross_tenant":
                assert line["tenant_id"] not in request["identityprovider"]
                assert request["identityprovider"].startswith("https://sts.windows.net/")
            case "first_party":
                assert line["actor_class"] == "first_party"


def hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def test_every_kind_of_actor_shape_effect_and_match_occurs(tenant: Tenant) -> None:
    seen = {name: {line[name] for line in tenant.truth} for name in tenant.truth[0] if name != "chain"}
    assert seen["actor_class"] == {
        "human_direct", "human_via_agent", "agent_user", "autonomous_agent", "app_only", "first_party",
    }  # fmt: skip
    assert seen["knowable_actor_class"] == seen["actor_class"] | {"unknown"}
    assert seen["identity_shape"] == {
        "delegated_public", "delegated_web_app", "on_behalf_of", "agent_user", "app_secret", "app_certificate",
        "federated_credential", "managed_identity", "app_only",
    }  # fmt: skip
    assert seen["data_class"] == {
        "user_security", "user_content", "user_object", "drive_unresolved", "shared", "tenant",
    }  # fmt: skip
    assert seen["effect"] == EFFECTS | {"read", "batch_envelope"}
    assert seen["token_match"] == set(MATCHES)
    assert {len(line["chain"]) for line in tenant.truth} == {1, 2, 3, 4}
    assert {200, 201, 202, 204, 302, 403, 404, 429, 503} == seen["status_code"]


def test_t15_the_request_shows_the_kind_of_client(tenant: Tenant, requests: dict[str, Fields]) -> None:
    methods = {shape: {"1", "2"} for shape in ("delegated_web_app", "on_behalf_of")}
    methods |= {"delegated_public": {"0"}, "app_secret": {"1"}}
    for line in tenant.truth:
        if line["actor_class"] != "first_party" and line["identity_shape"] != "app_only":
            method = str(requests[line["request_id"]]["clientauthmethod"])
            assert method in methods.get(line["identity_shape"], {"2"})


def test_app_only_writes_on_user_data_have_every_effect_and_their_look_alikes_are_there(
    tenant: Tenant, requests: dict[str, Fields]
) -> None:
    flagged = [line for line in tenant.truth if line["is_app_only_user_write"]]
    assert {line["effect"] for line in flagged} == EFFECTS
    for line in flagged:
        request = requests[line["request_id"]]
        assert request["requestmethod"] != "GET"
        assert "/me" not in re.sub(r"/me(ssages|ssageRules|mbers)", "", request["requesturi"])
        assert request["userid"] == ""
        assert line["target_user_id"]
    others = [line for line in tenant.truth if line["method"] == "POST" and not line["is_app_only_user_write"]]
    app_only = [line for line in others if line["actor_class"] == "app_only"]
    assert {line["data_class"] for line in app_only if line["effect"] == "read"} >= {"user_content", "user_object"}
    assert {line["data_class"] for line in app_only if line["is_write"]} >= {"tenant", "shared"}
    assert [line for line in app_only if line["is_self"] and line["is_write"]]
    assert [line for line in others if line["actor_class"] == "first_party" and line["is_write"]]
    assert [line for line in tenant.truth if line["is_possible_app_only_user_write"]]


def test_t8_chains_can_be_found_again_where_the_sessions_tell(
    tenant: Tenant, sign_ins: dict[str, dict[str, Fields]]
) -> None:
    by_user: dict[tuple[str, str], list[Fields]] = defaultdict(list)
    for tenant_id, rows in sign_ins.items():
        for row in rows.values():
            by_user[tenant_id, row.get("userid") or ""].append(row)
    right: Counter[bool] = Counter()
    for line in {line["sign_in_id"]: line for line in tenant.truth if line["front_end_app_id"]}.values():
        token = sign_ins[line["tenant_id"]].get(line["sign_in_id"])
        if token and token["c_sid"] and line["is_chain_in_logs"]:
            found = front_ends(token, by_user[line["tenant_id"], line["user_id"]], same_session=True)
            if len(found) == 1:
                right[found == {line["front_end_app_id"]}] += 1
    assert right[True] > 100
    assert right[False] == 0


def test_front_ends_without_session_are_ambiguous(tenant: Tenant, sign_ins: dict[str, dict[str, Fields]]) -> None:
    (incident,) = (found for found in tenant.incidents if found["name"] == "shared-plan")
    (line,) = (line for line in tenant.truth if line["request_id"] in incident["request_ids"])
    rows = sign_ins[line["tenant_id"]]
    found = front_ends(rows[line["sign_in_id"]], rows.values(), same_session=False)
    assert len(found) == 2
    assert line["front_end_app_id"] in found


def test_no_confidential_client_without_exchange_has_a_parent(
    tenant: Tenant, sign_ins: dict[str, dict[str, Fields]]
) -> None:
    lines = {line["sign_in_id"]: line for line in tenant.truth if line["identity_shape"] == "delegated_web_app"}
    for line in lines.values():
        rows = sign_ins[line["tenant_id"]]
        if token := rows.get(line["sign_in_id"]):
            mine = [row for row in rows.values() if row.get("userid") == line["user_id"]]
            assert front_ends(token, mine, same_session=False) == set()


def test_tenants_share_people_sessions_and_an_application_but_no_other_id(
    tenant: Tenant, sign_ins: dict[str, dict[str, Fields]]
) -> None:
    first, second = (list(sign_ins[tenant_id].values()) for tenant_id in tenant.summary.tenants.values())
    for name in ("userid", "c_sid"):
        assert len({row.get(name) for row in first} & {row.get(name) for row in second} - {"", None}) >= 3
    callers = [{line["agent_app_id"] for line in tenant.of(name)} for name in tenant.summary.tenants.values()]
    assert len((callers[0] & callers[1]) - {None}) == 1 + 4  # the vendor's agent and Microsoft's four
    for log in (GRAPH_LOG, "SigninLogs", "AADNonInteractiveUserSignInLogs", "AADManagedIdentitySignInLogs"):
        ids = [set(found) for found in tenant.records(log).values()]
        assert len(ids) == 2
        assert not ids[0] & ids[1]


def test_t12_changes_share_their_request_s_client_request_id(tenant: Tenant, requests: dict[str, Fields]) -> None:
    audits = {name: fields for found in tenant.records("AuditLogs").values() for name, fields in found.items()}
    assert set(audits) == {change["audit_id"] for change in tenant.changes}
    caused = [change for change in tenant.changes if change["request_id"]]
    assert 0 < len(caused) < len(tenant.changes)
    sharing = Counter(request["clientrequestid"] for request in requests.values())
    for change in caused:
        assert audits[change["audit_id"]]["correlationid"] == requests[change["request_id"]]["clientrequestid"]
    assert any(sharing[requests[change["request_id"]]["clientrequestid"]] > 1 for change in caused)


def test_tokens_are_used_as_long_as_they_live(tenant: Tenant, sign_ins: dict[str, dict[str, Fields]]) -> None:
    longest: dict[str, timedelta] = defaultdict(timedelta)
    for line in tenant.truth:
        if row := sign_ins[line["tenant_id"]].get(line["sign_in_id"]):
            used = moment(line["at"]) - moment(row["createddatetime"])
            assert used > timedelta()
            longest[line["story"]] = max(longest[line["story"]], used)
    assert timedelta(hours=20) < longest["cae_direct"] < timedelta(hours=28)
    assert timedelta(hours=6) < longest["autonomous_agent"] < timedelta(hours=8, minutes=5)
    assert longest["users_agent"] < timedelta(minutes=75)


def test_some_records_stand_in_the_files_of_a_later_day(tenant: Tenant) -> None:
    late = Counter[str]()
    for _, file, row in tenant.rows:
        found = re.search(r"/(\d{4}-\d\d-\d\d)/|y=(\d+)/m=(\d+)/d=(\d+)/", file)
        assert found
        day = date.fromisoformat(found[1] or "-".join(found.groups()[1:]))
        assert row.day
        late[row.shape] += (day - row.day).days >= 1
    assert all(late[shape] > 3 for shape in ("diagnostic", "graph", "log_analytics"))


def test_incidents_have_answers_of_every_kind(tenant: Tenant) -> None:
    by_request = {line["request_id"]: line for line in tenant.truth}
    assert len({incident["name"] for incident in tenant.incidents}) == len(tenant.incidents) >= 15
    kinds = set()
    for incident in tenant.incidents:
        expected = incident["expected"]
        kinds.add((expected["knowable_actor_class"], expected["identity_shape"], expected["unresolved_reason"]))
        assert incident["question"].endswith("?")
        for request in incident["request_ids"]:
            line = by_request[request]
            assert {name: line[name] for name in expected if name in line} == {
                name: value for name, value in expected.items() if name in line
            }
            assert line["status_code"] < 400
    assert kinds == {
        ("human_via_agent", "on_behalf_of", None),
        ("human_direct", "delegated_public", None),
        ("human_direct", "delegated_web_app", None),
        ("agent_user", "agent_user", None),
        ("unknown", "delegated_web_app", "late_arrival"),
        ("autonomous_agent", "federated_credential", None),
        ("app_only", "app_secret", None),
        ("app_only", "federated_credential", None),
        ("app_only", "managed_identity", None),
        ("app_only", "app_certificate", "category_missing"),
    }
