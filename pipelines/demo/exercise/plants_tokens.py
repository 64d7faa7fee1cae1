"""Incidents of tokens and sign-ins, and their look-alikes."""

from dataclasses import replace

from pipelines.demo.clock import HOUR, MINUTE, day_of
from pipelines.demo.events import MICROSOFT, NON_INTERACTIVE, SignIn
from pipelines.demo.exercise.habits import (
    READ_MAIL,
    READ_MY_CALENDAR,
    READ_MY_MAIL,
    about,
    ask,
    call_all,
    call_often,
    front_end_of,
    root_of,
    work_in_client,
)
from pipelines.demo.exercise.newcomers import add_agent, add_service
from pipelines.demo.exercise.planting import Exercise, LookAlike, Plant, Planted, Planting
from pipelines.demo.identifiers import guid
from pipelines.demo.people import App, User
from pipelines.demo.tenant.apps import FEDERATED, SECRET
from pipelines.demo.tenant.incidents import STORY
from pipelines.demo.tenant.scene import Scene, exchange, silently
from pipelines.demo.tenant.workloads import sign_in_as_app
from pipelines.demo.world import own_app

_STRANGER = "203.0.113.251"  # an address in no network of an application
_ELSEWHERE = "198.51.100.252"  # an address in no network of a person


def moved_address(exercise: Exercise) -> Planted:
    """A stolen secret is used from a stranger's network; another application comes from a new one every day."""
    today, lee = exercise.today, exercise.world.characters["Lee"]
    stolen = add_service(exercise, "Invoice Fetcher", "Mail.Read", reads=lee)
    token = sign_in_as_app(today, stolen, today.clock(14, 3), STORY)
    call_often(today, token, today.clock(14, 5), READ_MAIL, lee, times=2, ip_address=_STRANGER)
    roaming = add_service(exercise, "Branch Office Sync", "Mail.Read", reads=lee, hour=7)
    for number, scene in enumerate(exercise.scenes):
        token = sign_in_as_app(scene, roaming, scene.clock(14, 20), STORY)
        call_often(scene, token, scene.clock(14, 25), READ_MAIL, lee, ip_address=f"2001:db8:0:{number}::7")
    neighbour = add_service(exercise, "Badge Printer", "Mail.Read", reads=lee, hour=8)
    token = sign_in_as_app(today, neighbour, today.clock(14, 40), STORY)
    call_often(today, token, today.clock(14, 45), READ_MAIL, lee, ip_address=_ELSEWHERE)
    rule = "address_outside_baseline"
    yield Plant(rule, "a stolen secret is used from elsewhere", {"app_id": stolen.app_id, "user_id": None})
    yield LookAlike(rule, "an application comes from a new network every day", {"app_id": roaming.app_id})
    yield LookAlike(rule, "an application has another address in its network", {"app_id": neighbour.app_id})


def copied_token(exercise: Exercise) -> Planted:
    """A token of an application is used from both of its networks; another application always does that."""
    today, lee = exercise.today, exercise.world.characters["Lee"]
    copied = add_service(exercise, "Claims Importer", "Mail.Read", reads=lee, hour=9)
    earlier = exercise.days_before[-9]
    call_often(
        earlier, sign_in_as_app(earlier, copied, earlier.clock(15, 0), STORY), earlier.clock(15, 2), READ_MAIL, lee,
        ip_address=_STRANGER,
    )  # fmt: skip
    _call_from_both(today, copied, lee)
    spread = add_service(exercise, "Statement Sender", "Mail.Read", reads=lee, hour=10)
    for scene in exercise.scenes:
        _call_from_both(scene, spread, lee)
    rule = "token_from_several_addresses"
    yield Plant(rule, "one token is used in two networks", {"app_id": copied.app_id, "severity": "high"})
    yield Plant("address_outside_baseline", "its second network was new last week", {"app_id": copied.app_id})
    yield LookAlike(rule, "an application has always used both of its networks", {"app_id": spread.app_id})


def _call_from_both(scene: Scene, app: App, target: User) -> None:
    token = sign_in_as_app(scene, app, scene.clock(15, 10), STORY)
    for minute in (12, 16):
        call_often(scene, token, scene.clock(15, minute), READ_MAIL, target)
        call_often(scene, token, scene.clock(15, minute + 2), READ_MAIL, target, ip_address=_STRANGER)


def copied_session(exercise: Exercise) -> Planted:
    """A copied token of a person is used elsewhere; another person goes there and signs in there."""
    today, (diego, nestor) = exercise.today, (exercise.world.members[number] for number in (5, 6))
    token = work_in_client(today, diego, about(today, 16, 0))
    call_often(today, token, token.at + 5 * MINUTE, READ_MY_MAIL, times=4, ip_address=_ELSEWHERE)
    root = root_of(today, nestor, today.clock(16, 30))
    away = replace(root, user=replace(nestor, ip_address=_ELSEWHERE))
    client, graph = exercise.world.public_clients[-1], exercise.world.graph
    call_often(
        today, silently(today, away, today.clock(16, 30), client, graph, story=STORY), today.clock(16, 32),
        READ_MY_MAIL, times=4,
    )  # fmt: skip
    rule = "session_address_mismatch"
    yield Plant(rule, "a person's token is used where nobody signed in", {"user_id": diego.id, "app_id": client.app_id})
    yield LookAlike(rule, "a person moves and signs in there", {"user_id": nestor.id})
    asker = exercise.world.members[0]
    yield LookAlike(rule, "an agent has an address of its own (T13)", {"user_id": asker.id})


def unknown_reader(exercise: Exercise) -> Planted:
    """An app that nobody knows reads a person's mail; another reads a calendar, and a known agent has a new user."""
    today, (megan, isaiah) = exercise.today, (exercise.world.members[number] for number in (3, 7))
    reader, planner = (_new_agent(exercise, name) for name in ("Mail Insights", "Meeting Finder"))
    call_all(today, ask(today, megan, reader, today.clock(16, 40)), READ_MY_MAIL, READ_MY_MAIL)
    call_all(today, ask(today, megan, planner, today.clock(16, 50)), READ_MY_CALENDAR)
    agents = exercise.world.agents
    familiar = agents[(exercise.world.people.index(isaiah) + 1) % len(agents)]
    call_all(today, ask(today, isaiah, familiar, today.clock(17, 0)), READ_MY_MAIL)
    rule = "new_app_reads_mail"
    yield Plant(
        rule, "an app that nobody knows reads mail",
        {"app_id": reader.app_id, "user_id": megan.id, "severity": "high"},
    )  # fmt: skip
    yield LookAlike(rule, "an app that nobody knows reads a calendar", {"app_id": planner.app_id})
    yield LookAlike(rule, "a person asks an agent of the tenant for the first time", {"app_id": familiar.app_id})


def _new_agent(exercise: Exercise, name: str) -> App:
    app = own_app(exercise.today.rng, exercise.world.tenant_id, name, credential=SECRET)
    app = app.changed(scopes="email Mail.Read openid profile User.Read")
    exercise.directory.register(app)
    return app


def secret_again(exercise: Exercise) -> Planted:
    """An application with a federated credential uses a secret; another one has nothing but its secret."""
    today, lee = exercise.today, exercise.world.characters["Lee"]
    federated = add_service(exercise, "Report Builder", "Mail.Read", reads=lee, credential=FEDERATED, hour=11)
    with_secret = federated.changed(
        credential=SECRET, key_id=guid(today.rng), federated_credential_id="", federated_issuer="",
    )  # fmt: skip
    call_all(today, sign_in_as_app(today, with_secret, today.clock(17, 10), STORY), READ_MAIL, target=lee)
    plain = add_service(exercise, "Form Collector", "Mail.Read", reads=lee, hour=12)
    rule = "secret_beside_better_credential"
    yield Plant(rule, "a secret beside a federated credential", {"app_id": federated.app_id, "severity": "high"})
    yield LookAlike(rule, "an application has nothing but its secret", {"app_id": plain.app_id})


def unknown_workload(exercise: Exercise) -> Planted:
    """An application signs in by a credential that no inventory has; another by one that was never used before."""
    today, lee = exercise.today, exercise.world.characters["Lee"]
    app = add_service(exercise, "Deploy Runner", "Mail.Read", reads=lee, credential=FEDERATED, hour=13)
    added = app.changed(federated_credential_id=guid(today.rng))
    call_all(today, sign_in_as_app(today, added, today.clock(17, 20), STORY), READ_MAIL, target=lee)
    rare = add_service(exercise, "Yearly Closing", "Mail.Read", reads=lee, credential=SECRET, hour=14)
    closing = rare.changed(credential=FEDERATED, federated_credential_id=guid(today.rng))
    exercise.directory.application(rare)["federatedIdentityCredentials"] = [
        {"id": closing.federated_credential_id, "name": "closing", "issuer": "https://closing.example.com",
         "subject": "yearly", "audiences": ["api://AzureADTokenExchange"]}
    ]  # fmt: skip
    call_all(today, sign_in_as_app(today, closing, today.clock(17, 30), STORY), READ_MAIL, target=lee)
    rule = "new_federated_issuer"
    yield Plant(rule, "a workload that no inventory has signs in", {"app_id": app.app_id})
    yield LookAlike(rule, "a workload of the inventory signs in for the first time", {"app_id": rare.app_id})
    yield Plant(
        "secret_beside_better_credential", "an application has used secrets while a workload could sign in",
        {"app_id": rare.app_id},
    )  # fmt: skip


def refused_exchanges(exercise: Exercise) -> Planted:
    """An agent tries a token of somebody again and again; another one fails now and then."""
    today, (elena, farid) = exercise.today, (exercise.world.members[number] for number in (8, 9))
    probing = add_agent(exercise, "Ticket Helper", asked_by=elena)
    failing = add_agent(exercise, "Print Helper", asked_by=farid)
    for agent, user, times in ((probing, elena, 14), (failing, farid, 6)):
        _fail_to_exchange(today, user, agent, today.clock(18, 0), times)
    rule = "on_behalf_of_failures"
    yield Plant(rule, "an agent fails to exchange tokens many times", {"app_id": probing.app_id})
    yield LookAlike(rule, "an agent fails now and then", {"app_id": failing.app_id})


def _fail_to_exchange(scene: Scene, user: User, agent: App, at: int, times: int) -> None:
    root = root_of(scene, user, at)
    asked = silently(scene, root, at, front_end_of(scene, user), agent, story=STORY)
    for number in range(times):
        exchange(
            scene, asked, agent, scene.world.graph, at + (number + 1) * MINUTE, error_code=50013,
            shown_credential=agent.credential,
        )  # fmt: skip


def without_a_root(exercise: Exercise) -> Planted:
    """An agent acts in a session that no log begins; another in one that began days ago."""
    today, (grady, johanna, kenji) = exercise.today, (exercise.world.members[number] for number in (10, 11, 12))
    keeping = add_agent(exercise, "Follow-up Agent", asked_by=grady)
    call_all(today, _renewed(today, kenji, keeping, guid(today.rng)), READ_MY_CALENDAR)
    renewing = add_agent(exercise, "Digest Agent", asked_by=johanna)
    root = root_of(exercise.days_before[-8], kenji, exercise.days_before[-8].end)
    for scene in exercise.scenes[-8:]:
        call_all(scene, _renewed(scene, kenji, renewing, root.session_id), READ_MY_CALENDAR)
    rule = "on_behalf_of_without_root"
    yield Plant(
        rule, "an agent acts in a session that no log begins",
        {"app_id": keeping.app_id, "user_id": kenji.id, "severity": "low"},
    )  # fmt: skip
    yield LookAlike(rule, "an agent renews the token of a session of last week", {"app_id": renewing.app_id})


def _renewed(scene: Scene, user: User, agent: App, session_id: str) -> SignIn:
    """Give a token that the agent got on behalf of the person without any front end."""
    return scene.sign_in(
        NON_INTERACTIVE, about(scene, 18, 30), agent, scene.world.graph, STORY, user=user, session_id=session_id,
        protocol="onBehalfOf",
    )  # fmt: skip


def stopped_log(exercise: Exercise) -> Planted:
    """The log of Microsoft's own sign-ins stops before noon; on an earlier day it was late and came again."""
    earlier = exercise.days_before[-4]
    for scene, begin, end in ((exercise.today, 11, 24), (earlier, 0, 14)):
        _hide(scene, MICROSOFT, scene.start + begin * HOUR, scene.start + end * HOUR)
    rule = "log_silent"
    today = day_of(exercise.today.start).isoformat()
    yield Plant(rule, "a log stops while others go on", {"day": today, "severity": "medium"})
    yield LookAlike(rule, "a log pauses and goes on", {"day": day_of(earlier.start).isoformat()})


def _hide(scene: Scene, log: str, begin: int, end: int) -> None:
    """Let no log show the sign-ins of this log in this time."""
    scene.activity.sign_ins[:] = [
        replace(event, is_recorded=False) if event.log == log and begin <= event.at < end else event
        for event in scene.activity.sign_ins
    ]


TOKENS: tuple[Planting, ...] = (
    moved_address,
    copied_token,
    copied_session,
    unknown_reader,
    secret_again,
    unknown_workload,
    refused_exchanges,
    without_a_root,
    stopped_log,
)
