"""The registry of apps that people keep with `whoseagent agents`, beside the one in the settings."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pipelines.cases.entry import NAMES, decode_entry
from pipelines.cases.events import AppRegistered
from pipelines.cases.log import utc_now
from pipelines.cases.state import Cases
from pipelines.chained.lines import complete_lines

_ABOUT_APPS = b'"kind":"app_'
"""Stands in the lines of registrations only: in a text, its quotes would be escaped."""


def registered_apps(data_folder: Path, now: datetime | None = None) -> Mapping[str, AppRegistered]:
    """The registrations that hold at that time, by app id. Raises CaseError for a line that was changed."""
    cases = Cases()
    for number, line in enumerate(complete_lines(data_folder.absolute() / NAMES.file)):
        if _ABOUT_APPS in line:
            cases.take(decode_entry(line, number))
    return {app_id: each.what for app_id, each in cases.registered(now or utc_now()).items()}
