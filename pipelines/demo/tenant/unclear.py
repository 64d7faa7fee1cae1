"""Stories in which the logs leave the front end more or less open."""

from pipelines.demo.clock import HOUR, MINUTE
from pipelines.demo.events import SignIn
from pipelines.demo.identifiers import guid
from pipelines.demo.tenant.direct import sign_in
from pipelines.demo.tenant.scene import Scene, exchange, silently


def ask_in_two_sessions(scene: Scene, root: SignIn) -> None:
    """One person asks one agent through two front ends at overlapping times: the sessions tell them apart."""
    agent, start = scene.world.briefing_agent, root.at + HOUR
    if root.user is None:
        return
    other = sign_in(scene, root.user, start - 10 * MINUTE, number=2, story="second_root")
    for session, front_end, at in ((root, 0, start), (other, 2, start + 3 * MINUTE)):
        asked = silently(scene, session, at, scene.world.front_ends[front_end], agent, story="two_sessions")
        scene.use(exchange(scene, asked, agent, scene.world.graph, at + 6 * MINUTE), 4)


def ask_without_session(scene: Scene, root: SignIn) -> None:
    """The same in rows without a session, or in one session: nobody can say which front end it was."""
    agent, start = scene.world.digest_agent, root.at + scene.rng.randrange(HOUR, 6 * HOUR)
    details = {"session_id": ""} if scene.chance(0.7) else {}
    both = [
        silently(scene, root, start + number * 4 * MINUTE, front_end, agent, story="ambiguous", **details)
        for number, front_end in enumerate(scene.rng.sample(scene.world.front_ends, 2))
    ]
    true_parent = scene.rng.choice(both)
    token = exchange(scene, true_parent, agent, scene.world.graph, both[1].at + 2 * MINUTE, **_alone(scene))
    scene.use(token, 5)


def ask_in_silence(scene: Scene, root: SignIn) -> None:
    """One front end, no session: probable, or strong where protocol and correlation tie the two.

    Now and then the true token A is missing and another front end's fits: probable, and wrong.
    """
    agent, at = scene.world.minutes_agent, root.at + scene.rng.randrange(HOUR, 6 * HOUR)
    first, second = scene.rng.sample(scene.world.front_ends, 2)
    is_decoyed = scene.chance(0.15)
    if is_decoyed:
        silently(scene, root, at - 5 * MINUTE, second, agent, story="decoy", session_id="")
    asked = silently(scene, root, at, first, agent, story="no_session", session_id="", is_recorded=not is_decoyed)
    tie = {"protocol": "onBehalfOf", "correlation_id": asked.correlation_id}
    details = tie if not is_decoyed and scene.chance(0.3) else _alone(scene)
    scene.use(exchange(scene, asked, agent, scene.world.graph, at + MINUTE, **details), 5)


def _alone(scene: Scene) -> dict[str, str]:
    """Give a correlation that ties the exchange to nothing."""
    return {"correlation_id": guid(scene.rng)}
