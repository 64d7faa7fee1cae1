"""The viewer inside Streamlit, without a browser: signing in itself is driven elsewhere."""

import getpass
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pipelines.access.log import read_access
from tests.access.conftest import CLIENT, TENANT, WITH_SIGN_IN, claims


@pytest.fixture(autouse=True)
def main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit puts the page in the place of the main module, from which other tests start processes."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def page(section: dict, data: str) -> None:  # type: ignore[type-arg]  # the text stands alone
    from pathlib import Path  # noqa: PLC0415

    import streamlit as st  # noqa: PLC0415

    from pipelines.access.log import AccessLog  # noqa: PLC0415
    from pipelines.access.streamlit_sign_in import current_viewer  # noqa: PLC0415
    from pipelines.settings import Settings  # noqa: PLC0415

    viewer = current_viewer(Settings.model_validate({"dashboard": section}), AccessLog(Path(data)))
    st.text(f"{viewer.name} is a {viewer.role}")


def shown(data: Path, section: dict[str, Any], **signed_in: Any) -> AppTest:
    """The page as it is shown to who is signed in."""
    app = AppTest.from_function(page, kwargs={"section": section, "data": str(data)}, default_timeout=60)
    app.secrets["auth"] = {
        "client_id": CLIENT,
        "client_secret": "secret",
        "cookie_secret": "c" * 32,
        "redirect_uri": WITH_SIGN_IN["redirect_uri"],
        "server_metadata_url": f"https://login.microsoftonline.com/{TENANT}/v2.0/.well-known/openid-configuration",
    }
    if signed_in:
        app.user = {"is_logged_in": True, **signed_in}
    return app.run()


def test_without_sign_in_the_user_of_this_system_has_the_local_role(tmp_path: Path) -> None:
    app = shown(tmp_path, {"local_role": "analyst"})
    assert not app.exception
    assert [text.value for text in app.text] == [f"{getpass.getuser()} is a analyst"]


def test_who_is_not_signed_in_sees_how_to_and_nothing_else(tmp_path: Path) -> None:
    app = shown(tmp_path, dict(WITH_SIGN_IN))
    assert not app.exception
    assert [button.label for button in app.button] == ["Sign in with Microsoft"]
    assert not any(" is a " in text.value for text in app.text)


def test_who_is_signed_in_has_the_role_of_the_token(tmp_path: Path) -> None:
    app = shown(tmp_path, dict(WITH_SIGN_IN), **claims(iat=time.time(), roles=["reviewer"]))
    assert [text.value for text in app.text] == ["kim@contoso.com is a reviewer"]


def test_who_signed_in_long_ago_signs_in_again(tmp_path: Path) -> None:
    app = shown(tmp_path, dict(WITH_SIGN_IN), **claims(iat=0))
    assert [button.label for button in app.button] == ["Sign in with Microsoft"]
    assert "over after 12 hours" in app.text[0].value


def test_who_has_no_role_is_told_so_and_written_down_once(tmp_path: Path) -> None:
    app = shown(tmp_path, dict(WITH_SIGN_IN), **claims(iat=time.time(), roles=[]))
    assert "has no role here" in app.text[0].value
    assert [button.label for button in app.button] == ["Sign out"]
    app.run()
    (entry,) = read_access(tmp_path)
    assert (entry.actor, entry.role, entry.what.kind) == ("kim@contoso.com", None, "refused")
