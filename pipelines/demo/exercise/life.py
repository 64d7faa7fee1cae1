"""The regular life of the exercise tenant: every day the same, every hour something in every log."""

from pipelines.demo.clock import DAY, MINUTE
from pipelines.demo.events import MICROSOFT, SignIn
from pipelines.demo.exercise.changes import change
from pipelines.demo.exercise.habits import (
    READ_FILES,
    READ_GROUP,
    READ_MAIL,
    READ_ME,
    READ_MY_CALENDAR,
    READ_MY_MAIL,
    READ_SIGN_INS,
    REGULAR,
    SEND_MINE,
    UPDATE_USER,
    about,
    ask,
    call_all,
    front_end_of,
    root_of,
    work_in_client,
    work_in_web_app,
)
from pipelines.demo.people import User
from pipelines.demo.tenant.agentic import act, exchange_as_identity, sign_in_as_user
from pipelines.demo.tenant.direct import sign_in
from pipelines.demo.tenant.scene import Scene, silently
from pipelines.demo.tenant.workloads import sign_in_as_app, sign_in_as_resource

_READS = {"mail": READ_MAIL, "directory": READ_GROUP, "tickets": READ_MAIL, "files": READ_FILES}
_READ_PEOPLE = 3  # whose data an application reads


def live_a_day(scene: Scene) -> None:
    """Tell a day in which nothing happens that has not happened the day before."""
    for hour, user in enumerate(scene.world.people):
        _work(scene, user, hour)
    for hour in range(24):
        _run_service(scene, hour)
        _run_resource(scene, hour)
        _run_microsoft(scene, hour)
        _synchronise(scene, hour)
    for hour in range(0, 24, 2):
        token = sign_in_as_app(scene, scene.world.collector, about(scene, hour, 5), "self")
        call_all(scene, token, READ_SIGN_INS)
    _run_agents(scene)
    _administer(scene)


def _work(scene: Scene, user: User, hour: int) -> None:
    """A person signs in, works in Office, some in a web application, and asks agents."""
    root = sign_in(scene, user, about(scene, hour, 2), story=REGULAR)
    call_all(scene, root, READ_ME, READ_MY_MAIL)
    call_all(scene, work_in_client(scene, user, about(scene, hour, 20)), READ_MY_CALENDAR, SEND_MINE)
    if hour % 3 == 0:
        web_app = scene.world.web_apps[hour % 2]
        call_all(scene, work_in_web_app(scene, user, web_app, about(scene, hour, 25)), READ_MY_CALENDAR)
    agent = scene.world.agents[hour % len(scene.world.agents)]
    call_all(scene, ask(scene, user, agent, about(scene, hour, 30)), READ_MY_MAIL, SEND_MINE)
    if hour % 6 == 1:
        call_all(scene, _ask_identity(scene, user, about(scene, hour, 40)), READ_MY_MAIL)


def _ask_identity(scene: Scene, user: User, at: int) -> SignIn:
    world = scene.world
    asked = silently(scene, root_of(scene, user, at), at, front_end_of(scene, user), world.blueprint, story=REGULAR)
    return exchange_as_identity(scene, asked, world.agent_identities[2], scene.soon(asked.at, 9))


def _run_service(scene: Scene, hour: int) -> None:
    """One application an hour, each six times a day; each reads the same people's data in turn."""
    services = [(duty, app) for duty, apps in scene.world.duties.items() for app in apps]
    duty, app = services[hour % len(services)]
    token = sign_in_as_app(scene, app, about(scene, hour, 10), REGULAR)
    call_all(scene, token, _READS[duty], target=scene.world.members[hour // 4 % _READ_PEOPLE])


def _run_resource(scene: Scene, hour: int) -> None:
    identity = scene.world.managed_identities[hour % len(scene.world.managed_identities)]
    token = sign_in_as_resource(scene, identity, about(scene, hour, 15), REGULAR)
    if hour % 4 < 2:
        call_all(scene, token, READ_FILES, target=scene.world.members[_READ_PEOPLE])


def _run_microsoft(scene: Scene, hour: int) -> None:
    app = scene.world.first_party[hour % len(scene.world.first_party)]
    token = scene.sign_in(
        MICROSOFT, about(scene, hour, 35), app, scene.world.graph, "first_party", credential="certificate",
        protocol="clientCredentials", lifetime=DAY,
    )  # fmt: skip
    if hour % 4 < 2:
        call_all(scene, token, READ_MAIL, target=scene.world.members[hour // 4 % _READ_PEOPLE])


def _run_agents(scene: Scene) -> None:
    """Agent identities on their own, and as user accounts of their own."""
    world = scene.world
    for number, identity in enumerate(world.agent_identities[3:]):
        for hour in (7, 19):
            token = act(scene, identity, about(scene, hour + number, 45), "autonomous_agent")
            call_all(scene, token, READ_MAIL, target=world.members[number])
    for number, user in enumerate(world.agent_users):
        for hour in (9, 15):
            token = sign_in_as_user(scene, user, world.agent_identities[number], about(scene, hour + number, 50))
            call_all(scene, token, READ_ME, READ_MY_MAIL)


def _synchronise(scene: Scene, hour: int) -> None:
    """A service outside of Graph changes a user every hour."""
    target = scene.world.people[hour % len(scene.world.people)]
    change(scene, about(scene, hour, 55), "Update user", target, service="Account Provisioning")


def _administer(scene: Scene) -> None:
    """An administrator updates a user in a client of Graph, once a day."""
    admin, target = administrator(scene), scene.world.members[1]
    token = work_in_client(scene, admin, about(scene, 10, 0))
    scene.call(token, token.at + MINUTE, UPDATE_USER, target=target, status=UPDATE_USER.status)


def administrator(scene: Scene) -> User:
    """Give the person who administers the tenant."""
    return scene.world.members[0]
