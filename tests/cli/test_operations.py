import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Whoseagent

GRAPH = "Application"
PERMISSIONS = {
    "permissions": {
        "Mail.Send": {
            "pathSets": [
                {"schemeKeys": ["DelegatedWork", GRAPH], "methods": ["POST"],
                 "paths": {"/me/sendMail": "", "/users/{id}/sendMail": ""}},
            ]
        },
        "Files.ReadWrite.All": {
            "pathSets": [
                {"schemeKeys": [GRAPH], "methods": ["GET", "DELETE"], "paths": {"/drives/{id}/items/{id}": ""}},
                {"schemeKeys": ["DelegatedWork"], "methods": ["PATCH"], "paths": {"/users/{id}/events/{id}": ""}},
            ]
        },
        "Policy.Read.All": {
            "pathSets": [{"schemeKeys": [GRAPH], "methods": ["GET"], "paths": {"/policies/x": "", "/domains": ""}}]
        },
    }
}  # fmt: skip


@pytest.fixture
def permission_map(tmp_path: Path) -> Path:
    """A small permission map."""
    file = tmp_path / "permissions.json"
    file.write_text(json.dumps(PERMISSIONS))
    return file


def test_classes_and_app_only_writes_of_a_permission_map_are_counted(
    whoseagent: Whoseagent, permission_map: Path
) -> None:
    ended = whoseagent("operations", "--permissions", permission_map, "--json")
    assert ended.code == 0
    assert json.loads(ended.out) == {
        "pairs": 7,
        "by_class": {"user_content": 3, "drive_unresolved": 2, "tenant": 2},
        "app_only_writes": {"user_content": 1, "drive_unresolved": 1},  # T27: not /me/sendMail
        "families": {"users/sendmail": 1},
        "app_only_user_writes": 1,
    }


def test_the_same_counts_stand_in_tables(whoseagent: Whoseagent, permission_map: Path) -> None:
    ended = whoseagent("operations", "--permissions", permission_map)
    assert ended.code == 0
    rows = [line.split() for line in ended.out.splitlines()]
    assert ["user_content", "3", "1"] in rows
    assert ["tenant", "2", "-"] in rows
    assert ["users/sendmail", "1"] in rows
    assert "7 operations" in ended.out
    assert "1 on user data, 1 on drives" in ended.out


def test_families_beyond_the_largest_are_summed_up(whoseagent: Whoseagent, tmp_path: Path) -> None:
    paths = {f"/users/{{id}}/thing{letter}": "" for letter in "abcdefghijklmnopqrst"}
    entry: dict[str, Any] = {"schemeKeys": [GRAPH], "methods": ["POST"], "paths": paths}
    file = tmp_path / "permissions.json"
    file.write_text(json.dumps({"permissions": {"x": {"pathSets": [entry]}}}))
    rows = [line.split() for line in whoseagent("operations", "--permissions", file).out.splitlines()]
    assert rows[-1] == ["5", "more", "5"]


def test_without_a_map_the_operations_of_the_installed_sdk_are_counted(whoseagent: Whoseagent) -> None:
    ended = whoseagent("operations", "--json")
    assert ended.code == 0
    found = json.loads(ended.out)
    assert found["sdk"].startswith("msgraph-sdk ")
    assert found["operations"] == sum(found["by_class"].values()) > 10_000
    assert set(found["by_class"]) >= {"user_content", "user_security", "user_object", "shared", "tenant"}
    assert all(0 <= found["writes"][name] <= number for name, number in found["by_class"].items())


@pytest.mark.parametrize("content", [None, "no JSON", "[]", '{"something": 1}', "\udcff\x1b[31m"])
def test_a_file_that_is_missing_or_no_permission_map_is_one_line_and_exit_2(
    whoseagent: Whoseagent, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "permissions.json"
    if content is not None:
        file.write_text(content, errors="surrogateescape")
    ended = whoseagent("operations", "--permissions", file)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    assert "permissions.json" in ended.err


def test_a_folder_is_no_permission_map(whoseagent: Whoseagent, tmp_path: Path) -> None:
    ended = whoseagent("operations", "--permissions", tmp_path)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
