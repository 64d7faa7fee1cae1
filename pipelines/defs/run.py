"""`whoseagent run`: everything that has landed, typed, built and published through the same definitions, in-process."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import monotonic

import dagster as dg

from pipelines.cases.follow import Followed, is_followed
from pipelines.defs.assemble import JOB, build_definitions
from pipelines.defs.days import calendar, days_of, gaps, range_tags, stale_days
from pipelines.defs.keys import FINDINGS, FOLLOWED, QUARANTINE, WAREHOUSE, key_of
from pipelines.defs.workplace import Workplace, only_run
from pipelines.durable import what_failed
from pipelines.known_apps import known_apps
from pipelines.landing.manifest import Entry
from pipelines.settings import Settings, load_settings
from pipelines.warehouse import state
from pipelines.warehouse.lake import UNDATED
from pipelines.warehouse.models import has_days, load_models, of_kind
from pipelines.warehouse.staging import StagingError

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class RunFailedError(RuntimeError):
    """A step failed; the message is the step's own. What was done before stays, and the next run goes on from there."""


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not pass."""

    asset: str
    """Key of the asset, such as `publish/warehouse`."""
    check: str
    message: str
    """What the check is about, and what it found."""


@dataclass(frozen=True)
class RunReport:
    """What a run did."""

    parsed_files: int
    """Landed files that were typed or set aside."""
    rows: int
    """Lines in them."""
    days_built: list[str]
    """Event days of which something was built anew, in order; `undated` last."""
    days_waiting: list[str]
    """Event days with records that are not built: outside the days asked for, before `first_day`, or in the future."""
    errors: list[FailedCheck]
    warnings: list[FailedCheck]
    is_published: bool
    """Whether `warehouse.duckdb` holds what is in the lake and the settings now."""
    is_new: bool
    """Whether this run published it."""
    followed: Followed
    """Findings that were there for the first time, again, or no longer."""
    seconds: float

    @property
    def did_nothing(self) -> bool:
        """Whether everything was up to date already."""
        return not self.parsed_files and not self.days_built and not self.is_new and self.followed == Followed(0, 0, 0)


def run_days(
    data_folder: Path,
    *,
    first: date | None = None,
    last: date | None = None,
    on_step: Callable[[str], None] = lambda _: None,
    settings: Settings | None = None,
) -> RunReport:
    """Types what has landed, builds the stale days from `first` to `last`, publishes, checks and follows up.

    Gives what was done. Waits while another run is at work in the data folder. Raises RunFailedError when a step fails,
    KeyboardInterrupt when the run was interrupted, SettingsError when a list of apps that the settings name cannot be
    read, CaseError when the event log of cases was changed.
    """
    started = monotonic()
    settings = settings or load_settings()
    work = Workplace(data_folder, load_models(), known_apps(settings, data_folder), holds_lock=True, on_step=on_step)
    home = os.environ.get("DAGSTER_HOME")  # there the run shows in the UI; else Dagster keeps nothing of it
    with (
        only_run(work.warehouse(), on_step),
        dg.DagsterInstance.get() if home else dg.DagsterInstance.ephemeral() as dagster,
    ):
        run = _Run(work, settings, dagster)
        return run.report(first or date.min, last or date.max, started)


class _Run:
    def __init__(self, work: Workplace, settings: Settings, dagster: dg.DagsterInstance) -> None:
        self._work = work
        self._warehouse = work.warehouse()
        self._settings = settings
        self._dagster = dagster
        self._checks: list[dg.AssetCheckEvaluation] = []
        self._untyped: list[FailedCheck] = []

    def report(self, first: date, last: date, started: float) -> RunReport:
        self._stage()
        offered = days_of(calendar(self._settings.first_day))
        is_sound = self._build(max(first, offered[0]), min(last, offered[1]))
        was_published = state.is_published(self._warehouse)
        if is_sound and not was_published:
            self._publish()
        is_published = state.is_published(self._warehouse)
        if is_published:
            self._follow()
        days = {built.day for built in self._work.built if built.is_new}
        waiting = stale_days(self._warehouse.snapshot(), date.min, date.max)
        return RunReport(
            parsed_files=len(self._work.parsed),
            rows=sum(parsed.rows for parsed in self._work.parsed),
            days_built=sorted(days),
            days_waiting=waiting,
            errors=self._untyped + self._failed(dg.AssetCheckSeverity.ERROR),
            warnings=self._failed(dg.AssetCheckSeverity.WARN),
            is_published=is_published,
            is_new=is_published and not was_published,
            followed=self._work.followed[-1] if self._work.followed else Followed(0, 0, 0),
            seconds=round(monotonic() - started, 3),
        )

    def _stage(self) -> None:
        if waiting := state.unstaged(self._warehouse):
            try:
                self._materialize(self._takers(waiting))
            except RunFailedError as error:
                # What could not be typed waits and is said; it does not keep the rest from being built and published.
                if not isinstance(error.__cause__, StagingError):
                    raise
                self._untyped.append(FailedCheck("staging", "landed_files_are_typed", str(error)))

    def _takers(self, waiting: list[Entry]) -> list[dg.AssetKey]:
        """The assets that take these landed files; the others have no news, so that their steps need not start."""
        sources = {self._warehouse.source_of(entry) for entry in waiting}
        return [
            *([QUARANTINE] if any(entry.log == "unreadable" for entry in waiting) else []),
            *(key_of(model) for model in of_kind(self._work.models, "source") if model.name in sources),
        ]

    def _build(self, first: date, last: date) -> bool:
        """Builds the stale days between first and last in one run; whether every check passed that must.

        Dagster knows the days of a run as a range only, so the days in it that need no work are no days of this run.
        """
        stale = stale_days(self._warehouse.snapshot(), first, last)
        if not stale:
            return True
        dated = [day for day in stale if day != UNDATED] or [f"{days_of(calendar(self._settings.first_day))[1]}"]
        days = calendar(date.fromisoformat(dated[0]), gaps(dated))  # Dagster counts all of them for each step
        return self._materialize(self._keys(is_daily=True), range_tags(dated[0], dated[-1]), days)

    def _publish(self) -> None:
        """Evaluates the rules, publishes and follows up, unless a check fails on what has no days."""
        self._materialize([FINDINGS, *self._keys(is_daily=False), WAREHOUSE, FOLLOWED])

    def _follow(self) -> None:
        """Follows up where that is still to be done: after a killed run, or when a suppression has expired since."""
        if not is_followed(self._warehouse.data_folder):
            self._materialize([FOLLOWED])

    def _materialize(
        self,
        keys: list[dg.AssetKey],
        tags: Mapping[str, str] | None = None,
        days: dg.DailyPartitionsDefinition | None = None,
    ) -> bool:
        """One Dagster run; whether every blocking check passed. Raises RunFailedError with what went wrong.

        Without `days`, one without days: Dagster knows of today only then, as it counts all that it knows at each step.
        """
        failures_before = len(self._work.failures)
        days = days or calendar(days_of(calendar(self._settings.first_day))[1])
        job = build_definitions(self._settings, self._work, days).resolve_job_def(JOB)
        result = job.execute_in_process(
            run_config=_QUIET, instance=self._dagster, raise_on_error=False, asset_selection=keys, tags=tags
        )
        evaluations = result.get_asset_check_evaluations()
        self._checks += evaluations
        for failure in self._work.failures[failures_before:] if not result.success else []:
            raise failure if isinstance(failure, KeyboardInterrupt) else RunFailedError(_message(failure)) from failure
        is_sound = all(evaluation.passed for evaluation in evaluations if evaluation.blocking)
        if is_sound and not result.success:
            raise RunFailedError(_messages(result))
        return is_sound

    def _keys(self, *, is_daily: bool) -> list[dg.AssetKey]:
        """The assets of the tables that readers see, with event days or without."""
        models = of_kind(self._work.models, "records", "partition", "view", "table")
        return [key_of(model) for model in models if has_days(model, self._work.models) == is_daily]

    def _failed(self, severity: dg.AssetCheckSeverity) -> list[FailedCheck]:
        return [
            FailedCheck(check.asset_key.to_user_string(), check.check_name, check.description or "")
            for check in self._checks
            if not check.passed and check.severity == severity
        ]


def _message(failure: BaseException) -> str:
    return what_failed(failure) if isinstance(failure, OSError) else str(failure)


def _messages(result: dg.ExecuteInProcessResult) -> str:
    """What Dagster says of the steps that failed outside of our own code."""
    failures = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    return "; ".join(error.message.strip() for error in failures if error) or "the run failed"
