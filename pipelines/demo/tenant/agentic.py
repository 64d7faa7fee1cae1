"""Stories of Entra agent identities: for a person, on their own, and as a user account of their own."""

from pipelines.demo.clock import HOUR, MINUTE
from pipelines.demo.events import MANAGED_IDENTITY, NON_INTERACTIVE, SERVICE_PRINCIPAL, SignIn
from pipelines.demo.humans import AGENT_LIFETIME
from pipelines.demo.identifiers import guid
from pipelines.demo.people import Agency, App, User
from pipelines.demo.tenant.calls import DUTIES, PERSONAL
from pipelines.demo.tenant.delegated import usual_front_end
from pipelines.demo.tenant.direct import later
from pipelines.demo.tenant.scene import Scene, exchange, refresh, silently

_BLUEPRINT_LIFETIME = 65 * MINUTE


def ask_agent_identity(scene: Scene, root: SignIn) -> None:
    """Token A is for the blueprint; its child, the agent identity, exchanges it (T8) for a token of 8 h 05 (T17)."""
    blueprint = scene.rng.choice(scene.world.blueprints)
    identity = scene.world.identities[blueprint.app_id][-1]
    front_end = usual_front_end(scene, root, blueprint)
    asked = silently(scene, root, later(scene, root), front_end, blueprint, story="users_agent_identity")
    token = exchange_as_identity(scene, asked, identity, scene.soon(asked.at, 10))
    scene.use(token, scene.rng.randrange(4, 10))
    if scene.chance(0.2):
        scene.use(refresh(scene, token, token.at + scene.rng.randrange(9 * HOUR, 12 * HOUR)), 3)


def exchange_as_identity(scene: Scene, asked: SignIn, identity: App, at: int) -> SignIn:
    """Give the token an agent identity gets for a person; its blueprint's proof comes first."""
    mint(scene, blueprint_of(scene, identity), asked.at, asked.story)
    agency = Agency(_spelled(scene), "notAgentic", identity.parent_app_id)
    return exchange(scene, asked, identity, scene.world.graph, at, agent=agency, lifetime=AGENT_LIFETIME)


def act(scene: Scene, identity: App, at: int, story: str = "autonomous_agent") -> SignIn:
    """Give the token of an agent identity of its own: the blueprint's comes first; its app id is its object id."""
    minted = mint(scene, blueprint_of(scene, identity), at, story)
    agency = Agency(_spelled(scene), "agenticAppInstance", identity.parent_app_id)
    return scene.sign_in(
        SERVICE_PRINCIPAL, scene.soon(minted.at), identity, scene.world.graph, story, agent=agency,
        lifetime=AGENT_LIFETIME, protocol="clientCredentials",
    )  # fmt: skip


def run_autonomous_agents(scene: Scene) -> None:
    """Some agent identities have no person who asks them."""
    for identity in (scene.world.identities[scene.world.blueprints[0].app_id][3], scene.world.agent_identities[4]):
        for _ in range(4):
            scene.use(act(scene, identity, scene.app_time()), scene.some(6, 14), DUTIES["mail"])


def run_agent_users(scene: Scene) -> None:
    """Agents sign in as their own user accounts: user rows in which nobody human takes part (T7, T9)."""
    for user, identity in zip(scene.world.agent_users, scene.world.agent_identities, strict=False):
        for _ in range(3):
            scene.use(sign_in_as_user(scene, user, identity, scene.app_time()), scene.some(6, 12), PERSONAL)


def sign_in_as_user(scene: Scene, user: User, identity: App, at: int, story: str = "agent_user") -> SignIn:
    """Give an agent user's token; the proofs before it are the blueprint's and the identity's own (T1, T2)."""
    blueprint = blueprint_of(scene, identity)
    minted = mint(scene, blueprint, at, story)
    own = Agency(_spelled(scene), "agenticAppInstance", blueprint.app_id)
    proof = scene.sign_in(
        SERVICE_PRINCIPAL, scene.soon(minted.at), identity, scene.world.token_exchange, f"{story}_proof", agent=own,
        lifetime=_BLUEPRINT_LIFETIME,
    )  # fmt: skip
    as_user = Agency(_spelled(scene), "agentIDuser", blueprint.app_id, identity.service_principal_id)
    return scene.sign_in(
        NON_INTERACTIVE, scene.soon(proof.at), identity, scene.world.graph, story, user=user,
        session_id=guid(scene.rng), agent=as_user, lifetime=AGENT_LIFETIME,
        protocol=scene.rng.choice(("onBehalfOf", "none")),
    )  # fmt: skip


def mint(scene: Scene, blueprint: App, at: int, story: str) -> SignIn:
    """Let a blueprint get the token with which an agent identity proves itself: plumbing, at the exchange endpoint."""
    kind = scene.rng.choice(("agenticApp", "agentIdentityBlueprintPrincipal"))
    return scene.sign_in(
        SERVICE_PRINCIPAL, scene.soon(at), blueprint, scene.world.token_exchange, f"{story}_proof",
        agent=Agency(kind, "notAgentic"), lifetime=_BLUEPRINT_LIFETIME,
    )  # fmt: skip


def blueprint_of(scene: Scene, identity: App) -> App:
    """Give the blueprint that an agent identity was made from."""
    return next(app for app in scene.world.blueprints if app.app_id == identity.parent_app_id)


def prove_with_managed_identity(scene: Scene, at: int) -> SignIn:
    """The proof behind a federated credential: a managed identity's token for the exchange endpoint, just before."""
    return scene.sign_in(
        MANAGED_IDENTITY, max(scene.start, at - scene.rng.randrange(1, MINUTE)), scene.world.proof_identity,
        scene.world.token_exchange, "federated_proof", lifetime=24 * HOUR,
    )  # fmt: skip


def _spelled(scene: Scene) -> str:
    """Documents disagree on how an agent identity is called (T32)."""
    return "AgentIdentity" if scene.chance(0.1) else "agenticAppInstance"
