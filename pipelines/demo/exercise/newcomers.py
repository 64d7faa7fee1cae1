"""Applications for plants, with a life of their own on every day: what a plant lets them do is the only news."""

from pipelines.demo.exercise.cast import AGENT_SCOPES
from pipelines.demo.exercise.habits import READ_MAIL, READ_MY_MAIL, REGULAR, about, ask, call_all, sign_in_hour
from pipelines.demo.exercise.planting import Exercise
from pipelines.demo.people import App, User
from pipelines.demo.tenant.apps import GITHUB, SECRET
from pipelines.demo.tenant.calls import Call
from pipelines.demo.tenant.workloads import sign_in_as_app
from pipelines.demo.world import own_app


def add_service(
    exercise: Exercise, name: str, roles: str, *, reads: User, credential: str = SECRET, call: Call = READ_MAIL,
    hour: int = 6,
) -> App:  # fmt: skip
    """Give an application of its own permissions that reads one person's data every day at this hour.

    `roles` are on all of its tokens. A federated credential has a GitHub workflow behind it.
    """
    app = own_app(exercise.today.rng, exercise.world.tenant_id, name, credential=credential, roles=roles)
    app = app.changed(scopes="", **_federation(app))
    exercise.directory.register(app)
    for scene in exercise.scenes:
        call_all(scene, sign_in_as_app(scene, app, about(scene, hour, 12), REGULAR), call, target=reads)
    return app


def add_agent(
    exercise: Exercise, name: str, *, asked_by: User, scopes: str = AGENT_SCOPES, credential: str = SECRET,
    call: Call = READ_MY_MAIL,
) -> App:  # fmt: skip
    """Give an agent that one person asks every day, after signing in, in the front end of that person."""
    app = own_app(exercise.today.rng, exercise.world.tenant_id, name, credential=credential)
    app = app.changed(scopes=scopes)
    exercise.directory.register(app)
    for scene in exercise.scenes:
        call_all(scene, ask(scene, asked_by, app, about(scene, sign_in_hour(scene, asked_by), 45)), call)
    return app


def _federation(app: App) -> dict[str, str]:
    if not app.federated_credential_id:
        return {}
    repository = app.name.lower().replace(" ", "-")
    return {"federated_issuer": GITHUB, "federated_subject": f"repo:adatum/{repository}:environment:production"}
