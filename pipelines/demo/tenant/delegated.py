"""Stories of people who ask classic agents: one hop, several hops, renewed tokens, many people at once."""

from pipelines.demo.clock import HOUR, MINUTE, SECOND
from pipelines.demo.events import NON_INTERACTIVE, SignIn
from pipelines.demo.people import App
from pipelines.demo.tenant.calls import DELEGATED
from pipelines.demo.tenant.direct import CAE_LIFETIME, later
from pipelines.demo.tenant.scene import Scene, exchange, refresh, silently


def ask_agent(scene: Scene, root: SignIn) -> None:
    """Front end gets token A for the agent's API; the agent exchanges it for a Graph token in the same session."""
    agent = scene.rng.choice(scene.world.agents)
    asked = silently(scene, root, later(scene, root), usual_front_end(scene, root, agent), agent, story="users_agent")
    token = exchange(scene, asked, agent, scene.world.graph, _exchanged_at(scene, asked))
    scene.use(token, scene.rng.randrange(4, 10))
    if scene.chance(0.4):  # long after token A has expired
        again = refresh(scene, token, token.at + scene.rng.randrange(90, 300) * MINUTE)
        scene.use(again, scene.rng.randrange(2, 6))
    if scene.chance(0.05):
        _fail(scene, asked, agent)


def ask_late(scene: Scene, root: SignIn) -> None:
    """The same shortly before midnight, so that the agent works on after it."""
    agent, at = scene.world.agents[0], scene.clock(23) + scene.rng.randrange(50 * MINUTE)
    asked = silently(scene, root, at, usual_front_end(scene, root, agent), agent, story="users_agent_late")
    scene.use(exchange(scene, asked, agent, scene.world.graph, scene.soon(at, 20)), 6)


def ask_vendors_agent(scene: Scene, root: SignIn) -> None:
    """An agent that a vendor owns and both tenants use."""
    agent = scene.world.meeting_agent
    asked = silently(scene, root, later(scene, root), usual_front_end(scene, root, agent), agent, story="vendors_agent")
    scene.use(exchange(scene, asked, agent, scene.world.graph, scene.soon(asked.at, 20)), 5)


def ask_through_hops(scene: Scene, root: SignIn) -> None:
    """Front end → API 1 → API 2 → Graph, and sometimes one more in between."""
    world = scene.world
    asked = silently(
        scene, root, later(scene, root), usual_front_end(scene, root, world.gateway), world.gateway, story="multi_hop"
    )
    token = asked
    stations = [world.gateway, *([world.orchestrator] if scene.chance(0.3) else []), world.search_agent]
    for station, resource in zip(stations, [*stations[1:], world.graph], strict=True):
        token = exchange(scene, token, station, resource, scene.soon(token.at, 5))
    scene.use(token, scene.rng.randrange(4, 9))


def ask_by_night(scene: Scene, root: SignIn) -> None:
    """Token A lives 28 hours, and the agent exchanges it the next morning."""
    agent = scene.world.night_agent
    asked = silently(
        scene, root, later(scene, root), usual_front_end(scene, root, agent), agent, story="cae_parent",
        is_cae=True, lifetime=CAE_LIFETIME,
    )  # fmt: skip
    at = asked.at + scene.rng.randrange(12 * HOUR, 24 * HOUR)
    if at < scene.horizon:
        scene.use(exchange(scene, asked, agent, scene.world.graph, at), 5)


def ask_all_at_once(scene: Scene, roots: list[SignIn]) -> None:
    """Many people ask one agent in the same second."""
    agent, noon = scene.world.agents[1], scene.clock(12)
    for root in [root for root in roots if root.at < noon][:15]:
        asked = silently(scene, root, noon - SECOND, usual_front_end(scene, root, agent), agent, story="same_second")
        token = exchange(scene, asked, agent, scene.world.graph, noon)
        for call in scene.rng.sample(DELEGATED[1:8], 3):
            scene.call(token, noon + SECOND, call)


def usual_front_end(scene: Scene, root: SignIn, agent: App) -> App:
    """Give the front end in which this person always talks to this agent."""
    person = root.user.id if root.user else ""
    return scene.world.front_ends[(int(person[:6], 16) + int(agent.app_id[:6], 16)) % len(scene.world.front_ends)]


def _exchanged_at(scene: Scene, asked: SignIn) -> int:
    """Mostly at once, sometimes late in token A's life."""
    return asked.at + scene.rng.randrange(*((5 * MINUTE, 55 * MINUTE) if scene.chance(0.2) else (1, 20 * SECOND)))


def _fail(scene: Scene, asked: SignIn, agent: App) -> None:
    """An exchange that is refused has a token id, and issues nothing."""
    scene.sign_in(
        NON_INTERACTIVE, scene.soon(asked.at, 30), agent, scene.world.graph, "failed_sign_in", user=asked.user,
        session_id=asked.session_id, error_code=scene.rng.choice((50013, 65001)), protocol="onBehalfOf",
    )  # fmt: skip
