"""The tenant's life: every story, every day."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from pipelines.demo.audits import administer, record_changes
from pipelines.demo.clock import DAY, MINUTE, midnight
from pipelines.demo.events import Activity
from pipelines.demo.humans import working_day
from pipelines.demo.services import (
    run_agent_user,
    run_autonomous_agent,
    run_managed_identity,
    run_microsoft,
    run_service,
)
from pipelines.demo.stage import Stage
from pipelines.demo.world import World

_LATEST_DELIVERY = 40 * MINUTE  # logs deliver up to half an hour late: even that stays inside the last day


def live(world: World, rng: Random, *, days: int, last_day: date) -> Activity:
    """Give everything that happens on the `days` days ending with `last_day`, in order of time."""
    activity = Activity()
    for start in _days(days, last_day):
        stage = Stage(rng, world, start + 6 * MINUTE, start + DAY - _LATEST_DELIVERY, activity)
        _play(stage)
    record_changes(world, rng, activity)
    activity.sign_ins.sort(key=lambda event: (event.at, event.id))
    activity.requests.sort(key=lambda event: (event.at, event.id))
    activity.audits.sort(key=lambda event: (event.at, event.id))
    return activity


def _days(days: int, last_day: date) -> Iterator[int]:
    for back in range(days - 1, -1, -1):
        yield midnight(last_day - timedelta(days=back))


def _play(stage: Stage) -> None:
    world = stage.world
    for user in world.people:
        working_day(stage, user)
    for app in world.services:
        run_service(stage, app)
    for identity in world.managed_identities:
        run_managed_identity(stage, identity)
    run_autonomous_agent(stage, world.agent_identities[-1])
    run_agent_user(stage, world.agent_identities[0])
    for app in world.first_party:
        run_microsoft(stage, app)
    administer(stage, 10)
