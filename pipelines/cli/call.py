"""What was given before the verb, and how verbs read what they were given."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from pipelines.cli.failure import WRONG_USE, Failure

if TYPE_CHECKING:
    from pipelines.settings import Settings


@dataclass(frozen=True)
class Call:
    """What was given before the verb."""

    data: Path | None
    config: Path | None

    @cached_property
    def settings(self) -> "Settings":
        """The settings of this call. Raises SettingsError."""
        from pipelines.settings import load_settings  # noqa: PLC0415 - so that the command starts at once

        return load_settings(self.config, data=self.data)


def settings_of(context: typer.Context) -> "Settings":
    """The settings of the call. Raises SettingsError."""
    return cast(Call, context.obj).settings


def given_data(context: typer.Context) -> Path | None:
    """The data folder, where it was named before the verb."""
    return cast(Call, context.obj).data


def day_of(text: str | None, option: str) -> date | None:
    """The day that an option names; None where it was not given. Raises Failure."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date() if text else None  # noqa: DTZ007 - a day, not a time
    except ValueError:
        raise Failure(f"{option} takes a day such as 2026-03-02", WRONG_USE) from None
