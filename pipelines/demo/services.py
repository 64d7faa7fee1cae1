"""Stories without a person: applications, managed identities, autonomous agents, agent users, Microsoft's own."""

from pipelines.demo.clock import DAY, HOUR, MINUTE
from pipelines.demo.events import MANAGED_IDENTITY, MICROSOFT, NON_INTERACTIVE, SERVICE_PRINCIPAL, SignIn
from pipelines.demo.humans import AGENT_LIFETIME, mint_blueprint_token
from pipelines.demo.identifiers import guid
from pipelines.demo.people import Agency, App
from pipelines.demo.stage import Stage


def run_service(stage: Stage, app: App) -> None:
    """An application signs in every hour with its own credential, and once a day is refused."""
    for hour in range(24):
        token = _app_token(stage, SERVICE_PRINCIPAL, stage.time(hour, hour + 1), app, "app_only")
        if app.credential == "federatedIdentityCredential":
            _outside_token(stage, token)
        stage.use(token, stage.rng.randrange(2, 9))
    refusal = 7000215 if app.credential == "clientSecret" else 700027
    stage.sign_in(SERVICE_PRINCIPAL, stage.time(0, 24), app, stage.world.graph, "failed_sign_in", error_code=refusal)


def run_managed_identity(stage: Stage, identity: App) -> None:
    """A workload in Azure gets day-long tokens, several a day, as its instances come and go."""
    for _ in range(8):
        token = _app_token(stage, MANAGED_IDENTITY, stage.time(0, 24), identity, "managed_identity", lifetime=DAY)
        stage.use(token, stage.rng.randrange(3, 12))


def run_autonomous_agent(stage: Stage, identity: App) -> None:
    """An agent identity acts on its own: the blueprint's token first, then its own with app id == object id."""
    agency = Agency("agenticAppInstance", "agenticAppInstance", stage.world.blueprint.app_id)
    for _ in range(3):
        minted = mint_blueprint_token(stage, stage.time(0, 23), "autonomous_agent")
        token = _app_token(
            stage, SERVICE_PRINCIPAL, stage.soon(minted.at), identity, "autonomous_agent",
            agent=agency, lifetime=AGENT_LIFETIME,
        )  # fmt: skip
        stage.use(token, stage.rng.randrange(6, 14))


def run_agent_user(stage: Stage, identity: App) -> None:
    """An agent signs in as its own user account: a user row in which nobody human takes part (T7, T9)."""
    blueprint = stage.world.blueprint
    own = Agency("agenticAppInstance", "agenticAppInstance", blueprint.app_id)
    as_user = Agency("agenticAppInstance", "agentIDuser", blueprint.app_id, identity.service_principal_id)
    for _ in range(3):
        minted = mint_blueprint_token(stage, stage.time(0, 23), "agent_user")
        proof = stage.sign_in(
            SERVICE_PRINCIPAL, stage.soon(minted.at), identity, stage.world.token_exchange, "agent_user", agent=own
        )
        token = stage.sign_in(
            NON_INTERACTIVE, stage.soon(proof.at), identity, stage.world.graph, "agent_user",
            user=stage.world.agent_user, session_id=guid(stage.rng), agent=as_user, lifetime=AGENT_LIFETIME,
        )  # fmt: skip
        stage.use(token, stage.rng.randrange(6, 14))


def run_microsoft(stage: Stage, app: App) -> None:
    """Microsoft's own services: sign-ins in a log of their own, some Graph calls with tokens no log shows."""
    for _ in range(30):
        resource = stage.rng.choice(stage.world.first_party)
        stage.sign_in(MICROSOFT, stage.time(0, 24), app, resource, "first_party", credential="certificate")
    token = _app_token(stage, MICROSOFT, stage.time(0, 20), app, "first_party", credential="certificate")
    stage.use(token, 8)
    hidden = _app_token(
        stage, MICROSOFT, stage.time(0, 20), app, "first_party", credential="certificate", is_recorded=False
    )
    stage.use(hidden, 4)


def _outside_token(stage: Stage, token: SignIn) -> None:
    """The proof behind a federated credential: a managed identity's token for the exchange endpoint, just before."""
    stage.sign_in(
        MANAGED_IDENTITY, max(stage.start, token.at - stage.rng.randrange(MINUTE)), stage.world.managed_identities[-1],
        stage.world.token_exchange, "federated_proof", lifetime=24 * HOUR,
    )  # fmt: skip


def _app_token(stage: Stage, log: str, at: int, app: App, story: str, **details: object) -> SignIn:
    return stage.sign_in(log, at, app, stage.world.graph, story, protocol="clientCredentials", **details)
