from typing import Any

import pytest

from pipelines.access.claims import SignInOverError, viewer_of
from pipelines.access.roles import LEAST_ROLE, Act, NotAllowedError, Role, Viewer
from tests.access.conftest import CLIENT, GROUP, NOW, OBJECT, TENANT, Configured, claims


def test_roles_are_ordered_by_what_they_may_do() -> None:
    assert sorted(["viewer", "reviewer", "analyst"], key=Role) == ["viewer", "analyst", "reviewer"]
    assert Role.VIEWER < Role.ANALYST < Role.REVIEWER
    assert Role.REVIEWER > Role.VIEWER
    assert not Role.VIEWER >= Role.ANALYST
    assert Role.ANALYST <= Role.ANALYST


def test_each_act_has_its_least_role() -> None:
    assert set(LEAST_ROLE) == set(Act)
    may = {role: {act for act in Act if Viewer("kim", role, is_signed_in=True).may(act)} for role in Role}
    assert may[Role.VIEWER] == {Act.LOOK}
    assert may[Role.REVIEWER] - may[Role.ANALYST] == {Act.REVEAL, Act.SIGN_OFF, Act.READ_ACCESS_LOG}
    with pytest.raises(NotAllowedError, match="the role viewer may not ask in SQL; that takes the role analyst"):
        Viewer("kim", Role.VIEWER, is_signed_in=True).check(Act.ASK_SQL)


@pytest.mark.parametrize(
    ("given", "role"),
    [
        ({}, Role.VIEWER),
        ({"roles": ["other", "analyst", "viewer"]}, Role.ANALYST),
        ({"roles": None, "groups": [GROUP]}, Role.REVIEWER),
        ({"roles": ["viewer"], "groups": [GROUP]}, Role.REVIEWER),
        ({"roles": ["viewer"], "_claim_names": {"groups": "src1"}}, Role.VIEWER),
        ({"aud": [CLIENT]}, Role.VIEWER),
    ],
)
def test_app_roles_and_groups_give_the_highest_role(configured: Configured, given: dict[str, Any], role: Role) -> None:
    settings = configured(groups={"reviewer": [GROUP.upper()], "analyst": []})
    viewer = viewer_of(claims(**given), settings, NOW)
    assert viewer == Viewer("kim@contoso.com", role, is_signed_in=True, object_id=OBJECT)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"roles": []}, "kim@contoso.com has no role here"),
        ({"roles": "reviewer"}, "has no role here"),
        ({"roles": ["Reviewer "], "groups": ["x"]}, "has no role here"),
        ({"roles": None, "_claim_names": {"groups": "src1"}}, "too many groups .* app roles instead"),
        ({"roles": None, "hasgroups": True}, "too many groups"),
        ({"tid": CLIENT}, "through another tenant than the one in dashboard.tenant_id"),
        ({"tid": None}, "through another tenant"),
        ({"iss": f"https://sts.windows.net/{TENANT}/"}, "was not issued by https://login.microsoftonline.com/"),
        ({"aud": TENANT}, "for another app"),
        ({"oid": None}, r"\(oid\)"),
        ({"iat": None}, r"\(iat\)"),
    ],
)
def test_who_is_refused_is_told_why(configured: Configured, given: dict[str, Any], message: str) -> None:
    with pytest.raises(NotAllowedError, match=message):
        viewer_of(claims(**given), configured(), NOW)


@pytest.mark.parametrize("age", [13 * 3600, -600])
def test_a_sign_in_is_over_after_its_hours(configured: Configured, age: int) -> None:
    with pytest.raises(SignInOverError, match="over after 12 hours"):
        viewer_of(claims(iat=NOW.timestamp() - age), configured(), NOW)
    if age > 0:
        assert viewer_of(claims(iat=NOW.timestamp() - age), configured(session_hours=14), NOW).role == Role.VIEWER


def test_each_cloud_has_its_issuer(configured: Configured) -> None:
    for cloud, host in (("us_gov", "login.microsoftonline.us"), ("china", "login.partner.microsoftonline.cn")):
        issued = claims(iss=f"https://{host}/{TENANT}/v2.0")
        assert viewer_of(issued, configured(cloud), NOW).role == Role.VIEWER
        with pytest.raises(NotAllowedError, match="`cloud`"):
            viewer_of(issued, configured(), NOW)


def test_people_are_hidden_from_viewers_unless_the_settings_say_otherwise(configured: Configured) -> None:
    viewers = {role: Viewer("kim", role, is_signed_in=True) for role in Role}
    assert [role for role in Role if configured().dashboard.hides_people_from(viewers[role])] == [Role.VIEWER]
    assert not any(configured(pseudonyms=False).dashboard.hides_people_from(viewers[role]) for role in Role)
