"""Stories of people: signing in, working directly, through web applications, and through agents."""

from pipelines.demo.clock import HOUR, MINUTE
from pipelines.demo.events import INTERACTIVE, NON_INTERACTIVE, SERVICE_PRINCIPAL, SignIn
from pipelines.demo.identifiers import guid
from pipelines.demo.people import Agency, App, User
from pipelines.demo.stage import Stage

AGENT_LIFETIME = 8 * HOUR + 5 * MINUTE  # T17


def working_day(stage: Stage, user: User) -> None:
    """Tell one person's day: the root sign-in, then work in its session."""
    session = guid(stage.rng)
    start = stage.time(5, 10)
    root = sign_in_interactively(stage, user, session, start)
    for _ in range(stage.rng.randrange(4, 7)):
        work_directly(stage, root)
    if stage.rng.random() < 0.5:
        work_in_web_app(stage, root)
    if stage.rng.random() < 0.6:
        ask_agent(stage, root, stage.rng.choice(stage.world.agents))
    if stage.rng.random() < 0.3:
        ask_agent_identity(stage, root, stage.rng.choice(stage.world.agent_identities))


def sign_in_interactively(stage: Stage, user: User, session: str, at: int) -> SignIn:
    """Give the root sign-in; now and then a wrong password comes first, and that row has a token id, too."""
    correlation, office = guid(stage.rng), stage.world.public_clients[-1]
    if stage.rng.random() < 0.25:
        stage.sign_in(
            INTERACTIVE, stage.inside(at - MINUTE), office, stage.world.graph, "failed_sign_in",
            user=user, session_id=session, correlation_id=correlation, error_code=50126,
        )  # fmt: skip
    return stage.sign_in(
        INTERACTIVE, at, office, stage.world.graph, "root_sign_in",
        user=user, session_id=session, correlation_id=correlation, protocol="authorizationCodeWithPkce",
    )  # fmt: skip


def work_directly(stage: Stage, root: SignIn) -> None:
    """A public client refreshes its token silently and calls Graph for the person at the keyboard."""
    client = stage.rng.choice(stage.world.public_clients)
    token = _silently(stage, root, client, stage.world.graph, "user_direct")
    stage.use(token, stage.rng.randrange(3, 11))


def work_in_web_app(stage: Stage, root: SignIn) -> None:
    """A confidential web application redeems a code: it looks like an agent, but is the person."""
    client = stage.rng.choice(stage.world.web_apps)
    token = _silently(stage, root, client, stage.world.graph, "web_app")
    stage.use(token, stage.rng.randrange(3, 10))


def ask_agent(stage: Stage, root: SignIn, agent: App) -> None:
    """Front end gets token A for the agent's API; the agent exchanges it for a Graph token in the same session."""
    front_end = stage.rng.choice(stage.world.front_ends)
    story = "users_agent"
    asked = _silently(stage, root, front_end, agent, story)
    token = _exchange(stage, asked, agent, story)
    stage.use(token, stage.rng.randrange(5, 15))


def ask_agent_identity(stage: Stage, root: SignIn, identity: App) -> None:
    """The same with an Entra agent identity: token A is for the blueprint, its child does the exchange (T8)."""
    story, blueprint = "users_agent_identity", stage.world.blueprint
    asked = _silently(stage, root, stage.world.front_ends[0], blueprint, story)
    mint_blueprint_token(stage, asked.at, story)
    agency = Agency("agenticAppInstance", "notAgentic", blueprint.app_id)
    token = _exchange(stage, asked, identity, story, agent=agency, lifetime=AGENT_LIFETIME)
    stage.use(token, stage.rng.randrange(5, 15))


def mint_blueprint_token(stage: Stage, at: int, story: str) -> SignIn:
    """The blueprint gets the token with which an agent identity proves itself: plumbing, at the exchange endpoint."""
    return stage.sign_in(
        SERVICE_PRINCIPAL, stage.soon(at), stage.world.blueprint, stage.world.token_exchange, story,
        agent=Agency("agenticApp", "notAgentic"), lifetime=65 * MINUTE,
    )  # fmt: skip


def _silently(stage: Stage, root: SignIn, client: App, resource: App, story: str) -> SignIn:
    at = stage.inside(root.at + stage.rng.randrange(MINUTE, 7 * HOUR))
    tied_to_device = root.user is not None and root.user.device.id and client.credential == "none"
    return stage.sign_in(
        NON_INTERACTIVE, at, client, resource, story,
        user=root.user, session_id=root.session_id,
        incoming_token="primaryRefreshToken" if tied_to_device else "refreshToken",
    )  # fmt: skip


def _exchange(stage: Stage, asked: SignIn, client: App, story: str, **details: object) -> SignIn:
    """On-behalf-of rows say so only sometimes, and carry the correlation id only if the agent forwards it (T5, T6)."""
    if stage.rng.random() < 0.3:
        details["correlation_id"] = asked.correlation_id
    return stage.sign_in(
        NON_INTERACTIVE, stage.soon(asked.at, 20), client, stage.world.graph, story,
        user=asked.user, session_id=asked.session_id, parent=asked,
        protocol="onBehalfOf" if stage.rng.random() < 0.3 else "none", **details,
    )  # fmt: skip
