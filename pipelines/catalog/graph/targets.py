"""One URI, whole: normalised, classified, and with the ids that it names.

The ids are taken from the path by the segment numbers of the classification, as sql/correlation/macros_graph.sql
does for the rows of a day.
"""

import re
from typing import NamedTuple

from pipelines.catalog.graph.operations import Operation, classify
from pipelines.catalog.graph.uri import PATH, decoded_location, share_url, split_uri

_GUID = re.compile(".{8}-.{4}-.{22}", re.DOTALL)
_KEYED = re.compile(r"[^(]*[(](?:[A-Za-z]+=)?'?([^']*(?:''[^']*)*)'?[)]?")
_SITE_BY_PATH = re.compile(r"/sites/+([^/:]+:/[^:]*)", re.IGNORECASE)
_PERSONAL_HOST = re.compile(r"-my[.]sharepoint[.-]", re.IGNORECASE)
_PERSONAL_FOLDER = re.compile(r"/personal/([^/:?]+)", re.IGNORECASE)
_GUID_FORM = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ONE_TO_ONE = re.compile(f"19:({_GUID_FORM})_({_GUID_FORM})@unq[.]", re.IGNORECASE)


class GraphPath(NamedTuple):
    """What a Graph URI says by itself."""

    api_version: str | None
    path: str
    """Normalised, without host, version and query; case as logged."""
    rough_template: str
    path_template: str
    target_user: str | None
    """A GUID in lower case, or a user principal name as it came."""
    target_drive: str | None
    target_chat: str | None
    target_group: str | None
    target_site: str | None
    """`host,site,web`, or `host:/path` for a site addressed by its path."""
    chat_users: tuple[str, str] | None
    """Object ids of both users of a one-to-one chat."""
    derived_owner: str | None
    """Whose OneDrive it is, as the folder name that SharePoint makes of a user principal name (alex_contoso_com).

    Derived, and not reversible: compare it with owner_label(upn)."""


def normalise(uri: str, method: str = "GET") -> GraphPath:
    """The parts and target ids of a URI as logged. Any text is accepted."""
    parts = split_uri(uri)
    operation = classify(method, parts.rough_template)
    chat = target(parts.path, operation.chat_segment)
    site = _site(uri, parts.path, operation)
    share = target(parts.path, operation.share_segment)
    return GraphPath(
        *parts,
        path_template=operation.path_template,
        target_user=target(parts.path, operation.user_segment),
        target_drive=target(parts.path, operation.drive_segment),
        target_chat=chat,
        target_group=target(parts.path, operation.group_segment),
        target_site=site,
        chat_users=chat_users(chat or ""),
        derived_owner=owner(site or (share_url(share) if share else None) or ""),
    )


def target(path: str, segment_number: int | None) -> str | None:
    """The id in a path's segment, out of its key and with its encoded slashes back; a GUID in lower case."""
    segment = path.split("/")[segment_number - 1] if segment_number else ""
    if "(" in segment:
        keyed = _KEYED.fullmatch(segment)
        segment = keyed[1].replace("''", "'") if keyed else ""
    if _GUID.fullmatch(segment):
        return segment.lower()
    return segment.replace("%2F", "/") or None


def chat_users(chat_id: str) -> tuple[str, str] | None:
    """Both users of a one-to-one chat, whose id names them; None for any other chat."""
    users = _ONE_TO_ONE.match(chat_id)
    return (users[1].lower(), users[2].lower()) if users else None


def owner(site_or_url: str) -> str | None:
    """Whose OneDrive a site or URL is, as SharePoint's folder name; None where it is nobody's or the URL is silent."""
    folder = _PERSONAL_FOLDER.search(site_or_url) if _PERSONAL_HOST.search(site_or_url) else None
    return folder[1].lower() if folder else None


def owner_label(upn: str) -> str:
    """The folder name that SharePoint makes of a user principal name: alex@contoso.com → alex_contoso_com."""
    return re.sub("[^a-z0-9]", "_", upn.lower())


def _site(uri: str, path: str, operation: Operation) -> str | None:
    number = operation.site_segment
    if number and f":{PATH}" in path.split("/")[number - 1]:
        by_path = _SITE_BY_PATH.search(decoded_location(uri))
        return by_path[1] if by_path else None
    return target(path, number)
