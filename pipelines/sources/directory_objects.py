"""The objects of a directory, whole: what Graph gives in listings of its own only is added to what it lists."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from pipelines.sources.directory_collections import PEOPLE, Collection, Part, query
from pipelines.sources.graph_client import GraphClient
from pipelines.sources.graph_faults import GraphError, OverloadedError, consent_to
from pipelines.sources.items import Item, Record
from pipelines.sources.slices import Remark

_EXPANDED = 20
"""Graph expands no more related objects of one object than these."""


class DirectoryReader:
    """Reads collections over one connection; what had to be left out is added to `notes`."""

    def __init__(self, client: GraphClient, notes: list[Remark]) -> None:
        self._client = client
        self._notes = notes

    def objects(self, collection: Collection) -> Iterator[Item]:
        """The objects of a collection, each with what the parts say of it."""
        more: dict[str, dict[str, Any]] = {}
        for part in collection.parts:
            self._read_part(collection.key, part, more)
        met: set[str] = set()
        try:
            for item in self._client.records(collection.path, query(collection.select, collection.expand)):
                if isinstance(item, Record):
                    met.add(str(item.fields.get("id")))
                    yield self._whole(collection, item, more)
                else:
                    yield item
        except GraphError as error:
            raise explained(error, collection.permission) from error
        for object_id, fields in more.items():
            if object_id not in met and "@odata.type" in fields:  # made in between, or listed nowhere else
                yield self._whole(collection, _record(fields), {})

    def _read_part(self, key: str, part: Part, more: dict[str, dict[str, Any]]) -> None:
        """Adds what the part says to `more`, by object id. A part that Graph does not have is named and left out."""
        try:
            for item in self._client.records(part.path, query(part.select, part.expand)):
                if isinstance(item, Record) and _says_more(item.fields, part):
                    known = more.setdefault(str(item.fields.get("id")), {})
                    known |= item.fields
                    if part.odata_type:
                        known["@odata.type"] = part.odata_type
        except OverloadedError:
            raise
        except GraphError as error:
            if error.status not in (400, 403, 404):
                raise
            reason = explained(error, part.permission) if error.status == 403 else error
            self._notes.append(Remark(key, f"left out: {reason}"))

    def _whole(self, collection: Collection, record: Record, more: Mapping[str, dict[str, Any]]) -> Record:
        """The object with what the parts say of it, and all of its people where a listing gives the first ones only."""
        added = more.get(str(record.fields.get("id")), {})
        fields = {**added, **record.fields}
        crowded = [role for role in ("owners", "sponsors") if len(fields.get(role) or ()) >= _EXPANDED]
        for role in crowded:
            cast = str(fields.get("@odata.type", "")).removeprefix("#") if role == "sponsors" else ""
            path = "/".join(filter(None, (collection.path, str(fields["id"]), cast, role)))
            people = self._client.records(path, query(PEOPLE, ""))
            fields[role] = [item.fields for item in people if isinstance(item, Record)]
        return _record(fields) if added or crowded else record


def explained(error: GraphError, permission: str) -> GraphError:
    """With the permission to grant, where that is what is missing."""
    if error.status != 403:
        return error
    message = f"{error}; grant the collecting app {consent_to(permission)}"
    return GraphError(message, error.status, error.code)


def _says_more(fields: Mapping[str, Any], part: Part) -> bool:
    """Whether the part says anything of the object; that it has no federated credential says something, too."""
    return bool(part.odata_type) or part.expand in fields


def _record(fields: dict[str, Any]) -> Record:
    return Record(orjson.dumps(fields), fields)
