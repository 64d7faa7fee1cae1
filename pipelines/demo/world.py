"""The synthetic tenant: who and what exists before anything happens."""

from dataclasses import dataclass
from random import Random

from pipelines.demo.identifiers import guid
from pipelines.demo.people import App, User, agent_user, make_guest, make_member

MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
MAIL_SCOPES = "Calendars.ReadWrite email Files.ReadWrite.All Mail.ReadWrite Mail.Send openid profile User.Read"
PLAIN_SCOPES = "email openid profile User.Read User.ReadBasic.All"
MAIL_ROLES = "Mail.ReadWrite Mail.Send MailboxSettings.ReadWrite User.Read.All"
DIRECTORY_ROLES = "Application.ReadWrite.All Directory.Read.All Group.ReadWrite.All User.ReadWrite.All"

_SDKS = ("python-requests/2.32.5", "kiota-dotnet/1.17.2", "msgraph-sdk-python/1.65.0", "axios/1.7.9")


@dataclass(frozen=True)
class World:
    """A tenant and everything in it that can act or be acted upon."""

    tenant_id: str
    workspace_id: str  # the Log Analytics workspace, which Log Analytics calls TenantId
    members: list[User]
    guests: list[User]
    groups: list[str]  # object ids
    graph: App
    token_exchange: App
    public_clients: list[App]
    web_apps: list[App]
    front_ends: list[App]
    agents: list[App]  # classic applications that act on behalf of users
    services: list[App]  # app-only, one per kind of credential
    managed_identities: list[App]
    first_party: list[App]
    blueprint: App
    agent_identities: list[App]
    agent_user: User

    @property
    def people(self) -> list[User]:
        """Give every human, members first."""
        return self.members + self.guests


def build_world(rng: Random, *, users: int) -> World:
    """Give a tenant with `users` humans (one in ten a guest) and its applications and agents."""
    tenant, partner = guid(rng), guid(rng)
    guests = users // 10
    blueprint = own_app(rng, tenant, "Contoso Agent Blueprint", credential="certificate")
    identities = [_agent_identity(rng, tenant, name, blueprint) for name in ("Sales Research Agent", "Invoice Agent")]
    return World(
        tenant_id=tenant,
        workspace_id=guid(rng),
        members=[make_member(rng, number, tenant) for number in range(users - guests)],
        guests=[make_guest(rng, number, partner) for number in range(guests)],
        groups=[guid(rng) for _ in range(8)],
        graph=microsoft_app(rng, "Microsoft Graph", "00000003-0000-0000-c000-000000000000"),
        token_exchange=microsoft_app(
            rng, "AAD Token Exchange Endpoint: Public", "fb60f99c-7a34-4190-8149-302f77469936"
        ),
        public_clients=_public_clients(rng),
        web_apps=[
            own_app(rng, tenant, "Contoso CRM", credential="clientSecret"),
            own_app(rng, tenant, "Contoso Intranet", credential="certificate").changed(scopes=PLAIN_SCOPES),
        ],
        front_ends=[
            microsoft_app(rng, "Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264"),
            own_app(rng, tenant, "Contoso Assistant Web"),
        ],
        agents=[
            own_app(rng, tenant, "Expense Copilot", credential="clientSecret"),
            own_app(rng, tenant, "Travel Planner Agent", credential="certificate"),
        ],
        services=_services(rng, tenant),
        managed_identities=_managed_identities(rng, tenant),
        first_party=_first_party(rng),
        blueprint=blueprint,
        agent_identities=identities,
        agent_user=agent_user(rng, tenant),
    )


def own_app(rng: Random, tenant: str, name: str, credential: str = "none", roles: str = "") -> App:
    """Give an application that the tenant registered, with what its kind of credential leaves in the logs."""
    is_key = credential in ("clientSecret", "clientAssertion", "certificate")
    return App(
        app_id=guid(rng),
        name=name,
        service_principal_id=guid(rng),
        owner_tenant_id=tenant,
        credential=credential,
        key_id=guid(rng) if is_key else "",
        thumbprint=rng.randbytes(20).hex().upper() if is_key and credential != "clientSecret" else "",
        federated_credential_id=guid(rng) if credential == "federatedIdentityCredential" else "",
        scopes=MAIL_SCOPES,
        roles=roles,
        host_ip=f"198.51.100.{rng.randrange(10, 250)}",
        user_agent=rng.choice(_SDKS),
    )


def microsoft_app(rng: Random, name: str, app_id: str) -> App:
    """Give one of Microsoft's own applications."""
    return App(
        app_id=app_id,
        name=name,
        service_principal_id=guid(rng),
        owner_tenant_id=MICROSOFT_TENANT,
        scopes=MAIL_SCOPES,
        roles="Directory.Read.All",
        host_ip=f"192.0.2.{rng.randrange(10, 250)}",
        user_agent="MicrosoftService/16.0",
    )


def _public_clients(rng: Random) -> list[App]:
    return [
        microsoft_app(rng, "Microsoft Graph Command Line Tools", "14d82eec-204b-4c2f-b7e8-296a70dab67e"),
        microsoft_app(rng, "Graph Explorer", "de8bc8b5-d9f9-48b1-a8ad-b748da725064"),
        microsoft_app(rng, "Microsoft Office", "d3590ed6-52b3-4102-aeff-aad2292ab01c"),
    ]


def _services(rng: Random, tenant: str) -> list[App]:
    return [
        own_app(rng, tenant, "Mail Archiver", credential="clientSecret", roles=MAIL_ROLES),
        own_app(rng, tenant, "HR Sync", credential="certificate", roles=DIRECTORY_ROLES),
        own_app(rng, tenant, "Release Bot", credential="federatedIdentityCredential", roles=DIRECTORY_ROLES),
        own_app(
            rng, tenant, "Log Collector", credential="clientAssertion", roles="AuditLog.Read.All Directory.Read.All"
        ),
    ]


def _managed_identities(rng: Random, tenant: str) -> list[App]:
    group = f"/subscriptions/{guid(rng)}/resourcegroups/contoso-agents/providers"
    places = {
        "func-contoso-reports": ("systemAssigned", "Microsoft.Web/sites/func-contoso-reports"),
        "id-contoso-agent": ("userAssigned", "Microsoft.ManagedIdentity/userAssignedIdentities/id-contoso-agent"),
    }
    return [
        own_app(rng, tenant, name, credential="managedIdentity", roles=MAIL_ROLES).changed(
            identity_type=kind, azure_resource_id=f"{group}/{resource}"
        )
        for name, (kind, resource) in places.items()
    ]


def _first_party(rng: Random) -> list[App]:
    return [
        microsoft_app(rng, "Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000"),
        microsoft_app(rng, "Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000"),
        microsoft_app(rng, "Microsoft Teams Services", "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe"),
    ]


def _agent_identity(rng: Random, tenant: str, name: str, blueprint: App) -> App:
    """Give an agent identity: its object id is its app id, and its credential is an assertion of its blueprint."""
    app = own_app(rng, tenant, name, credential="federatedIdentityCredential", roles=MAIL_ROLES)
    return app.changed(service_principal_id=app.app_id, parent_app_id=blueprint.app_id)
