"""Events as Microsoft Graph beta gives them, in pages."""

from typing import Any

import orjson

from pipelines.demo.clock import iso
from pipelines.demo.events import DirectoryAudit, Event, SignIn
from pipelines.demo.identifiers import old_token_text, token_text

_BETA = "https://graph.microsoft.com/beta/"
_EMPTY_AGENT: dict[str, Any] = {"parentAppId": None, "agentSubjectParentId": None}


def graph_object(event: Event, fields: dict[str, Any], *, is_old_form: bool) -> dict[str, Any]:
    """Give a `signIn` or `directoryAudit`; `is_old_form` writes the token id as base64 of the GUID's text (T2)."""
    if isinstance(event, DirectoryAudit):
        return fields | {"activityDateTime": iso(event.at), "initiatedBy": _initiator(event, fields["initiatedBy"])}
    changed = {"createdDateTime": _created(event), "agent": _EMPTY_AGENT | fields["agent"]}
    if is_old_form:
        changed["uniqueTokenIdentifier"] = old_token_text(event.id)
    return {name: value for name, value in (fields | changed).items() if name != "sourceAppClientId"}


def _created(event: Event) -> str:
    """Graph writes as many decimals as it needs: none where it keeps whole seconds."""
    return f"{iso(event.at)[:19]}Z" if isinstance(event, SignIn) and event.user else iso(event.at)


def _initiator(event: DirectoryAudit, initiator: dict[str, Any]) -> dict[str, Any]:
    """Beta names the token that made the change, where a request made it."""
    if event.request is None or event.user is None:
        return initiator
    token = event.request.token
    details = {"uniqueTokenIdentifier": token_text(token.id), "issuedAtDateTime": iso(token.issued_at)}
    linkable = {"deviceId": event.user.device.id, "sessionId": token.session_id, "tokenDetails": details}
    return initiator | {"linkableIdentifiers": linkable}


def pages(collection: str, objects: list[dict[str, Any]], size: int) -> list[bytes]:
    """Give the response bodies of a paged query, newest object first; all but the last name the next page."""
    newest_first = objects[::-1]
    chunks = [newest_first[at : at + size] for at in range(0, len(newest_first), size)]
    return [_page(collection, chunk, number, is_last=number == len(chunks)) for number, chunk in enumerate(chunks, 1)]


def _page(collection: str, objects: list[dict[str, Any]], number: int, *, is_last: bool) -> bytes:
    page: dict[str, Any] = {"@odata.context": f"{_BETA}$metadata#auditLogs/{collection}"}
    if not is_last:
        page["@odata.nextLink"] = f"{_BETA}auditLogs/{collection}?$top={len(objects)}&$skiptoken={number:016x}"
    return orjson.dumps(page | {"value": objects})
