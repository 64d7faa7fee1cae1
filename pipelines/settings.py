"""Settings: `whoseagent.toml` beside the work, overridden by `WHOSEAGENT_*` in the environment."""

import os
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings import SettingsError as EnvironmentSettingsError

from pipelines.access.dashboard_settings import SECRETS as DASHBOARD_SECRETS
from pipelines.access.dashboard_settings import DashboardSettings
from pipelines.alerts.routes import KINDS, AnyRoute
from pipelines.alerts.routes import SECRET_PREFIX as ROUTE_SECRET_PREFIX
from pipelines.retention.choice import check_logs
from pipelines.sources.azure import CLOUDS, SECRET_PREFIX, STORAGE_KEY, STORAGE_SAS, CloudName, check_account_url

CONFIG_FILE = Path("whoseagent.toml")
_PREFIX = "WHOSEAGENT_"


class SettingsError(ValueError):
    """The configuration is wrong; the message names the key and what it should be."""


class Agent(BaseModel):
    """An entry of the registry of agents."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    app_id: UUID
    name: str | None = None
    owner: str | None = None
    """Who answers for it."""
    sanctioned: bool | None = None
    """Whether it is allowed; None where nobody said."""


class Tenant(BaseModel):
    """An Entra tenant to collect from, and which of its sources."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant_id: UUID
    name: str = Field(default="", pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")
    """For people, and for the variable of its client secret; else the tenant id."""
    client_id: UUID | None = None
    """The app, or user-assigned managed identity, that collects."""
    graph: bool = False
    """Sign-ins and directory audits of Microsoft Graph."""
    inventory: bool = False
    """The directory itself: apps, users, owners, permissions."""
    workspaces: tuple[UUID, ...] = ()
    """Log Analytics workspaces."""
    storage: tuple[str, ...] = ()
    """Blob endpoints of storage accounts to which the diagnostic settings archive."""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        if isinstance(given, dict) and not given.get("name"):
            return {**given, "name": str(given.get("tenant_id", "?"))}
        return given


class Retention(BaseModel):
    """How long is kept what lands; nothing is removed but by `whoseagent retain`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: int | None = Field(default=None, ge=1)
    """Days that stay in the tables, besides today; None where `retain` has to be told."""
    tables: dict[str, Annotated[int, Field(ge=1, le=36500)]] = Field(default_factory=dict)
    """Log → days that its evidence stays, where that is longer than the tables need it."""

    @field_validator("tables")
    @classmethod
    def _name_logs(cls, tables: dict[str, int]) -> dict[str, int]:
        check_logs(tables)
        return tables

    @model_validator(mode="after")
    def _keep_days_whole(self) -> Self:
        short = [log for log, days in self.tables.items() if self.days is not None and days < self.days]
        if short:
            raise ValueError(f"a day is in the tables with all its logs, so {short[0]} stays {self.days} days or more")
        return self


class Settings(BaseSettings):
    """Everything that can be configured. An unknown key is an error, so that a misspelt one is noticed."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="forbid", frozen=True)

    data: Path = Path("data")
    """The data folder."""
    tenant_id: UUID | None = None
    """Entra tenant of imported records that do not name theirs, such as Graph objects."""
    first_day: date = Field(default=date(2015, 1, 1))
    """First event day that Dagster offers as a partition."""
    agents: tuple[Agent, ...] = ()
    """The registry of agents."""
    own_app_ids: tuple[UUID, ...] = ()
    """Apps of this collector, whose own requests stand in the logs that it reads (domain fact T31)."""
    first_party_apps: Path | None = None
    """CSV of Microsoft's own apps: AppId, AppDisplayName, AppOwnerOrganizationId."""

    cloud: CloudName = "global"
    """Microsoft's cloud in which the tenants are."""
    tenants: tuple[Tenant, ...] = ()
    """What `collect` pulls."""
    first_collect_days: int = Field(default=7, ge=1, le=3650)
    """Days that the first collect of a log goes back; Graph gives thirty at most."""
    storage_days: int = Field(default=3, ge=1)
    """Days back in which the hours of a storage archive are looked at for late records."""

    retention: Retention = Retention()
    """How long is kept what lands."""

    routes: tuple[AnyRoute, ...] = ()
    """Where alerts go."""

    dashboard: DashboardSettings = DashboardSettings()
    """Who may see what of the dashboard."""

    @field_validator("tenants")
    @classmethod
    def _tell_tenants_apart(cls, tenants: tuple[Tenant, ...]) -> tuple[Tenant, ...]:
        for key in ("tenant_id", "name"):
            for value, entries in Counter(str(getattr(tenant, key)).casefold() for tenant in tenants).items():
                if entries > 1:
                    raise ValueError(f"{key} {value} stands in {entries} entries")
        return tenants

    @field_validator("routes")
    @classmethod
    def _tell_routes_apart(cls, routes: tuple[AnyRoute, ...]) -> tuple[AnyRoute, ...]:
        for variable, entries in Counter(route.secret_variable for route in routes).items():
            if entries > 1:
                raise ValueError(f"{entries} routes have names whose secret would stand in {variable}")
        return routes

    @model_validator(mode="after")
    def _reach_only_the_cloud(self) -> Self:
        for tenant in self.tenants:
            for url in tenant.storage:
                check_account_url(url, CLOUDS[self.cloud])
        return self

    @field_validator("agents")
    @classmethod
    def _name_each_once(cls, agents: tuple[Agent, ...]) -> tuple[Agent, ...]:
        for app_id, entries in Counter(agent.app_id for agent in agents).items():
            if entries > 1:
                raise ValueError(f"app_id {app_id} stands in {entries} entries")
        return agents

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  (the signature is the library's)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What was given to the call, then the environment, then the file."""
        return init_settings, env_settings, _TomlFile(settings_cls)


class _TomlFile(TomlConfigSettingsSource):
    """The settings file, whose paths of lists are meant from its own folder."""

    def __call__(self) -> dict[str, Any]:
        found = super().__call__()
        if isinstance(self.toml_file_path, Path):
            _set_beside(self.toml_file_path.parent, found, "first_party_apps")
            routes = found.get("routes")
            for route in routes if isinstance(routes, list) else []:
                _set_beside(self.toml_file_path.parent, route, "path", "ca_file")
        return found


def _set_beside(folder: Path, found: Any, *keys: str) -> None:
    for key in keys:
        if isinstance(found, dict) and isinstance(found.get(key), str):
            found[key] = folder / found[key]


def load_settings(config: Path | None = None, **given: Any) -> Settings:
    """The settings of this call. `given` values that are not None win over environment and file.

    Raises SettingsError for a missing or broken file and for wrong keys and values, also of the environment.
    """
    _check_environment()
    if config is not None and not config.is_file():
        raise SettingsError(f"{config} is not there; --config names a TOML file such as whoseagent.toml")
    located = SettingsConfigDict(**{**Settings.model_config, "toml_file": config or CONFIG_FILE})
    located_settings = type("Settings", (Settings,), {"model_config": located})
    try:
        settings: Settings = located_settings(**{key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        raise SettingsError(_in_words(error)) from error
    except EnvironmentSettingsError as error:
        raise SettingsError(f"{error}; a list in the environment is written as JSON") from error
    except ValueError as error:  # TOML that does not parse
        raise SettingsError(f"{config or CONFIG_FILE}: {error}") from error
    return settings


def _check_environment() -> None:
    """Raises SettingsError for a variable that looks like one of ours and is none."""
    there_are = {f"{_PREFIX}{name}".upper() for name in Settings.model_fields}
    ours = {name for name in os.environ if name.upper().startswith(_PREFIX) and not _is_secret(name)}
    unknown = sorted(name for name in ours if name.upper() not in there_are)
    if unknown:
        names = ", ".join(f"{_PREFIX}{name}".upper() for name in Settings.model_fields)
        raise SettingsError(f"there is no setting {unknown[0]}; the settings in the environment are {names}")


def _is_secret(name: str) -> bool:
    """Whether this variable may be in the environment although no setting is called so: no secret is a setting."""
    known = (STORAGE_SAS, STORAGE_KEY, *DASHBOARD_SECRETS)
    return name.startswith((SECRET_PREFIX, ROUTE_SECRET_PREFIX)) or name in known


_FIELDS = {
    "agents": Agent.model_fields,
    "tenants": Tenant.model_fields,
    "dashboard": DashboardSettings.model_fields,
    "retention": Retention.model_fields,
}


def _in_words(error: ValidationError) -> str:
    first = error.errors()[0]
    place, kind = _place(first["loc"])
    key = ".".join(place)
    if first["type"] == "extra_forbidden":
        fields = _fields(place[0], kind) if len(place) > 1 else list(Settings.model_fields)
        return f"there is no setting {key}; the settings are {', '.join(fields)}"
    key = key or "tenants.storage"  # the one thing that is checked against another setting
    return f"setting {key}: {first['msg'].removeprefix('Value error, ')}"


def _place(location: tuple[int | str, ...]) -> tuple[list[str], str]:
    """The keys that lead to a setting, and of a route its kind, which pydantic puts among them."""
    place = [str(part) for part in location]
    kind = place.pop(2) if place[:1] == ["routes"] and len(place) > 2 else ""
    return place, kind


def _fields(section: str, kind: str) -> list[str]:
    """The keys of an entry of a list."""
    fields = KINDS[kind].model_fields if section == "routes" else _FIELDS[section]
    return [field.alias or name for name, field in fields.items()]
