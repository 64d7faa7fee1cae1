"""Stories of people who work themselves: the root sign-in, public clients, web applications."""

from pipelines.demo.clock import HOUR, MINUTE
from pipelines.demo.events import INTERACTIVE, NON_INTERACTIVE, SignIn
from pipelines.demo.identifiers import guid
from pipelines.demo.people import User
from pipelines.demo.tenant.scene import NO_TOKEN, Scene, refresh, session_of, silently

CAE_LIFETIME = 28 * HOUR


def sign_in(scene: Scene, user: User, at: int, *, number: int = 1, story: str = "root_sign_in") -> SignIn:
    """Give the interactive sign-in at the start of a session; now and then a wrong password comes first."""
    correlation, session = guid(scene.rng), session_of(user, scene.start, number)
    office = scene.world.public_clients[-1]
    if scene.chance(0.15):
        scene.sign_in(
            INTERACTIVE, scene.inside(at - MINUTE), office, scene.world.graph, "failed_sign_in", user=user,
            session_id=session, correlation_id=correlation, error_code=scene.rng.choice((50126, 53003)),
        )  # fmt: skip
    return scene.sign_in(
        INTERACTIVE, at, office, scene.world.graph, story, user=user, session_id=session,
        correlation_id=correlation, protocol="authorizationCodeWithPkce",
    )  # fmt: skip


def work_directly(scene: Scene, root: SignIn) -> None:
    """Public clients refresh their tokens silently and call Graph for the person at the keyboard."""
    scene.use(root, 3)
    for _ in range(scene.rng.randrange(2, 5)):
        client = scene.rng.choice(scene.world.public_clients)
        token = silently(scene, root, later(scene, root), client, scene.world.graph, story="user_direct")
        scene.use(token, scene.rng.randrange(3, 9))


def work_with_long_token(scene: Scene, root: SignIn) -> None:
    """A client that understands continuous access evaluation keeps one token for 28 hours."""
    office = scene.world.public_clients[-1]
    token = silently(
        scene,
        root,
        later(scene, root),
        office,
        scene.world.graph,
        story="cae_direct",
        is_cae=True,
        lifetime=CAE_LIFETIME,
    )
    scene.use(token, 10)


def work_late(scene: Scene, root: SignIn) -> None:
    """A token of the last minutes before midnight is used after midnight."""
    at = scene.clock(23) + scene.rng.randrange(50 * MINUTE)
    client = scene.rng.choice(scene.world.public_clients)
    scene.use(silently(scene, root, at, client, scene.world.graph, story="late_direct"), 6)


def work_in_web_app(scene: Scene, root: SignIn) -> None:
    """A confidential web application redeems a code: it looks like an agent, but is the person."""
    client = scene.rng.choice(scene.world.web_apps)
    token = silently(
        scene, root, later(scene, root), client, scene.world.graph, story="web_app",
        protocol=scene.rng.choice(("authorizationCodeWithPkce", "none")), incoming_token=NO_TOKEN,
    )  # fmt: skip
    scene.use(token, scene.rng.randrange(3, 8))
    if scene.chance(0.5):
        scene.use(refresh(scene, token, token.at + scene.rng.randrange(80, 200) * MINUTE), 3)


def work_in_hub(scene: Scene, root: SignIn) -> None:
    """One registration is page and API at once: its token for itself is not what its server redeemed a code for."""
    hub, at = scene.world.hub, later(scene, root)
    silently(scene, root, at, hub, hub, story="hub", credential="none")
    token = silently(
        scene, root, scene.soon(at, 60), hub, scene.world.graph, story="hub",
        protocol=scene.rng.choice(("authorizationCodeWithPkce", "none")), incoming_token=NO_TOKEN,
    )  # fmt: skip
    scene.use(token, 5)


def support_from_outside(scene: Scene) -> None:
    """A service provider's people work in the tenant; their sign-ins stand in their own tenant's logs only."""
    for user in scene.world.partner_admins:
        token = scene.sign_in(
            NON_INTERACTIVE, scene.time(9, 15), scene.world.public_clients[2], scene.world.graph, "partner_admin",
            user=user, session_id=guid(scene.rng), is_recorded=False,
        )  # fmt: skip
        scene.use(token, 6)


def later(scene: Scene, root: SignIn) -> int:
    """Give a moment in the seven hours after the root sign-in."""
    return root.at + scene.rng.randrange(MINUTE, 7 * HOUR)
