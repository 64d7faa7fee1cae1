"""The tenant's life: every story, every day, and the evening before the export starts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from pipelines.demo.audits import administer, record_changes
from pipelines.demo.clock import DAY
from pipelines.demo.events import Activity, Event, SignIn
from pipelines.demo.people import User
from pipelines.demo.tenant import agentic, delegated, direct, unclear, workloads
from pipelines.demo.tenant.app_incidents import OF_APPS, registered_pass, same_ids_elsewhere
from pipelines.demo.tenant.cast import Cast
from pipelines.demo.tenant.delivery import Coverage
from pipelines.demo.tenant.incidents import OF_PEOPLE, Incident
from pipelines.demo.tenant.scene import Scene

_HABITS: tuple[tuple[float, Callable[[Scene, SignIn], None]], ...] = (
    (1.0, direct.work_directly),
    (0.4, direct.work_in_web_app),
    (0.08, direct.work_in_hub),
    (0.06, direct.work_with_long_token),
    (0.08, direct.work_late),
    (0.6, delegated.ask_agent),
    (0.3, delegated.ask_agent),
    (0.06, delegated.ask_late),
    (0.1, delegated.ask_vendors_agent),
    (0.12, delegated.ask_through_hops),
    (0.04, delegated.ask_by_night),
    (0.25, agentic.ask_agent_identity),
    (0.05, unclear.ask_in_two_sessions),
    (0.03, unclear.ask_without_session),
    (0.05, unclear.ask_in_silence),
)

EventT = TypeVar("EventT", bound=Event)


@dataclass(frozen=True)
class Told:
    """What happened in one tenant, and the incidents in it."""

    activity: Activity
    incidents: list[Incident]


def live(cast: Cast, rng: Random, coverage: Coverage, *, volume: float, is_first: bool) -> Told:
    """Give everything that happens in a tenant from the day before `coverage` to its end, in order of time.

    What started before the coverage goes on in it; only requests and changes inside it are given.
    """
    activity = Activity()
    scenes = [
        Scene(rng, cast, start, start + DAY, activity, coverage.end, volume)
        for start in range(coverage.start - DAY, coverage.end, DAY)
    ]
    _play_evening_before(scenes[0], has_apps=is_first)
    for scene in scenes[1:]:
        _play(scene, is_last=scene is scenes[-1] and len(scenes) > 2)
    off_day = next(scene for scene in scenes if scene.end > coverage.off_from)
    incidents = _play_incidents(scenes[-1], off_day) if is_first else [same_ids_elsewhere(scenes[-1])]
    return Told(_inside(cast, rng, activity, coverage), incidents)


def _play(scene: Scene, *, is_last: bool) -> None:
    workers = [user for user in scene.world.workers if scene.chance(0.85)]
    delegated.ask_all_at_once(scene, [_play_person(scene, user) for user in workers])
    for duty, apps in scene.world.duties.items():
        for app in apps:
            workloads.run_service(scene, app, duty)
    workloads.run_managed_identities(scene)
    workloads.read_logs(scene)
    agentic.run_autonomous_agents(scene)
    agentic.run_agent_users(scene)
    for app in scene.world.first_party:
        workloads.run_microsoft(scene, app)
    if not is_last:  # on the last day a missing sign-in could also be late
        direct.support_from_outside(scene)
    administer(scene, 10)


def _play_person(scene: Scene, user: User) -> SignIn:
    root = direct.sign_in(scene, user, scene.time(5, 10))
    for share, story in _HABITS:
        if scene.chance(share):
            story(scene, root)
    return root


def _play_evening_before(scene: Scene, *, has_apps: bool) -> None:
    """Only what can reach into the export; guests stay away, so that a missing row has one reason."""
    for user in scene.world.workers:
        if user.user_type == "member" and scene.chance(0.4):
            root = direct.sign_in(scene, user, scene.time(14, 16))
            for story in (direct.work_late, direct.work_with_long_token, delegated.ask_late, delegated.ask_by_night):
                if scene.chance(0.35):
                    story(scene, root)
    if not has_apps:
        return
    for duty, apps in scene.world.duties.items():
        for app in apps:
            workloads.run_service(scene, app, duty, range(22, 24))
    workloads.run_managed_identities(scene)
    agentic.run_autonomous_agents(scene)
    agentic.run_agent_users(scene)


def _play_incidents(last: Scene, off_day: Scene) -> list[Incident]:
    return [*(tell(last) for tell in (*OF_PEOPLE, *OF_APPS)), registered_pass(off_day)]


def _inside(cast: Cast, rng: Random, activity: Activity, coverage: Coverage) -> Activity:
    def is_inside(at: int) -> bool:
        return coverage.start <= at < coverage.end

    requests = [request for request in activity.requests if is_inside(request.at)]
    told = replace(activity, requests=requests)
    record_changes(cast, rng, told)
    return Activity(
        sign_ins=_in_order([event for event in told.sign_ins if event.at < coverage.end]),
        requests=_in_order(told.requests),
        audits=_in_order([audit for audit in told.audits if is_inside(audit.at)]),
    )


def _in_order(events: list[EventT]) -> list[EventT]:
    return sorted(events, key=lambda event: (event.at, event.id))
