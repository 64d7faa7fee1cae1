"""Everything that Dagster knows of the pipeline."""

import dagster as dg

from pipelines.defs.alerted import alert_assets, alert_job, alert_sensor
from pipelines.defs.assets import assets
from pipelines.defs.collected import GROUP, collect_key, collected_assets
from pipelines.defs.days import calendar
from pipelines.defs.requests import daily_schedule, reopened_days_sensor
from pipelines.defs.workplace import Workplace
from pipelines.known_apps import known_apps
from pipelines.settings import Settings
from pipelines.sources.collectors import collectors_of
from pipelines.warehouse.models import load_models

JOB = "daily"
DAYS_JOB = "days"


def build_definitions(
    settings: Settings, workplace: Workplace | None = None, days: dg.DailyPartitionsDefinition | None = None
) -> dg.Definitions:
    """The definitions for a configuration; runs work in the workplace, or in the configured data folder.

    Raises ModelError when a model file breaks a rule, and SettingsError when a list of apps cannot be read.
    """
    workplace = workplace or Workplace(settings.data, load_models(), known_apps(settings, settings.data))
    days = days or calendar(settings.first_day)
    collectors = collectors_of(settings)
    everything = dg.AssetSelection.all()
    job = dg.define_asset_job(JOB, everything, description="The whole pipeline, for a day or a range.")
    of_what_landed = everything - dg.AssetSelection.groups(GROUP) if collectors else everything
    alert_jobs = alert_job(settings)
    days_job = dg.define_asset_job(DAYS_JOB, of_what_landed, description="The same, of what has landed already.")
    return dg.Definitions(
        assets=[
            *collected_assets(collectors),
            *assets(workplace.models, days, [collect_key(collector) for collector in collectors]),
            *alert_assets(settings),
        ],
        jobs=[job, days_job, *alert_jobs],
        schedules=[daily_schedule(job, days)],
        sensors=[reopened_days_sensor(days_job, days), *alert_sensor(settings, alert_jobs)],
        resources={"workplace": workplace},
        executor=dg.in_process_executor,
    )
