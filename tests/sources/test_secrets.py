"""Secrets in imported objects: they are nowhere in the data folder, and everything else is as it came."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import imports
from pipelines.compression import zstd
from pipelines.sources.importing import ImportedFile, import_files

SECRET = "SuperS3cret~value"  # noqa: S105 - made up
APPLICATION: dict[str, Any] = {"id": "o", "appId": "a", "keyCredentials": [], "passwordCredentials": []}
PROFILE = {"forceChangePasswordNextSignIn": True, "password": SECRET}


def landed(folder: Path, *records: Any) -> tuple[list[bytes], ImportedFile]:
    """The lines that landed, and what was said of the file."""
    file = folder / "page.json"
    file.write_bytes(json.dumps({"@odata.context": "x", "value": records}).encode())
    (imported,) = import_files(folder / "data", [file], tenant_id="t")
    lines = []
    for entry in imported.landed:
        with zstd.open(folder / "data" / "landing" / entry.file) as stream:
            lines += stream.read().splitlines()
    return lines, imported


@pytest.mark.parametrize(
    "record",
    [
        APPLICATION | {"passwordCredentials": [{"keyId": "k", "secretText": SECRET}]},
        APPLICATION | {"keyCredentials": [{"keyId": "k", "type": "X509CertAndPassword", "key": SECRET}]},
        APPLICATION | {"keyCredentials": [{"keyId": "k", "type": "Symmetric", "key": SECRET}]},
        APPLICATION | {"keyCredentials": [{"keyId": "k", "key": SECRET}]},
        {"id": "u", "userPrincipalName": "u", "passwordProfile": PROFILE},
        {"keyId": "k", "displayName": "answer to addPassword", "secretText": SECRET},
        {"Id": "o", "AppId": "a", "PasswordCredentials": [{"KeyId": "k", "SecretText": SECRET}]},
    ],
)  # fmt: skip
def test_secret_is_nowhere_in_the_data_folder_and_the_report_says_so(tmp_path: Path, record: dict[str, Any]) -> None:
    lines, imported = landed(tmp_path, record)
    assert json.loads(lines[0]) == json.loads(json.dumps(record).replace(SECRET, "[removed]"))
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    contents = [zstd.decompress(path.read_bytes()) if path.suffix == ".zst" else path.read_bytes() for path in files]
    assert len(contents) > 2
    assert not [path for path, content in zip(files, contents, strict=True) if SECRET.encode() in content]
    (problem,) = imported.problems
    assert "1 record of it held a secret, removed before landing" in problem.message
    assert SECRET not in problem.message
    assert imports.report([imported]) == 0
    assert "secret removed before landing" in str(imported.landed[0].labels)


def test_records_are_counted_not_secrets(tmp_path: Path) -> None:
    both = [{"keyId": "k", "secretText": SECRET}, {"keyId": "l", "secretText": SECRET}]
    _, imported = landed(tmp_path, *([APPLICATION | {"passwordCredentials": both}] * 2))
    assert "2 records of it held secrets" in imported.problems[0].message


@pytest.mark.parametrize(
    "record",
    [
        APPLICATION | {"passwordCredentials": [{"keyId": "k", "secretText": None, "hint": "abc"}]},
        APPLICATION | {"passwordCredentials": [{"keyId": "k", "secretText": ""}]},
        APPLICATION | {"keyCredentials": [{"keyId": "k", "type": "AsymmetricX509Cert", "key": "public half"}]},
        APPLICATION | {"tags": [{"key": "team", "value": "x"}], "password": "no credential"},
        {"activityDateTime": "x", "initiatedBy": {}, "id": "an event is no directory object", "secretText": "x"},
    ],
)
def test_records_without_secret_land_byte_for_byte(tmp_path: Path, record: dict[str, Any]) -> None:
    lines, imported = landed(tmp_path, record)
    assert lines == [json.dumps(record).encode()]
    assert not imported.problems
