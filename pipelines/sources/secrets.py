"""Secrets in directory objects: Graph shows them only where a credential is made, but what it showed can be exported.

They are the one thing that does not land as it came: evidence is passed on, and a secret in it with it.
"""

from typing import Any

import orjson

from pipelines.catalog.detect import UNSUPPORTED
from pipelines.catalog.logs import DIRECTORY_OBJECTS
from pipelines.sources.records import Record

REMOVED = "[removed]"

_LOGS = {UNSUPPORTED, *(log.name for log in DIRECTORY_OBJECTS)}
_PUBLIC_KEY = "asymmetricx509cert"  # the public half of a certificate; other types of key are secret


def may_hold_secrets(log: str) -> bool:
    """Whether records of this log are looked through for secrets."""
    return log in _LOGS


def without_secret(log: str, record: Record) -> Record | None:
    """The record with `[removed]` for its secrets, None where it holds none.

    Looked at are directory objects and what was not recognised, such as the answer to `addPassword`: values of
    `secretText` and of a `passwordProfile`, and keys of a key credential that are no public certificate.
    """
    return (
        Record(orjson.dumps(record.fields), record.fields) if may_hold_secrets(log) and _remove(record.fields) else None
    )


def _remove(value: Any) -> int:
    """Replaces every secret in the value; how many there were."""
    if isinstance(value, list):
        return sum(map(_remove, value))
    if not isinstance(value, dict):
        return 0
    secrets = [name for name in value if _is_secret(name, value)]
    value.update(dict.fromkeys(secrets, REMOVED))
    return len(secrets) + sum(map(_remove, value.values()))


def _is_secret(name: str, fields: dict[str, Any]) -> bool:
    """Whether this field of a credential holds a secret; exports differ in the case of names."""
    folded = name.casefold()
    if folded not in ("secrettext", "key", "password") or not _is_text(fields[name]):
        return False
    others = {other.casefold(): value for other, value in fields.items()}
    if folded == "key":
        return "keyid" in others and str(others.get("type")).casefold() != _PUBLIC_KEY
    return folded == "secrettext" or "forcechangepasswordnextsignin" in others


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value not in ("", REMOVED)
