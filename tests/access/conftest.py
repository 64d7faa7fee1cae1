from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pipelines.access.roles import Role, Viewer
from pipelines.settings import Settings
from tests.outputs.tenant import published_tenant

TENANT = "0f0f0f0f-1111-4222-8333-444444444444"
CLIENT = "3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11"
OBJECT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
GROUP = "5c0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a22"
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)

WITH_SIGN_IN: Mapping[str, Any] = {
    "client_id": CLIENT,
    "tenant_id": TENANT,
    "redirect_uri": "https://whoseagent.example.com/oauth2callback",
}
KIM = Viewer("kim@contoso.com", Role.REVIEWER, is_signed_in=True, object_id=OBJECT)
LEE = Viewer("lee@contoso.com", Role.VIEWER, is_signed_in=True)

Configured = Callable[..., Settings]


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configured:
    """Settings with sign-in, and what is given besides; the secrets are in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WHOSEAGENT_DASHBOARD_CLIENT_SECRET", 'client "secret"\\')
    monkeypatch.setenv("WHOSEAGENT_DASHBOARD_COOKIE_SECRET", "c" * 32)

    def make(cloud: str = "global", **given: Any) -> Settings:
        return Settings.model_validate({"cloud": cloud, "dashboard": {**WITH_SIGN_IN, **given}})

    return make


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a small published tenant, which tests only read."""
    return published_tenant(tmp_path_factory) / "data"


def claims(**given: Any) -> dict[str, Any]:
    """Claims of an ID token for a viewer."""
    issuer = f"https://login.microsoftonline.com/{TENANT}/v2.0"
    usual = {"iss": issuer, "aud": CLIENT, "tid": TENANT, "oid": OBJECT, "iat": NOW.timestamp() - 60}
    return {**usual, "preferred_username": "kim@contoso.com", "roles": ["viewer"], **given}


def as_ids(*texts: str) -> tuple[UUID, ...]:
    return tuple(map(UUID, texts))
