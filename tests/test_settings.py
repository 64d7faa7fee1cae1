from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from pipelines.settings import SettingsError, load_settings

TENANT = "0f0f0f0f-1111-4222-8333-444444444444"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DATA", "TENANT_ID", "FIRST_DAY"):
        monkeypatch.delenv(f"WHOSEAGENT_{name}", raising=False)


def test_without_anything_the_data_is_beside_the_work() -> None:
    settings = load_settings()
    assert (settings.data, settings.tenant_id) == (Path("data"), None)


def test_what_is_given_wins_over_environment_and_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("whoseagent.toml").write_text(f'data = "from_file"\ntenant_id = "{TENANT}"\nfirst_day = 2026-01-01\n')
    assert load_settings().data == Path("from_file")
    monkeypatch.setenv("WHOSEAGENT_DATA", "from_environment")
    assert load_settings(data=None).data == Path("from_environment")
    settings = load_settings(data=Path("given"))
    assert (settings.data, settings.tenant_id, settings.first_day) == (Path("given"), UUID(TENANT), date(2026, 1, 1))


def test_a_named_file_is_read_instead_of_the_usual_one() -> None:
    Path("whoseagent.toml").write_text('data = "usual"\n')
    Path("other.toml").write_text('data = "other"\n')
    assert load_settings(Path("other.toml")).data == Path("other")
    with pytest.raises(SettingsError, match=r"missing\.toml is not there"):
        load_settings(Path("missing.toml"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('dta = "x"', "there is no setting dta; the settings are data, tenant_id"),
        ('tenant_id = "contoso"', "setting tenant_id: .*valid UUID"),
        ('first_day = "soon"', "setting first_day: .*valid date"),
        ("data = ", "whoseagent.toml: "),
    ],
)
def test_wrong_settings_are_named(text: str, message: str) -> None:
    Path("whoseagent.toml").write_text(text)
    with pytest.raises(SettingsError, match=message):
        load_settings()
