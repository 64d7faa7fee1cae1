"""Settings: `whoseagent.toml` beside the work, overridden by `WHOSEAGENT_*` in the environment."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

CONFIG_FILE = Path("whoseagent.toml")


class SettingsError(ValueError):
    """The configuration is wrong; the message names the key and what it should be."""


class Settings(BaseSettings):
    """Everything that can be configured. An unknown key is an error, so that a misspelt one is noticed."""

    model_config = SettingsConfigDict(env_prefix="WHOSEAGENT_", extra="forbid", frozen=True)

    data: Path = Path("data")
    """The data folder."""
    tenant_id: UUID | None = None
    """Entra tenant of imported records that do not name theirs, such as Graph objects."""
    first_day: date = Field(default=date(2015, 1, 1))
    """First event day that Dagster offers as a partition."""

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
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(config: Path | None = None, **given: Any) -> Settings:
    """The settings of this call. `given` values that are not None win over environment and file.

    Raises SettingsError for a missing or broken file and for wrong keys and values.
    """
    if config is not None and not config.is_file():
        raise SettingsError(f"{config} is not there; --config names a TOML file such as whoseagent.toml")
    located = SettingsConfigDict(**{**Settings.model_config, "toml_file": config or CONFIG_FILE})
    located_settings = type("Settings", (Settings,), {"model_config": located})
    try:
        settings: Settings = located_settings(**{key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        raise SettingsError(_in_words(error)) from error
    except ValueError as error:  # TOML that does not parse
        raise SettingsError(f"{config or CONFIG_FILE}: {error}") from error
    return settings


def _in_words(error: ValidationError) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"there is no setting {key}; the settings are {', '.join(Settings.model_fields)}"
    return f"setting {key}: {first['msg']}"
