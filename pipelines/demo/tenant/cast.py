"""Who and what exists in a tenant before anything happens."""

from dataclasses import dataclass, replace
from random import Random

from pipelines.demo.identifiers import guid
from pipelines.demo.people import App, User
from pipelines.demo.tenant import apps, crowd
from pipelines.demo.world import World, microsoft_app, own_app

GRAPH, TOKEN_EXCHANGE = "00000003-0000-0000-c000-000000000000", "fb60f99c-7a34-4190-8149-302f77469936"
_SHARED_PEOPLE = 5


_UNREVIEWED = {
    "Campaign Mailer", "Inbox Rules Manager", "Legacy Report Mailer", "Partner Connector", "=cmd|' /C calc'!A1",
}  # fmt: skip
"""Services and agent identities that nobody in the tenant has sanctioned."""


@dataclass(frozen=True)
class Cast(World):
    """A tenant with an actor for every story; each list names its part in the stories."""

    characters: dict[str, User]  # the people of the incidents, by first name; they are members, too
    workers: list[User]  # everybody else
    partner_admins: list[User]
    agent_users: list[User]  # one for each of the first agent identities of the first blueprint
    blueprints: list[App]
    identities: dict[str, list[App]]  # blueprint app id → its agent identities
    duties: dict[str, list[App]]  # what app-only applications do → the applications
    gateway: App  # API 1 of multi-hop chains
    orchestrator: App  # stands between API 1 and API 2 in the longest chains
    search_agent: App  # API 2, which calls Graph
    briefing_agent: App  # one person asks it through two front ends in two sessions
    digest_agent: App  # the same without sessions, so that nobody can say which front end
    minutes_agent: App  # asked in sessions that the logs leave out
    night_agent: App  # exchanges day-old tokens
    meeting_agent: App  # a vendor's, in both tenants
    hub: App  # one registration that is single-page application, web application and API
    proof_identity: App  # the managed identity behind the one federated credential
    collector: App  # the reader of these logs


def build_cast(rng: Random, *, users: int, domain: str) -> Cast:
    """Give a tenant with `users` humans, one in ten a guest, and more than 60 applications."""
    tenant, partner = guid(rng), guid(rng)
    named = crowd.characters(rng, tenant, domain)
    guests = crowd.guests(rng, partner, domain, max(2, users // 10))
    members = crowd.members(rng, tenant, domain, max(6, users - len(guests) - len(named)))
    blueprints = apps.blueprints(rng, tenant)
    identities = _identities(rng, tenant, blueprints)
    duties = apps.services(rng, tenant)
    agent_users = crowd.agent_users(rng, tenant, domain, "Sales Research Agent", "Onboarding Buddy")
    return Cast(
        tenant_id=tenant,
        workspace_id=guid(rng),
        members=[*named.values(), *members],
        guests=guests,
        groups=[guid(rng) for _ in range(12)],
        graph=microsoft_app(rng, "Microsoft Graph", GRAPH),
        token_exchange=microsoft_app(rng, "AAD Token Exchange Endpoint: Public", TOKEN_EXCHANGE),
        public_clients=apps.public_clients(rng, tenant),
        web_apps=apps.web_apps(rng, tenant),
        front_ends=apps.front_ends(rng, tenant),
        agents=apps.agents(rng, tenant),
        services=[app for group in duties.values() for app in group],
        managed_identities=apps.managed_identities(rng, tenant),
        first_party=apps.first_party(rng),
        blueprint=blueprints[0],
        agent_identities=[app for group in identities.values() for app in group],
        agent_user=agent_users[0],
        characters=named,
        workers=[*members, *guests],
        partner_admins=crowd.partner_admins(rng, guid(rng)),
        agent_users=agent_users,
        blueprints=blueprints,
        identities=identities,
        duties=duties,
        **_special_apps(rng, tenant),
    )


def share(cast: Cast, other: Cast) -> Cast:
    """Give `other` with the vendor's agent of `cast`, and with user object ids that `cast` has, too."""
    lent = [user.id for user in cast.workers[:_SHARED_PEOPLE]]
    workers = [
        replace(user, id=lent[number]) if number < _SHARED_PEOPLE else user for number, user in enumerate(other.workers)
    ]
    agent = cast.meeting_agent.changed(service_principal_id=other.meeting_agent.service_principal_id)
    members = [*other.characters.values(), *(user for user in workers if user.user_type == "member")]
    return renamed(replace(other, workers=workers, members=members, meeting_agent=agent), "Northwind")


def sanctioned_services(cast: Cast) -> list[App]:
    """Give what acts on its own and somebody in the tenant has reviewed and allowed: all but a few."""
    return [app for app in (*cast.services, *cast.managed_identities, *cast.agent_identities) if is_reviewed(app)]


def is_reviewed(app: App) -> bool:
    """Give whether somebody in the tenant has looked at what the app does on its own."""
    return app.name not in _UNREVIEWED


def renamed(cast: Cast, company: str) -> Cast:
    """Give the tenant of another company than Contoso."""

    def rename(found: list[App]) -> list[App]:
        return [app.changed(name=app.name.replace("Contoso", company)) for app in found]

    blueprints = rename(cast.blueprints)
    return replace(
        cast, public_clients=rename(cast.public_clients), web_apps=rename(cast.web_apps),
        front_ends=rename(cast.front_ends), blueprints=blueprints, blueprint=blueprints[0], hub=rename([cast.hub])[0],
    )  # fmt: skip


def _identities(rng: Random, tenant: str, blueprints: list[App]) -> dict[str, list[App]]:
    names = (
        ("Sales Research Agent", "Onboarding Buddy", "Invoice Agent", "Compliance Watcher"),
        ("Campaign Mailer", "Field Report Agent"),
    )
    return {
        blueprint.app_id: apps.agent_identities(rng, tenant, blueprint, *group)
        for blueprint, group in zip(blueprints, names, strict=True)
    }


def _special_apps(rng: Random, tenant: str) -> dict[str, App]:
    collector = own_app(rng, tenant, "Log Collector", credential=apps.CERTIFICATE)
    proof = apps.managed_identities(rng, tenant)[2].changed(name="id-contoso-indexer")
    return {
        "gateway": own_app(rng, tenant, "Agent Gateway", credential=apps.SECRET),
        "orchestrator": own_app(rng, tenant, "Task Orchestrator", credential=apps.CERTIFICATE),
        "search_agent": own_app(rng, tenant, "Document Search Agent", credential=apps.CERTIFICATE),
        "briefing_agent": own_app(rng, tenant, "Briefing Agent", credential=apps.SECRET),
        "digest_agent": own_app(rng, tenant, "Digest Agent", credential=apps.SECRET),
        "minutes_agent": own_app(rng, tenant, "Minutes Agent", credential=apps.CERTIFICATE),
        "night_agent": own_app(rng, tenant, "Night Shift Agent", credential=apps.SECRET),
        "meeting_agent": own_app(rng, guid(rng), "Woodgrove Meeting Agent", credential=apps.CERTIFICATE),
        "hub": own_app(rng, tenant, "Contoso Hub", credential=apps.SECRET),
        "proof_identity": proof,
        "collector": collector.changed(roles="AuditLog.Read.All Directory.Read.All Mail.Send"),
    }
