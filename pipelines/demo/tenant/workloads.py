"""Stories without a person: applications by every credential, managed identities, the log reader, Microsoft's own."""

from pipelines.demo.clock import DAY, HOUR, MINUTE
from pipelines.demo.events import MANAGED_IDENTITY, MICROSOFT, SERVICE_PRINCIPAL, SignIn
from pipelines.demo.people import App
from pipelines.demo.tenant.agentic import prove_with_managed_identity
from pipelines.demo.tenant.calls import AUDITING, DUTIES, SEND_AS
from pipelines.demo.tenant.cast import is_reviewed
from pipelines.demo.tenant.scene import Scene

_NIGHTLY = "Backup Service"
_FORGOTTEN_HOURS = range(6, 24, 6)
"""When what nobody looks after any more still runs."""


def run_service(scene: Scene, app: App, duty: str, hours: range = range(24)) -> None:
    """An application signs in every hour with its own credential, and once a day is refused.

    What nobody has reviewed runs four times a day.
    """
    for hour in hours:
        if app.name == _NIGHTLY and hour % 8 != 2:
            continue
        if not is_reviewed(app) and hour not in _FORGOTTEN_HOURS:
            continue
        token = sign_in_as_app(scene, app, scene.app_time(hour))
        scene.use(token, scene.some(2, 7), DUTIES[duty])
    refusal = 7000215 if app.credential == "clientSecret" else 700027
    at = scene.app_time(hours[-1])
    scene.sign_in(SERVICE_PRINCIPAL, at, app, scene.world.graph, "failed_sign_in", error_code=refusal)


def sign_in_as_app(scene: Scene, app: App, at: int, story: str = "app_only") -> SignIn:
    """Give an application's token; one of them lives a day, one rests on a managed identity's proof."""
    if app.credential == "federatedIdentityCredential" and not app.federated_issuer:
        prove_with_managed_identity(scene, at)
    is_long = app.name == _NIGHTLY
    return scene.sign_in(
        SERVICE_PRINCIPAL, at, app, scene.world.graph, story, protocol="clientCredentials", is_cae=is_long,
        lifetime=DAY if is_long else 75 * MINUTE, shown_credential=_shown(scene, app),
    )  # fmt: skip


def run_managed_identities(scene: Scene) -> None:
    """Workloads in Azure get day-long tokens, several a day, as their instances come and go."""
    for identity in scene.world.managed_identities:
        for _ in range(6):
            token = sign_in_as_resource(scene, identity, scene.app_time())
            scene.use(token, scene.some(4, 12), DUTIES["files"])


def sign_in_as_resource(scene: Scene, identity: App, at: int, story: str = "managed_identity") -> SignIn:
    """Give a managed identity's token, which lives 24 h 05."""
    return scene.sign_in(
        MANAGED_IDENTITY, at, identity, scene.world.graph, story, protocol="clientCredentials",
        lifetime=24 * HOUR + 5 * MINUTE,
    )  # fmt: skip


def read_logs(scene: Scene, hours: range = range(24)) -> None:
    """The reader of these logs is one of the busiest applications; twice a day it mails a report (T31)."""
    world = scene.world
    for hour in hours:
        token = sign_in_as_app(scene, world.collector, scene.app_time(hour), "self")
        scene.use(token, scene.some(25, 45), AUDITING)
        if hour in (6, 18):
            scene.call(token, scene.soon(token.at, 60), SEND_AS, target=world.workers[0], status=202)


def run_microsoft(scene: Scene, app: App) -> None:
    """Microsoft's own services: sign-ins in a log of their own, and calls with tokens that no log shows."""
    for _ in range(30):
        resource = scene.rng.choice(scene.world.first_party)
        scene.sign_in(MICROSOFT, scene.time(0, 23), app, resource, "first_party", credential="certificate")
    for is_recorded, count in ((True, 12), (True, 12), (False, 8)):
        token = scene.sign_in(
            MICROSOFT, scene.time(2, 20), app, scene.world.graph, "first_party", credential="certificate",
            protocol="clientCredentials", is_recorded=is_recorded,
        )  # fmt: skip
        scene.use(token, scene.some(count, count), DUTIES["mail"])


def _shown(scene: Scene, app: App) -> str | None:
    """Practitioners have seen another spelling for certificates (T16)."""
    return "clientCertificate" if app.credential == "certificate" and scene.chance(0.2) else None
