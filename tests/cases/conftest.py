"""Findings, a clock that tests set, and another process."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.cases.events import Finding, Opened, Suppressed
from pipelines.cases.log import CaseLog

Python = Callable[..., "subprocess.Popen[bytes]"]


class Clock:
    """A time that goes on when a test says so."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **period: int) -> None:
        self.now += timedelta(**period)


def finding(finding_id: str = "f", **fields: Any) -> Finding:
    """A finding of the rule r, about the app a."""
    given = {"rule_id": "r", "title": "An app wrote", "severity": "high", "tenant_id": "t", "day": date(2026, 3, 2)}
    return Finding(finding_id=finding_id, **{**given, "app_id": "a", "summary": "An app wrote.", **fields})


def opened(finding_id: str = "f", **fields: Any) -> Opened:
    """The event that it was opened."""
    return Opened(**finding(finding_id, **fields).model_dump())


def suppressed(clock: Clock, days: int = 30, **scope: Any) -> Suppressed:
    """The event that findings of a scope are suppressed for some days."""
    expires_at = clock() + timedelta(days=days)
    return Suppressed(owner="Messaging team", reason="Migration", expires_at=expires_at, **scope)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(tmp_path: Path, clock: Clock) -> CaseLog:
    """The log of the data folder `data`."""
    return CaseLog(tmp_path / "data", clock)


@pytest.fixture
def python() -> Python:
    """Starts another process that runs some code."""

    def start(code: str, *arguments: object) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", code, *map(str, arguments)]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)

    return start
