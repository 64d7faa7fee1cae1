"""Everything that Dagster knows of the pipeline."""

import dagster as dg

from pipelines.defs.assets import assets
from pipelines.defs.days import calendar
from pipelines.defs.requests import daily_schedule, reopened_days_sensor
from pipelines.defs.workplace import Workplace
from pipelines.known_apps import known_apps
from pipelines.settings import Settings
from pipelines.warehouse.models import load_models

JOB = "daily"


def build_definitions(
    settings: Settings, workplace: Workplace | None = None, days: dg.DailyPartitionsDefinition | None = None
) -> dg.Definitions:
    """The definitions for a configuration; runs work in the workplace, or in the configured data folder.

    Raises ModelError when a model file breaks a rule, and SettingsError when a list of apps cannot be read.
    """
    workplace = workplace or Workplace(settings.data, load_models(), known_apps(settings))
    days = days or calendar(settings.first_day)
    job = dg.define_asset_job(JOB, dg.AssetSelection.all(), description="The whole pipeline, for a day or a range.")
    return dg.Definitions(
        assets=assets(workplace.models, days),
        jobs=[job],
        schedules=[daily_schedule(job, days)],
        sensors=[reopened_days_sensor(job, days)],
        resources={"workplace": workplace},
        executor=dg.in_process_executor,
    )
