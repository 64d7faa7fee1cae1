"""The named incidents in which no person takes part, one in which the log is off, one in the other tenant."""

from collections.abc import Callable

from pipelines.demo.clock import MINUTE
from pipelines.demo.events import GraphRequest, SignIn
from pipelines.demo.people import App, User
from pipelines.demo.tenant.agentic import act
from pipelines.demo.tenant.calls import CONTENT, OBJECT, SECURITY, SEND_AS, Call
from pipelines.demo.tenant.direct import sign_in
from pipelines.demo.tenant.incidents import SEND_MINE, STORY, Incident
from pipelines.demo.tenant.scene import Scene, exchange, silently
from pipelines.demo.tenant.workloads import sign_in_as_app, sign_in_as_resource

_RULE = Call("POST", "v1.0/users/{user}/mailFolders/inbox/messageRules", 201, SECURITY, "rule")
_UPDATE = Call("PATCH", "v1.0/users/{user}", 204, OBJECT, "update", changes="Update user")
_UPLOAD = Call("PUT", "v1.0/users/{user}/drive/root:/Reports/month.xlsx:/content", 201, CONTENT, "upload")
_REMOVE = Call("DELETE", "v1.0/users/{user}/drive/items/{item}", 204, CONTENT, "delete")
_PASS = Call("POST", "v1.0/users/{user}/authentication/temporaryAccessPassMethods", 200, SECURITY, "credential",
             changes="Admin registered security info")  # fmt: skip


def mail_as_ceo(scene: Scene) -> Incident:
    """An autonomous agent identity."""
    identity, ceo = scene.world.identities[scene.world.blueprints[1].app_id][0], scene.world.characters["Henrietta"]
    token = act(scene, identity, scene.clock(16, 20), STORY)
    return Incident(
        "mail-as-ceo",
        "Which agent sent mail as the CEO, Henrietta Mueller, at 16:24?",
        f"{identity.name}, an agent identity of {scene.world.blueprints[1].name}, on its own: no human asked it.",
        _about(scene, token, scene.clock(16, 24), SEND_AS, ceo),
    )


def inbox_rules(scene: Scene) -> Incident:
    """An application with a secret."""
    app = scene.world.duties["mail"][1]
    token = sign_in_as_app(scene, app, scene.clock(7, 38), STORY)
    people = [scene.world.characters[name] for name in ("Johanna", "Grady", "Isaiah")]
    return Incident(
        "inbox-rules",
        "An app wrote inbox rules at 07:40: on whose behalf?",
        f"On nobody's: {app.name} acted as itself, with its client secret {app.key_id}.",
        _about(scene, token, scene.clock(7, 40), _RULE, *people),
    )


def changed_by_pipeline(scene: Scene) -> Incident:
    """A federated credential: somebody else's token stands behind it."""
    app = scene.world.duties["directory"][1]
    token = sign_in_as_app(scene, app, scene.clock(3, 11), STORY)
    people = [scene.world.characters[name] for name in ("Nestor", "Adele")]
    return Incident(
        "changed-by-pipeline",
        "Who changed Nestor's and Adele's accounts at 03:12?",
        f"{app.name}, as itself, with the federated credential {app.federated_credential_id}: a GitHub workflow of "
        f"{app.federated_subject} stands behind it.",
        _about(scene, token, scene.clock(3, 12), _UPDATE, *people),
    )


def uploaded_by_machine(scene: Scene) -> Incident:
    """A system assigned managed identity."""
    identity = scene.world.managed_identities[0]
    return Incident(
        "uploaded-by-machine",
        "Which machine put a report into Johanna's OneDrive at 04:33?",
        f"The Azure resource {identity.azure_resource_id} did, with its managed identity {identity.name}.",
        _by_resource(scene, identity, scene.clock(4, 33), _UPLOAD),
    )


def removed_by_cluster(scene: Scene) -> Incident:
    """A managed identity that is federated itself."""
    identity = scene.world.managed_identities[3]
    return Incident(
        "removed-by-cluster",
        "Which workload removed a file of Johanna's at 05:15?",
        f"A workload of the Kubernetes cluster of issuer {identity.federated_issuer} did, with the managed identity "
        f"{identity.name} ({identity.azure_resource_id}).",
        _by_resource(scene, identity, scene.clock(5, 15), _REMOVE),
    )


def registered_pass(scene: Scene) -> Incident:
    """The log that would tell the credential was off."""
    app = scene.world.duties["security"][0]
    token = sign_in_as_app(scene, app, scene.clock(11, 18), STORY)
    return Incident(
        "registered-pass",
        f"With which credential did {app.name} add a temporary access pass for Isaiah at 11:20?",
        f"It cannot be known: {app.name} acted as itself, but the log of service principal sign-ins was off from "
        "09:00 to 15:00.",
        _about(scene, token, scene.clock(11, 20), _PASS, scene.world.characters["Isaiah"]),
    )


def same_ids_elsewhere(scene: Scene) -> Incident:
    """A person whose object id exists in the other tenant, too, and an agent that both tenants use."""
    user, agent, front_end = scene.world.workers[0], scene.world.meeting_agent, scene.world.front_ends[2]
    root = sign_in(scene, user, scene.clock(7, 50), number=3, story=STORY)
    asked = silently(scene, root, scene.clock(9, 28), front_end, agent, story=STORY)
    token = exchange(scene, asked, agent, scene.world.graph, scene.clock(9, 28, 5))
    request = scene.call(token, scene.clock(9, 30), SEND_MINE, status=SEND_MINE.status)
    return Incident(
        "same-ids-elsewhere",
        f"Who sent mail through {agent.name} in the second tenant at 09:30?",
        f"The agent of {user.upn}, asked in that tenant's {front_end.name}; the first tenant's person with the "
        "equal object id has nothing to do with it.",
        (request,),
    )


def _by_resource(scene: Scene, identity: App, at: int, call: Call) -> tuple[GraphRequest, ...]:
    token = sign_in_as_resource(scene, identity, at - 3 * MINUTE, STORY)
    return _about(scene, token, at, call, scene.world.characters["Johanna"])


def _about(scene: Scene, token: SignIn, at: int, call: Call, *people: User) -> tuple[GraphRequest, ...]:
    return tuple(
        scene.call(token, at + number * MINUTE // 10, call, target=user, status=call.status)
        for number, user in enumerate(people)
    )


OF_APPS: tuple[Callable[[Scene], Incident], ...] = (
    mail_as_ceo, inbox_rules, changed_by_pipeline, uploaded_by_machine, removed_by_cluster,
)  # fmt: skip
