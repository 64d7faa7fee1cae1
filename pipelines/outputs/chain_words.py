"""The words of a chain, for terminal and dashboard. There is data in them: make them harmless where they are shown."""

from datetime import datetime
from typing import Any

from pipelines.outputs.chains import Chain, Row

GRADES = {
    "exact": "the sign-in that issued the token settles who acts",
    "strong": "it rests on a hop that one session, or the protocol and correlation, ties",
    "probable": "it fits, but no id ties it",
    "ambiguous": "several front ends fit, and none is chosen",
    "request_only": "no sign-in matched; only what the request itself says",
    "unresolved": "the logs do not say who acts",
}
UNRESOLVED = {
    "first_party": "Microsoft's own apps leave no sign-in in the customer's logs",
    "before_coverage": "the token was issued before the first sign-in that landed",
    "late_arrival": "the sign-in may still arrive; import newer logs and run again",
    "category_missing": "no sign-in of the fitting log landed for the hour in which the token was issued",
    "cross_tenant": "the user signed in in another tenant, whose logs are not here",
    "unknown": "the fitting logs are there, but the sign-in is not in them",
}
UNSEEN_FRONT_END = "a front end that the logs do not show: no token of another client fits"


def when(time: datetime | None) -> str:
    """A time to the second with its zone, which is UTC where the time names none."""
    return f"{time:%Y-%m-%d %H:%M:%S} {time.tzname() or 'UTC'}" if time else "at an unknown time"


def why_unresolved(request: Row) -> str:
    """Why no sign-in matched the request; nothing where one did."""
    reason: str | None = request["unresolved_reason"]
    return UNRESOLVED.get(reason, reason) if reason else ""


def root_words(chain: Chain) -> list[str]:
    """The interactive sign-in at the root; one line that says so where there is none."""
    root, token = chain.root, chain.token
    if root is None:
        human = token["is_human_token"]
        return ["no interactive sign-in of this session in the logs" if human else "no human on the token"]
    factors = "more than one factor" if root["is_multi_factor"] else "no second factor logged"
    parts = [f"root sign-in {when(root['signed_in_at'])}", root.get("user_upn") or token["user_upn"]]
    parts += [f"from {root['ip_address']}" if root["ip_address"] else None]
    parts += [f"on {root['device']}" if root["device"] else "device not logged", factors]
    return [joined(parts), f"sign-in {root['sign_in_id']} {app(root, 'in ')}".rstrip()]


def without_requests(*, is_all: bool) -> str:
    """What there is to say of a token without a request; `is_all` is whether all requests are at hand."""
    return "no request with this token has landed" if is_all else "none of the newest requests was made with this token"


def holder_words(token: Row, requests: list[Row]) -> list[str]:
    """The app that holds the token, and what the token is."""
    shape = (requests[0] if requests else token)["identity_shape"].replace("_", " ")  # its use settles what it is
    credential = token["credential_key_id"] and f"credential {token['credential_key_id']}"
    blueprint = token["blueprint_app_id"] and f"blueprint {token['blueprint_app_id']}"
    detail = joined([f"token {token['token_id']} issued {when(token['issued_at'])}", shape, credential, blueprint])
    return [app(token), detail]


def front_end(hop: Row) -> str:
    """The client that held the token before the hop."""
    name = named(hop["front_end_name"], hop["front_end_app_id"])
    return f"{name}, token {hop['parent_token_id']} issued {when(hop['parent_issued_at'])}"


def graded(hop: Row) -> str:
    """The grade of the hop and why it has that."""
    return f"hop {hop['grade']}: {', '.join(hop['reasons'])}"


def app(row: Row, before: str = "") -> str:
    """The app of the row, where it names one."""
    name, app_id = row.get("app_name"), row.get("app_id")
    return f"{before}{named(name, app_id)}" if name or app_id else ""


def named(name: str | None, app_id: str | None) -> str:
    """A name with its app id."""
    return f"{name or 'an app without name'} ({app_id or 'no app id'})"


def tenant(row: Row) -> str:
    """The tenant of the row."""
    return f"tenant {row['tenant_id']}"


def joined(parts: list[Any]) -> str:
    """What is known of these, with commas."""
    return ", ".join(str(part) for part in parts if part is not None and part != "")
