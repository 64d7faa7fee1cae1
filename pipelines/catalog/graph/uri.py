"""A Graph request URI as logged → its normalised path and rough template.

The same steps, with the same patterns, stand in sql/correlation/macros_graph.sql for the rows of a day; a property
test holds the two together. Here they serve single URIs. The order is that of the URIs themselves: cut the query,
percent-decode once, drop host, version and tenant, collapse slashes, fold what would break the split at slashes
(colon paths, quoted values), then replace what looks like an id.

Every path segment keeps its place from `path` to the rough template, so that a segment's number in one is its number
in the other.

Sources: the OData URL conventions (keys as segments or in parentheses, namespaces, functions); the Graph reference for
paths inside drives (`root:/a/b.docx:`), sites by path and share ids; real log records for what callers make of them.
"""

import base64
import binascii
import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

MAX_LENGTH = 4000
"""Characters of a URI that are looked at: no Graph URI is longer, a hostile one may be megabytes."""

MAX_WORD = 160
"""No name in Graph is longer, with the names of its arguments."""

PREFIXES = ("https://graph.microsoft.com/v1.0/", "https://graph.microsoft.com/beta/")
"""How nearly every logged URI begins."""

ID = "{id}"
PERSONAL_SITE = "{my}"
"""Stands in a rough template for a site or share on a `-my.sharepoint.com` host: somebody's OneDrive."""
PATH = "{path}"
"""Stands for a path inside a drive or site (`root:/a/b.docx:`) or inside a quoted value."""

_VERSION = re.compile(r"^(?:(?:[A-Za-z][A-Za-z0-9+.-]*:)?/+[^/]+)?/+(v[0-9]+\.[0-9]+|beta|edu)(?:/|\Z)", re.IGNORECASE)
_ROOT = re.compile(
    r"^(?:(?:[a-z][a-z0-9+.-]*:/+)?[^/]+(?:/+(?:v[0-9]+\.[0-9]+|beta|edu))?(?:/+|\Z))?/*"
    r"(?:(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|myorganization)"
    r"(?:/+|\Z))?",
    re.IGNORECASE,
)
_QUOTED_PATH = re.compile(r"([(,][A-Za-z]*=?)'[^']*/[^']*'")
_COLON_PATH = re.compile(r"(/[^/:'(]*):/[^:]*(:|\Z)")
_SHARE = re.compile(r"^/shares[/(]'?(u![A-Za-z0-9_-]+)", re.IGNORECASE)
_SHARE_SEGMENT = re.compile(r"^(/shares[/(])[^/]*", re.IGNORECASE)
_PERSONAL_HOST = re.compile(r"-my[.]sharepoint[.-]", re.IGNORECASE)
_PERSONAL_SITE = re.compile(r"^(/sites[/(])[^/:]*-my[.]sharepoint[.-][^/]*", re.IGNORECASE)
_VALUE = re.compile(r"([(=,])(?:'(?:[^']|'')*'|[^'(),=/{}]+)([,)]) *")
_NAMESPACE = re.compile(r"/(?:microsoft[.])?graph[.](?:[a-z]+[.])*", re.IGNORECASE)
_ADDRESSED_ID = re.compile(r"/[^/:]*[^A-Za-z/:][^/:]*:[{]path[}]")
_LOOKS_LIKE_ID = re.compile(r"^[0-9]|[^A-Za-z0-9$_(){}=,:]|[0-9]{4}|[0-9][^0-9]+[0-9]")


class UriParts(NamedTuple):
    """A URI as the SQL half also sees it."""

    api_version: str | None
    """`v1.0`, `beta` or `edu`; None where the URI has none."""
    path: str
    """Normalised, without host, version, tenant and query; begins with a slash; case as logged."""
    rough_template: str
    """The path with each id-like segment replaced; case as logged."""


def split_uri(uri: str) -> UriParts:
    """The version, path and rough template of a URI. Any text is accepted."""
    path = _path(_decoded(_cut(uri)))
    return UriParts(_api_version(uri), path, _rough_template(path))


def decoded_location(uri: str) -> str:
    """The URI without query, percent-decoded once, with its colon paths still in place."""
    return _decoded(_cut(uri))


def share_url(share_id: str) -> str | None:
    """The URL that a share id `u!<base64url>` encodes; None where it is no such id."""
    encoded = share_id[2:].replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _cut(uri: str) -> str:
    offset = 0
    if uri.startswith(PREFIXES):
        offset = len("https://graph.microsoft.com/beta")
    elif uri.startswith(("/v1.0/", "/beta/")):
        offset = len("/beta")
    return uri[offset : offset + MAX_LENGTH].split("?", 1)[0]


def _api_version(uri: str) -> str | None:
    if uri.startswith(PREFIXES):
        return uri[len("https://graph.microsoft.com/") :][:4]
    version = _VERSION.search(uri[:MAX_LENGTH].split("?", 1)[0])
    return version[1].lower() if version else None


def _decoded(location: str) -> str:
    """Percent-decoded once; an encoded slash stays encoded, because it is part of an id and not a separator."""
    text = location.replace("\\u0026", "&")
    if "%" not in text:
        return text
    try:
        return unquote_to_bytes(re.sub("%(2[fF])", r"%25\1", text)).decode()
    except UnicodeError:
        return text


def _path(location: str) -> str:
    path = "/" + _ROOT.sub("", location, count=1).strip("/")
    path = re.sub("/{2,}", "/", path)
    path = _QUOTED_PATH.sub(r"\1'{path}'", path)
    return _COLON_PATH.sub(r"\1:{path}\2", path)


def _rough_template(path: str) -> str:
    segments = _without_values(path).split("/")
    return "/".join(ID if _looks_like_id(segment) else segment for segment in segments)


def _looks_like_id(segment: str) -> bool:
    return len(segment) > MAX_WORD or bool(_LOOKS_LIKE_ID.search(segment))


def _without_values(path: str) -> str:
    share = _SHARE.search(path)
    if share and _PERSONAL_HOST.search(share_url(share[1]) or ""):
        path = _SHARE_SEGMENT.sub(r"\1{my}", path)
    path = _PERSONAL_SITE.sub(r"\1{my}", path)
    path = _NAMESPACE.sub("/", _VALUE.sub(r"\1{id}\2", path))
    return _ADDRESSED_ID.sub("/{id}:{path}", path)
