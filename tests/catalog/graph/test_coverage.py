"""The classification against what is known of Graph: the templates of the installed SDK, and the permission map."""

import re
from pathlib import Path

import pytest

from pipelines.catalog.graph import classify, normalise
from pipelines.catalog.graph.permission_map import Comparison, compare
from pipelines.catalog.graph.sdk_templates import as_uri, sdk_templates

GUID = "6f9619ff-8b86-4011-b42d-00c04fc964ff"


@pytest.fixture(scope="module")
def sdk_operations() -> dict[str, set[str]]:
    """URL template → methods."""
    return sdk_templates()


def expected_template(uri: str) -> str:
    path = uri.removeprefix("https://graph.microsoft.com/v1.0").lower()
    path = re.sub(r"^/(\w+)\([a-z]+='[^']*'\)", r"/\1/" + GUID, path)  # alternate keys of root collections
    path = re.sub(r"/(?:microsoft\.)?graph\.(?:[a-z]+\.)*", "/", path)
    return re.sub(r"\([^)]*\)", "", path).replace(GUID, "{id}") or "/"


def test_every_template_of_the_sdk_is_parsed_and_classified(sdk_operations: dict[str, set[str]]) -> None:
    assert len(sdk_operations) > 10_000
    wrong = []
    for template, methods in sdk_operations.items():
        uri = as_uri(template, GUID)
        seen = normalise(uri)
        if seen.path_template != expected_template(uri):
            wrong.append((template, seen.path_template))
        for method in methods:
            operation = classify(method, seen.rough_template)
            if not operation.operation or operation.is_write != (operation.effect not in {"read", "batch_envelope"}):
                wrong.append((method, template))
    assert wrong == []


def test_every_path_under_a_user_in_the_sdk_is_user_data(sdk_operations: dict[str, set[str]]) -> None:
    under_users = [template for template in sdk_operations if re.match(r"\{\+baseurl\}/users/\{[^}]*\}", template)]
    assert len(under_users) > 1000
    assert all(
        classify("GET", normalise(as_uri(template, GUID)).rough_template).is_user_scoped for template in under_users
    )


@pytest.fixture(scope="module")
def comparison(shared_folder: Path) -> Comparison:
    return compare(shared_folder / "graph_permissions" / "permissions.json")


# What the published counts are, and what is placed on purpose in another class than they have it.
MAIL_RULES = 30  # mailboxSettings and messageRules: security, though they stand among content
PUBLISHED = {
    "tenant": 6683,
    "user_content": 2794 - MAIL_RULES,
    "shared": 1242,
    "user_security": 197 + MAIL_RULES,
    "user_object": 143,
    "drive_unresolved": 100,
}


@pytest.mark.parametrize("data_class", PUBLISHED)
def test_class_counts_over_the_permission_map_agree_with_the_published_ones(
    comparison: Comparison, data_class: str
) -> None:
    assert comparison.by_class[data_class] == pytest.approx(PUBLISHED[data_class], rel=0.05)


def test_app_only_writes_over_the_permission_map_agree_with_the_published_ones(comparison: Comparison) -> None:
    assert comparison.pairs == pytest.approx(11_159, rel=0.005)
    assert comparison.app_only_user_writes == pytest.approx(485, rel=0.05)
    assert comparison.app_only_writes["drive_unresolved"] == pytest.approx(40, rel=0.05)
    assert comparison.families["users/profile"] == 58
    assert comparison.families["users/authentication"] == 39


def test_what_is_no_permission_map_is_said(tmp_path: Path) -> None:
    file = tmp_path / "permissions.json"
    for content in (b'{"something": 1}', b"[]", b'{"permissions": {"x": null}}', b"no JSON"):
        file.write_bytes(content)
        with pytest.raises(ValueError, match=r"permissions\.json"):
            compare(file)
