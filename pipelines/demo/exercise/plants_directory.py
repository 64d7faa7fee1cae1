"""Incidents of rights, credentials and the directory, and their look-alikes."""

from collections.abc import Iterable

from pipelines.demo.clock import MINUTE, SECOND
from pipelines.demo.events import SignIn
from pipelines.demo.exercise.cast import AGENT_SCOPES
from pipelines.demo.exercise.changes import change
from pipelines.demo.exercise.habits import READ_GROUP, ask, call_all, call_often, root_of, work_in_client
from pipelines.demo.exercise.life import administrator
from pipelines.demo.exercise.newcomers import add_agent, add_service
from pipelines.demo.exercise.planting import Exercise, LookAlike, Plant, Planted, Planting
from pipelines.demo.operations import UPDATE_SECRETS
from pipelines.demo.people import App
from pipelines.demo.tenant.apps import SECRET
from pipelines.demo.tenant.calls import SECURITY, TENANT, Call
from pipelines.demo.tenant.incidents import STORY
from pipelines.demo.tenant.scene import Scene, silently
from pipelines.demo.tenant.workloads import sign_in_as_app
from pipelines.demo.world import own_app

_GRANT = Call("POST", "v1.0/servicePrincipals/{guid}/appRoleAssignedTo", 201, TENANT, "create")
_PASS = Call("POST", "v1.0/users/{user}/authentication/temporaryAccessPassMethods", 201, SECURITY, "credential",
             changes="Admin registered security info")  # fmt: skip
_RULE = Call("POST", "v1.0/me/mailFolders/inbox/messageRules", 201, SECURITY, "rule")
_SETTINGS = Call("PATCH", "v1.0/me/mailboxSettings", 200, SECURITY, "rule")

_LISTED = ("users", "groups", "applications", "servicePrincipals", "policies/authorizationPolicy")
_REFUSED = ("auditLogs/directoryAudits", "policies/authorizationPolicy", "applications", "devices")
_GRAPHED = (  # as a program asks that draws the ways to more rights
    "organization", "users", "groups", "groups/{guid}/members", "groups/{guid}/owners", "applications",
    "applications/{guid}/owners", "servicePrincipals", "servicePrincipals/{guid}/owners", "devices",
    "devices/{guid}/registeredOwners", "roleManagement/directory/roleDefinitions",
)  # fmt: skip


def woken_application(exercise: Exercise) -> Planted:
    """A forgotten application gets a secret at night and is used; another gets one in time, and goes on as before."""
    today, yesterday = exercise.today, exercise.days_before[-1]
    forgotten = own_app(today.rng, exercise.world.tenant_id, "Ledger Import", credential=SECRET)
    forgotten = forgotten.changed(roles="GroupMember.Read.All", scopes="")
    exercise.directory.register(forgotten)
    change(yesterday, yesterday.clock(22, 5), UPDATE_SECRETS, forgotten, by=administrator(yesterday))
    call_all(today, sign_in_as_app(today, forgotten, today.clock(2, 10), STORY), READ_GROUP)
    rotated = _reader(exercise, "Payroll Sync", hour=6)
    change(yesterday, yesterday.clock(21, 0), UPDATE_SECRETS, rotated, by=administrator(yesterday))
    rule = "credential_added_and_used"
    yield Plant(rule, "a forgotten application is used with a new secret", {"app_id": forgotten.app_id})
    yield LookAlike(rule, "a secret is added and the old one stays in use", {"app_id": rotated.app_id})


def granted_permission(exercise: Exercise) -> Planted:
    """An application grants another one a permission, an administrator consents; a third application is refused."""
    today, favoured = exercise.today, exercise.world.services[0]
    granting = _reader(exercise, "Rollout Tool", hour=7, roles="AppRoleAssignment.ReadWrite.All")
    token = sign_in_as_app(today, granting, today.clock(14, 2), STORY)
    (request,) = call_often(today, token, today.clock(14, 5), _GRANT)
    activity = "Add app role assignment to service principal"
    change(today, request.at + SECOND, activity, favoured, by=granting, request=request)
    change(today, today.clock(11, 0), "Consent to application", exercise.world.agents[0], by=administrator(today))
    refused = _reader(exercise, "Rollout Check", hour=8)
    token = sign_in_as_app(today, refused, today.clock(14, 12), STORY)
    call_often(today, token, today.clock(14, 15), _GRANT, status=403)
    rule = "permission_granted"
    yield Plant(rule, "an application grants a permission", {"app_id": granting.app_id, "severity": "high"})
    yield Plant(rule, "an administrator consents in a portal", {"app_id": None, "user_id": None, "severity": "low"})
    yield LookAlike(rule, "an application may not grant", {"app_id": refused.app_id})


def enumerated_assignments(exercise: Exercise) -> Planted:
    """An application asks about 25 principals for the first time; another does so every day."""
    path, today = "servicePrincipals/{guid}/appRoleAssignments", exercise.today
    curious = _reader(exercise, "Access Snapshot", hour=9)
    _list(today, sign_in_as_app(today, curious, today.clock(15, 0), STORY), today.clock(15, 2), [path] * 25)
    reviewer = _reader(exercise, "Access Review", hour=10)
    for scene in exercise.scenes:
        _list(scene, sign_in_as_app(scene, reviewer, scene.clock(16, 0), STORY), scene.clock(16, 2), [path] * 25)
    rule = "role_assignment_enumeration"
    yield Plant(rule, "an application asks for the rights of 25 principals", {"app_id": curious.app_id})
    yield LookAlike(rule, "an application does so every day", {"app_id": reviewer.app_id})


def drawn_graph(exercise: Exercise) -> Planted:
    """With one person's token a tool reads what AzureHound reads; another person reads half of it."""
    today, (nestor, adele) = exercise.today, (exercise.world.characters[name] for name in ("Nestor", "Adele"))
    at, apart = today.clock(17, 10), 3 * MINUTE
    _list(today, work_in_client(today, nestor, today.clock(17, 5)), at, _GRAPHED, apart=apart)
    _list(today, work_in_client(today, adele, today.clock(17, 6)), at, _GRAPHED[:6], apart=apart)
    rule = "tool_fingerprint"
    yield Plant(rule, "a tool reads what AzureHound reads", {"user_id": nestor.id, "severity": "high"})
    yield LookAlike(rule, "a person reads half of it", {"user_id": adele.id})


def probed_permissions(exercise: Exercise) -> Planted:
    """An agent is refused on four kinds of requests; an application is refused the same request again and again."""
    today, johanna = exercise.today, exercise.world.characters["Johanna"]
    agent = add_agent(exercise, "Curious Agent", asked_by=johanna)
    token = ask(today, johanna, agent, today.clock(18, 0))
    _list(today, token, today.clock(18, 4), _REFUSED * 3, apart=MINUTE, status=403)
    stubborn = _reader(exercise, "Device Report", hour=11)
    token = sign_in_as_app(today, stubborn, today.clock(18, 0), STORY)
    _list(today, token, today.clock(18, 4), ["devices"] * 30, apart=MINUTE, status=403)
    rule = "forbidden_probing"
    yield Plant(rule, "an agent tries four kinds of requests", {"app_id": agent.app_id, "user_id": johanna.id})
    yield LookAlike(rule, "an application repeats a refused request", {"app_id": stubborn.app_id})


def read_directory(exercise: Exercise) -> Planted:
    """An application reads across the directory for the first time; another does so every day."""
    today = exercise.today
    scanner = _reader(exercise, "Posture Scan", hour=12)
    _list(
        today, sign_in_as_app(today, scanner, today.clock(19, 0), STORY), today.clock(19, 2), _LISTED * 5, apart=SECOND
    )
    inventory = _reader(exercise, "Asset Inventory", hour=13)
    for scene in exercise.scenes:
        token = sign_in_as_app(scene, inventory, scene.clock(20, 0), STORY)
        _list(scene, token, scene.clock(20, 2), _LISTED * 5, apart=SECOND)
    rule = "reconnaissance"
    yield Plant(rule, "an application reads across the directory", {"app_id": scanner.app_id, "user_id": None})
    yield LookAlike(rule, "an application does so every day", {"app_id": inventory.app_id})


def changed_methods(exercise: Exercise) -> Planted:
    """An application makes a temporary access pass for somebody; an administrator does so by hand."""
    today, (henrietta, patti) = exercise.today, (exercise.world.characters[name] for name in ("Henrietta", "Patti"))
    service = _reader(exercise, "Onboarding", hour=14, roles="UserAuthenticationMethod.ReadWrite.All")
    token = sign_in_as_app(today, service, today.clock(20, 30), STORY)
    call_often(today, token, today.clock(20, 34), _PASS, henrietta)
    token = work_in_client(today, administrator(today), today.clock(15, 30))
    call_often(today, token, today.clock(15, 34), _PASS, patti)
    rule, expect = "authentication_method_tampering", {"app_id": service.app_id, "target_user_id": henrietta.id}
    yield Plant(rule, "an application makes a temporary access pass", expect)
    yield LookAlike("app_only_user_write", "sign-in methods have a rule of their own", expect)
    yield LookAlike(rule, "an administrator makes one by hand", {"target_user_id": patti.id})


def changed_mailboxes(exercise: Exercise) -> Planted:
    """An agent makes a rule, a person changes settings in a client of today; another does so in the usual client."""
    today, world = exercise.today, exercise.world
    diego, grady, isaiah = (world.characters[name] for name in ("Diego", "Grady", "Isaiah"))
    agent = add_agent(exercise, "Sorting Agent", asked_by=diego, scopes=f"{AGENT_SCOPES} MailboxSettings.ReadWrite")
    call_often(today, ask(today, diego, agent, today.clock(21, 0)), today.clock(21, 4), _RULE)
    client = own_app(today.rng, world.tenant_id, "Pocket Mail").changed(scopes="MailboxSettings.ReadWrite User.Read")
    exercise.directory.register(client)
    at = today.clock(21, 10)
    token = silently(today, root_of(today, grady, at), at, client, world.graph, story=STORY)
    call_often(today, token, at + 2 * MINUTE, _SETTINGS)
    call_often(today, work_in_client(today, isaiah, at), at + 2 * MINUTE, _SETTINGS)
    rule = "inbox_rule_or_forwarding"
    yield Plant(rule, "an agent makes an inbox rule", {"app_id": agent.app_id, "user_id": diego.id})
    yield Plant(rule, "a person changes settings in a new client", {"app_id": client.app_id, "user_id": grady.id})
    yield LookAlike(rule, "a person does so in the usual client", {"user_id": isaiah.id})


def _reader(exercise: Exercise, name: str, *, hour: int, roles: str = "") -> App:
    """Give an application that reads the members of a group every day at this hour."""
    lee = exercise.world.characters["Lee"]
    roles = f"GroupMember.Read.All {roles}".strip()
    return add_service(exercise, name, roles, reads=lee, call=READ_GROUP, hour=hour)


def _list(
    scene: Scene, token: SignIn, at: int, paths: Iterable[str], *, apart: int = 5 * SECOND, status: int = 200
) -> None:
    """Let the token's holder read each of these paths once."""
    for number, path in enumerate(paths):
        scene.call(token, at + number * apart, Call("GET", f"v1.0/{path}", 200, TENANT, "read"), status=status)


DIRECTORY: tuple[Planting, ...] = (
    woken_application, granted_permission, enumerated_assignments, drawn_graph, probed_permissions, read_directory,
    changed_methods, changed_mailboxes,
)  # fmt: skip
