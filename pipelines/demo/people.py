"""The tenant's users, devices and applications, as values."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any, NamedTuple

from pipelines.demo.identifiers import guid

DOMAIN = "contoso.com"
PARTNER_DOMAIN = "fabrikam.com"
_FIRST = "Adele Alex Bianca Carlos Dagmar Diego Elena Farid Grady Henrietta Isaiah Johanna Kenji Lee Megan Nestor"
_LAST = "Vance Wilber Pisani Slattery Hauser Siciliani Marsh Naidu Archie Mueller Langer Lorenz Sato Gu Bowen Wilke"
_CITIES = (
    ("Berlin", "Berlin", "DE"),
    ("Redmond", "Washington", "US"),
    ("Osaka", "Osaka", "JP"),
    ("Lyon", "Rhone", "FR"),
)
_BROWSERS = {
    "Windows 10": ("Edge 141.0.0", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Edg/141.0.0.0"),
    "MacOs": ("Chrome 141.0.0", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/141.0.0.0"),
    "Ios 18.5": ("Mobile Safari", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148"),
}


class Agency(NamedTuple):
    """The `agent` block of a sign-in: who signed in, and on whose behalf."""

    agent_type: str
    subject_type: str
    parent_app_id: str = ""
    subject_parent_id: str = ""


NOT_AGENTIC = Agency("notAgentic", "notAgentic")


class Device(NamedTuple):
    """What a person works on; `id` is empty where the device is not registered."""

    id: str
    name: str
    operating_system: str
    browser: str
    user_agent: str
    trust_type: str


@dataclass(frozen=True)
class User:
    """A user object; `upn` is the directory's spelling, `sign_in_name` the one in sign-in logs."""

    id: str
    display_name: str
    upn: str
    sign_in_name: str
    user_type: str  # member or guest
    home_tenant_id: str
    ip_address: str
    place: tuple[str, str, str]  # city, state, country
    device: Device


@dataclass(frozen=True)
class App:
    """An application and its service principal in the tenant."""

    app_id: str
    name: str
    service_principal_id: str
    owner_tenant_id: str
    credential: str = "none"
    key_id: str = ""
    thumbprint: str = ""
    federated_credential_id: str = ""
    federated_issuer: str = ""  # who vouches for the workload: no log says it of a federated credential
    federated_subject: str = ""
    identity_type: str = ""  # of a managed identity: systemAssigned or userAssigned
    azure_resource_id: str = ""
    parent_app_id: str = ""  # of an agent identity: its blueprint
    scopes: str = ""
    roles: str = ""
    host_ip: str = ""
    user_agent: str = ""

    def changed(self, **fields: Any) -> "App":
        """Give a copy with some fields replaced."""
        return replace(self, **fields)


def make_member(rng: Random, number: int, tenant: str) -> User:
    """Give the `number`-th employee; the directory keeps the capitals of the name."""
    first, last = common_name(number, number * 7 // 5)
    suffix = "" if number < 16 else str(number)
    upn = f"{first}.{last}{suffix}@{DOMAIN}"
    return make_user(
        rng, number, display_name=f"{first} {last}", upn=upn, sign_in_name=upn.lower(), user_type="member",
        home_tenant_id=tenant,
    )  # fmt: skip


def make_guest(rng: Random, number: int, home_tenant: str) -> User:
    """Give the `number`-th guest: `#EXT#` in the directory, the plain home address in sign-ins (T30)."""
    first, last = common_name(15 - number, number)
    name = f"{first}{last}{number or ''}"
    upn = f"{name}_{PARTNER_DOMAIN}#EXT#@{DOMAIN}"
    return make_user(
        rng, 100 + number, display_name=f"{first} {last} (Fabrikam)", upn=upn,
        sign_in_name=f"{name}@{PARTNER_DOMAIN}".lower(), user_type="guest", home_tenant_id=home_tenant,
    )  # fmt: skip


def agent_user(rng: Random, tenant: str) -> User:
    """Give an agent's user account: a user object that is not a human (T7)."""
    upn = f"sales.research.agent@{DOMAIN}"
    user = make_user(
        rng, 200, display_name="Sales Research Agent", upn=upn, sign_in_name=upn, user_type="member",
        home_tenant_id=tenant,
    )  # fmt: skip
    return replace(user, device=Device("", "", "", "", "python-requests/2.32.5", ""), ip_address="198.51.100.9")


def common_name(first: int, last: int) -> tuple[str, str]:
    """Give a first and a last name; sixteen of each there are."""
    return _FIRST.split()[first % 16], _LAST.split()[last % 16]


def make_user(rng: Random, number: int, **known: str) -> User:
    """Give a user with an id, an address, a place and a device of their own, and what is `known` already."""
    return User(
        id=guid(rng),
        ip_address=f"203.0.113.{number % 250 + 2}",
        place=rng.choice(_CITIES),
        device=_device(rng, number, is_registered=known["user_type"] == "member" and rng.random() < 0.7),
        **known,
    )


def _device(rng: Random, number: int, *, is_registered: bool) -> Device:
    system = rng.choice(list(_BROWSERS))
    browser, user_agent = _BROWSERS[system]
    if not is_registered:
        return Device("", "", system, browser, user_agent, "")
    return Device(guid(rng), f"CONTOSO-{number:04d}", system, browser, user_agent, "Azure AD joined")
