"""What is said of apps: the registries of agents, of settings and triage, the collector, Microsoft's own."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from pipelines.cases.events import AppRegistered
from pipelines.cases.registry import registered_apps
from pipelines.catalog.first_party import MICROSOFT_TENANTS, WELL_KNOWN
from pipelines.own_apps import learnt_apps
from pipelines.settings import Agent, Settings, SettingsError

_ID, _NAME, _OWNER = "AppId", "AppDisplayName", "AppOwnerOrganizationId"


def known_apps(settings: Settings, data_folder: Path, now: datetime | None = None) -> tuple[Mapping[str, object], ...]:
    """A row per app id, as the base table `settings_apps` has them.

    Own apps are those that the settings name, and those that collected into the data folder. An app that the settings
    register is what they say, whatever `whoseagent agents register` said of it. Raises SettingsError for a list of
    Microsoft's apps that is not there or cannot be read, CaseError for an event log that was changed.
    """
    first_party = {**_listed(settings.first_party_apps), **WELL_KNOWN}
    said = {app_id: _registered(app) for app_id, app in registered_apps(data_folder, now).items()}
    said |= {str(agent.app_id): _of_settings(agent) for agent in settings.agents}
    own = {str(app_id) for app_id in settings.own_app_ids} | learnt_apps(data_folder)
    rows = []
    for app_id in sorted({*first_party, *said, *own}):
        app = said.get(app_id, _UNSAID)
        rows.append(
            {
                "app_id": app_id,
                "name": app.name or first_party.get(app_id),
                "owner": app.owner,
                "is_agent": app.is_agent,
                "is_sanctioned": app.is_sanctioned,
                "is_own": app_id in own,
                "is_first_party": app_id in first_party,
            }
        )
    return tuple(rows)


class _Said(NamedTuple):
    name: str | None = None
    owner: str | None = None
    is_agent: bool = False
    is_sanctioned: bool | None = None


_UNSAID = _Said()


def _of_settings(agent: Agent) -> _Said:
    return _Said(agent.name, agent.owner, is_agent=True, is_sanctioned=agent.sanctioned)


def _registered(app: AppRegistered) -> _Said:
    return _Said(app.name, app.owner, app.is_agent, app.is_sanctioned)


def _listed(path: Path | None) -> dict[str, str | None]:
    """App id → name, of the apps in the list that a tenant of Microsoft owns."""
    if path is None:
        return {}
    try:
        return dict(_microsoft_apps(path))
    except OSError as error:
        raise SettingsError(f"setting first_party_apps: {path}: {(error.strerror or str(error)).lower()}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise SettingsError(f"setting first_party_apps: {path} is no CSV in UTF-8: {error}") from error


def _microsoft_apps(path: Path) -> Iterator[tuple[str, str | None]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        missing = {_ID, _NAME, _OWNER} - set(rows.fieldnames or ())
        if missing:
            columns = ", ".join(sorted(missing))
            raise SettingsError(f"setting first_party_apps: {path}, line 1: there is no column {columns}")
        for row in rows:
            if (row[_OWNER] or "").strip().lower() in MICROSOFT_TENANTS:
                yield _guid(row[_ID], path, rows.line_num), row[_NAME] or None


def _guid(text: str | None, path: Path, line: int) -> str:
    try:
        return str(UUID((text or "").strip()))
    except ValueError as error:
        raise SettingsError(f"setting first_party_apps: {path}, line {line}: AppId {text!r} is no GUID") from error
