"""The people of the tenant: named characters of the incidents, everybody else, guests, agents' user accounts."""

from dataclasses import replace
from random import Random

from pipelines.demo.people import PARTNER_DOMAIN, Device, User, common_name, make_user

_CHARACTERS = (
    "Megan Bowen", "Alex Wilber", "Henrietta Mueller", "Lee Gu", "Diego Siciliani", "Johanna Lorenz", "Nestor Wilke",
    "Adele Vance", "Isaiah Langer", "Grady Archie", "Patti Fernandez", "Lynne Robbins",
)  # fmt: skip
_HOSTILE_NAMES = (
    "<script>alert('x')</script>",
    'O\'Brien "Bobby"; drop table sign_ins;--',
    "=1+1 & @SUM(A1)",
    "Ansi \x1b[31mRed\x1b[0m Person",
    "Right \u202etfel ot\u202c Left",
)
_HOSTILE_AGENT = "Mozilla/5.0 \"><script>alert(1)</script> \x1b]0;title\x07 =cmd|' /C calc'!A1"


def characters(rng: Random, tenant: str, domain: str) -> dict[str, User]:
    """Give first name → the person of an incident; they do nothing but what the incidents tell."""
    people = [_member(rng, number, tenant, domain, *name.split()) for number, name in enumerate(_CHARACTERS)]
    return {user.display_name.split()[0]: user for user in people}


def members(rng: Random, tenant: str, domain: str, count: int) -> list[User]:
    """Give `count` employees; the first few have hostile display names, one a hostile user agent."""
    people = []
    for number in range(16, 16 + count):
        first, last = common_name(number, number * 7 // 5)
        people.append(_member(rng, number, tenant, domain, first, f"{last}{number}"))
    renamed = [replace(user, display_name=name) for user, name in zip(people, _HOSTILE_NAMES, strict=False)]
    people[: len(renamed)] = renamed
    people[0] = replace(people[0], device=people[0].device._replace(user_agent=_HOSTILE_AGENT))
    return people


def guests(rng: Random, home_tenant: str, domain: str, count: int) -> list[User]:
    """Give `count` guests from the partner: `#EXT#` in the directory, the home address in sign-ins (T30)."""
    people = []
    for number in range(count):
        first, last = common_name(15 - number, number * 3)
        name = f"{first}{last}{number}"
        people.append(
            make_user(
                rng, 400 + number, display_name=f"{first} {last} (Fabrikam)",
                upn=f"{name}_{PARTNER_DOMAIN}#EXT#@{domain}", sign_in_name=f"{name}@{PARTNER_DOMAIN}".lower(),
                user_type="guest", home_tenant_id=home_tenant,
            )
        )  # fmt: skip
    return people


def partner_admins(rng: Random, partner_tenant: str) -> list[User]:
    """Give a service provider's people: they work in the tenant, but their sign-ins are in their own."""
    names = ("Support One", "Support Two")
    return [
        make_user(
            rng, 500 + number, display_name=name, upn=f"support{number}@{PARTNER_DOMAIN}",
            sign_in_name=f"support{number}@{PARTNER_DOMAIN}", user_type="guest", home_tenant_id=partner_tenant,
        )
        for number, name in enumerate(names)
    ]  # fmt: skip


def agent_users(rng: Random, tenant: str, domain: str, *names: str) -> list[User]:
    """Give agents' user accounts: user objects that are no humans (T7)."""
    device = Device("", "", "", "", "python-requests/2.32.5", "")
    accounts = []
    for number, name in enumerate(names):
        upn = f"{name.lower().replace(' ', '.')}@{domain}"
        user = make_user(
            rng, 200 + number, display_name=name, upn=upn, sign_in_name=upn, user_type="member", home_tenant_id=tenant
        )
        accounts.append(replace(user, device=device, ip_address=f"198.51.100.{number + 2}"))
    return accounts


def _member(rng: Random, number: int, tenant: str, domain: str, *name: str) -> User:
    upn = f"{'.'.join(name)}@{domain}"
    return make_user(
        rng, number, display_name=" ".join(name), upn=upn, sign_in_name=upn.lower(), user_type="member",
        home_tenant_id=tenant,
    )  # fmt: skip
