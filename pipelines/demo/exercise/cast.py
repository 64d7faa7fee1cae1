"""Who and what exists in the exercise tenant: no more than lives there, with no more rights than it uses."""

from dataclasses import replace
from random import Random

from pipelines.demo.people import App
from pipelines.demo.tenant.cast import Cast, build_cast, renamed

FOLDER, DOMAIN = "adatum", "adatum.example.com"
PEOPLE = 24  # one signs in every hour
WEB_SCOPES = "Calendars.Read email openid profile User.Read"
AGENT_SCOPES = "email Mail.Read Mail.Send openid profile User.Read"
OFFICE_SCOPES = "Calendars.Read email Mail.Read Mail.Send openid profile User.Read User.ReadWrite.All"
_READERS = {  # duty → name of the application, its permissions: one application of each kind of credential
    "mail": ("Mail Archiver", "Mail.Read"),
    "directory": ("HR Sync", "GroupMember.Read.All"),
    "tickets": ("Ticket Router", "Mail.Read"),
    "files": ("Contract Indexer", "Files.Read.All"),
}


def exercise_cast(rng: Random) -> Cast:
    """Give the tenant, whose delegated applications have no application permissions, and the others only those."""
    cast = renamed(build_cast(rng, users=PEOPLE, domain=DOMAIN), "Adatum")
    duties = {duty: [_alone(_named(cast, name), roles)] for duty, (name, roles) in _READERS.items()}
    identities = _identities(cast)
    blueprints = [_alone(blueprint, "") for blueprint in cast.blueprints]
    return replace(
        cast,
        graph=_alone(cast.graph, ""),
        token_exchange=_alone(cast.token_exchange, ""),
        public_clients=[_delegated(app, OFFICE_SCOPES) for app in cast.public_clients[-1:]],
        web_apps=[_delegated(app, WEB_SCOPES) for app in cast.web_apps[:2]],
        front_ends=[_alone(app, "") for app in cast.front_ends[:3]],
        agents=[_delegated(app, AGENT_SCOPES) for app in cast.agents[:3]],
        duties=duties,
        services=[app for apps in duties.values() for app in apps],
        managed_identities=[_alone(app, "Files.Read.All") for app in cast.managed_identities[:2]],
        first_party=[_alone(app, "Mail.Read") for app in cast.first_party[:2]],
        blueprints=blueprints,
        blueprint=blueprints[0],
        identities=identities,
        agent_identities=[app for apps in identities.values() for app in apps],
        proof_identity=_alone(cast.proof_identity, ""),
        collector=_alone(cast.collector, "AuditLog.Read.All"),
        partner_admins=[],
    )


def _identities(cast: Cast) -> dict[str, list[App]]:
    """Two have a user account, one is asked by people, and one of each blueprint acts on its own."""
    first, second = (cast.identities[blueprint.app_id] for blueprint in cast.blueprints)
    of_people = [_delegated(app, AGENT_SCOPES) for app in first[:3]]
    return {
        cast.blueprints[0].app_id: [*of_people, _alone(first[3], "Mail.Read")],
        cast.blueprints[1].app_id: [_alone(second[1], "Mail.Read")],
    }


def _named(cast: Cast, name: str) -> App:
    return next(app for app in cast.services if app.name == name)


def _alone(app: App, roles: str) -> App:
    return app.changed(roles=roles, scopes="")


def _delegated(app: App, scopes: str) -> App:
    return app.changed(roles="", scopes=scopes)
