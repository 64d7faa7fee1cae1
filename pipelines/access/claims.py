"""Who somebody is, and what they may do, as the ID token says with which they signed in."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.access.roles import NotAllowedError, Role, Viewer
from pipelines.access.sign_in import issuer
from pipelines.settings import Settings

_CLOCKS_DIFFER = timedelta(minutes=5)


class SignInOverError(NotAllowedError):
    """The sign-in was too long ago."""


def viewer_of(claims: Mapping[str, Any], settings: Settings, now: datetime | None = None) -> Viewer:
    """The viewer whom the claims of an ID token name, of which the signature was checked.

    Raises NotAllowedError where the token is of another tenant, app or issuer, or gives no role, and SignInOverError
    where it is too old.
    """
    _check_origin(claims, settings)
    _check_age(claims, settings, now or datetime.now(UTC))
    object_id = claims.get("oid")
    if not isinstance(object_id, str) or not object_id:
        raise NotAllowedError("the sign-in does not say whose it is (oid); ask for the scope `profile`")
    name = claims.get("preferred_username") or object_id
    return Viewer(str(name), _role(claims, settings, str(name)), is_signed_in=True, object_id=object_id)


def _check_origin(claims: Mapping[str, Any], settings: Settings) -> None:
    expected = settings.dashboard
    if not expected.has_sign_in:
        raise NotAllowedError("no sign-in is configured; set dashboard.client_id, tenant_id and redirect_uri")
    if claims.get("tid") != str(expected.tenant_id):
        raise NotAllowedError("this account signed in through another tenant than the one in dashboard.tenant_id")
    if claims.get("iss") != issuer(settings):
        raise NotAllowedError(f"the sign-in was not issued by {issuer(settings)}; look at `cloud` in the settings")
    audience = claims.get("aud")
    if str(expected.client_id) not in (audience if isinstance(audience, list) else [audience]):
        raise NotAllowedError("the sign-in was made for another app than the one in dashboard.client_id")


def _check_age(claims: Mapping[str, Any], settings: Settings, now: datetime) -> None:
    """A cookie lasts for a month, and nobody's roles are asked for again in that time."""
    issued = claims.get("iat")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise NotAllowedError("the sign-in does not say when it was (iat)")
    age = now.timestamp() - issued
    if not -_CLOCKS_DIFFER.total_seconds() <= age <= settings.dashboard.session_hours * 3600:
        raise SignInOverError(f"the sign-in is over after {settings.dashboard.session_hours} hours; sign in again")


def _role(claims: Mapping[str, Any], settings: Settings, name: str) -> Role:
    """The highest role of the app roles and groups."""
    known = {str(role): role for role in Role}
    by_app_role = [known[value] for value in _texts(claims.get("roles")) if value in known]
    groups = set(_texts(claims.get("groups")))
    by_group = [role for role, ids in settings.dashboard.groups.items() if groups & set(map(str, ids))]
    if by_app_role or by_group:
        return max([*by_app_role, *by_group])
    if _has_too_many_groups(claims):
        raise NotAllowedError(f"{name} is in too many groups for the sign-in to name them; give app roles instead")
    roles = ", ".join(Role)
    raise NotAllowedError(f"{name} has no role here; an administrator assigns one of the app roles {roles}")


def _texts(value: Any) -> Iterable[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list | tuple) else []


def _has_too_many_groups(claims: Mapping[str, Any]) -> bool:
    sources = claims.get("_claim_names")
    return (isinstance(sources, Mapping) and "groups" in sources) or str(claims.get("hasgroups")).casefold() == "true"
