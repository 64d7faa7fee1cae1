"""The tenant's applications: every identity shape, and a few names that try to be more than names."""

from random import Random

from pipelines.demo.identifiers import guid
from pipelines.demo.people import App
from pipelines.demo.world import MAIL_ROLES, PLAIN_SCOPES, microsoft_app, own_app

SECRET, KEY, CERTIFICATE = "clientSecret", "clientAssertion", "certificate"
FEDERATED, MANAGED = "federatedIdentityCredential", "managedIdentity"
GITHUB = "https://token.actions.githubusercontent.com"

_ROLES = {
    "mail": MAIL_ROLES,
    "files": "Files.ReadWrite.All Sites.ReadWrite.All User.Read.All",
    "directory": "Application.ReadWrite.All Directory.Read.All Group.ReadWrite.All User.ReadWrite.All",
    "security": "User.Read.All UserAuthenticationMethod.ReadWrite.All",
    "reading": "Calendars.Read Directory.Read.All GroupMember.Read.All User.Read.All",
    "presence": "Calendars.ReadWrite Presence.ReadWrite.All Teamwork.Migrate.All",
}
_SERVICES = (  # name, credential, what it does
    ("Mail Archiver", SECRET, "mail"),
    ("Inbox Rules Manager", SECRET, "mail"),
    ("=cmd|' /C calc'!A1", SECRET, "reading"),
    ("Presence Sync", SECRET, "presence"),
    ("Legacy Report Mailer", SECRET, "mail"),
    ("HR Sync", CERTIFICATE, "directory"),
    ("Document Mover", CERTIFICATE, "files"),
    ("Sign-in Method Reset", CERTIFICATE, "security"),
    ("Room Planner", KEY, "presence"),
    ("Release Bot", FEDERATED, "directory"),
    ("Docs Publisher", FEDERATED, "files"),
    ("Ticket Router", FEDERATED, "mail"),
    ("Contract Indexer", FEDERATED, "files"),
    ("Partner Connector", "", "reading"),
    ("Backup Service", "", "files"),
)
_SUBJECTS = {  # federated credentials: who vouches, for whom; the last one is vouched for by a managed identity
    "Release Bot": (GITHUB, "repo:contoso/identity-as-code:ref:refs/heads/main"),
    "Docs Publisher": (GITHUB, "repo:contoso/handbook:environment:production"),
    "Ticket Router": ("https://oidc.aks.example.com/contoso/", "system:serviceaccount:tickets:router"),
}
_AGENTS = (
    ("Expense Copilot", SECRET),
    ("Travel Planner Agent", CERTIFICATE),
    ("Mailbox Concierge", SECRET),
    ("Robert'); DROP TABLE sign_ins;-- Agent", KEY),
    ("<img src=x onerror=alert(1)> Helper", SECRET),
    ("Proposal Writer", FEDERATED),
)
_WEB_APPS = (
    ("Contoso CRM", SECRET),
    ("Contoso Intranet", CERTIFICATE),
    ("Contoso Timesheets", SECRET),
    ("Contoso Wiki", KEY),
    ("Contoso Helpdesk", FEDERATED),
    ("Contoso Room Booking", CERTIFICATE),
)
_FRONT_ENDS = (
    ("Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264"),
    ("Outlook Mobile", "27922004-5251-4030-b22d-91ecd9a37ea4"),
)
_FIRST_PARTY = (
    ("Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000"),
    ("Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000"),
    ("Microsoft Teams Services", "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe"),
    ("ProjectWorkManagement", "09abbdfd-ed23-44ee-a2d9-a627aa1c90f3"),
)
_PUBLIC_CLIENTS = (
    ("Microsoft Graph Command Line Tools", "14d82eec-204b-4c2f-b7e8-296a70dab67e"),
    ("Graph Explorer", "de8bc8b5-d9f9-48b1-a8ad-b748da725064"),
    ("Microsoft Azure CLI", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"),
    ("Microsoft Office", "d3590ed6-52b3-4102-aeff-aad2292ab01c"),
)


def public_clients(rng: Random, tenant: str) -> list[App]:
    """Give clients without a credential: Microsoft's own and the tenant's; the last is the one people sign in to."""
    own = [own_app(rng, tenant, name) for name in ("Contoso Mobile", "Contoso Field App \x1b[31mred\x1b[0m")]
    return own + [microsoft_app(rng, name, app_id) for name, app_id in _PUBLIC_CLIENTS]


def front_ends(rng: Random, tenant: str) -> list[App]:
    """Give the clients in which people talk to agents."""
    own = [own_app(rng, tenant, name) for name in ("Contoso Assistant Web", "Contoso Desktop Companion")]
    return [microsoft_app(rng, name, app_id) for name, app_id in _FRONT_ENDS] + own


def agents(rng: Random, tenant: str) -> list[App]:
    """Give the classic applications that act on behalf of whoever asks them."""
    return [own_app(rng, tenant, name, credential=credential) for name, credential in _AGENTS]


def web_apps(rng: Random, tenant: str) -> list[App]:
    """Give confidential web applications in which people work themselves."""
    apps = [own_app(rng, tenant, name, credential=credential) for name, credential in _WEB_APPS]
    return [*apps[:-1], apps[-1].changed(scopes=PLAIN_SCOPES)]


def services(rng: Random, tenant: str) -> dict[str, list[App]]:
    """Give what the app-only applications do → the applications."""
    found: dict[str, list[App]] = {}
    for name, credential, duty in _SERVICES:
        issuer, subject = _SUBJECTS.get(name, ("", ""))
        app = own_app(rng, tenant, name, credential=credential, roles=_ROLES[duty])
        app = app.changed(federated_issuer=issuer, federated_subject=subject)
        found.setdefault(duty, []).append(app)
    return found


def managed_identities(rng: Random, tenant: str) -> list[App]:
    """Give system assigned, user assigned, and federated (a Kubernetes workload's token stands behind the last)."""
    group = f"/subscriptions/{guid(rng)}/resourcegroups/contoso-agents/providers"
    user_assigned = "Microsoft.ManagedIdentity/userAssignedIdentities"
    places = (
        ("func-contoso-reports", "systemAssigned", "Microsoft.Web/sites/func-contoso-reports", ""),
        ("vm-contoso-scanner", "systemAssigned", "Microsoft.Compute/virtualMachines/vm-contoso-scanner", ""),
        ("id-contoso-agent", "userAssigned", f"{user_assigned}/id-contoso-agent", ""),
        ("id-contoso-cluster", "userAssigned", f"{user_assigned}/id-contoso-cluster", "https://oidc.aks.example.com/"),
    )
    return [
        own_app(rng, tenant, name, credential=MANAGED, roles=_ROLES["files"]).changed(
            identity_type=kind, azure_resource_id=f"{group}/{resource}", federated_issuer=issuer
        )
        for name, kind, resource, issuer in places
    ]


def first_party(rng: Random) -> list[App]:
    """Give Microsoft's own services."""
    return [microsoft_app(rng, name, app_id).changed(roles=MAIL_ROLES) for name, app_id in _FIRST_PARTY]


def blueprints(rng: Random, tenant: str) -> list[App]:
    """Give the blueprints of agent identities; they hold the real credential."""
    names = (("Contoso Agent Blueprint", CERTIFICATE), ("Northern Agent Blueprint", SECRET))
    return [own_app(rng, tenant, name, credential=credential) for name, credential in names]


def agent_identities(rng: Random, tenant: str, blueprint: App, *names: str) -> list[App]:
    """Give agent identities: object id = app id, and the credential is an assertion of the blueprint."""
    apps = [own_app(rng, tenant, name, credential=FEDERATED, roles=MAIL_ROLES) for name in names]
    return [app.changed(service_principal_id=app.app_id, parent_app_id=blueprint.app_id) for app in apps]
