"""What the server was started with: the arguments behind the name of the app."""

import argparse
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from pipelines.settings import Settings, load_settings


def arguments(data_folder: Path, config: Path | None) -> list[str]:
    """What the app has to be started with, so that `settings` finds these."""
    given = ["--data", str(data_folder.absolute())]
    return given if config is None else [*given, "--config", str(config.absolute())]


def settings() -> Settings:
    """The settings of this server. Raises SettingsError."""
    return _remembered(tuple(sys.argv[1:]))


def settings_of(given: Sequence[str]) -> Settings:
    """The settings that the arguments name. Raises SettingsError."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    parser.add_argument("--config", type=Path)
    found = parser.parse_args(given)
    return load_settings(found.config, data=found.data)


@lru_cache(maxsize=1)
def _remembered(given: tuple[str, ...]) -> Settings:
    return settings_of(given)
