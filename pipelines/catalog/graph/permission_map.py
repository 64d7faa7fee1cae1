"""Compare the classification with Microsoft's permission map (permissions.json of microsoft-graph-devx-content)."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import orjson

from pipelines.catalog.graph.operations import Operation, classify
from pipelines.catalog.graph.uri import split_uri


class Comparison(NamedTuple):
    """Counts over the (method, path) pairs of a permission map."""

    pairs: int
    by_class: dict[str, int]
    """Pairs of each data class."""
    app_only_writes: dict[str, int]
    """Writes that an app may do without a user, without /me (T27): user classes and `drive_unresolved`."""
    families: dict[str, int]
    """Those on user data, by the first two names of the path, the largest first."""

    @property
    def app_only_user_writes(self) -> int:
        """Writes on user data that an app may do without a user."""
        return sum(count for name, count in self.app_only_writes.items() if name != "drive_unresolved")


def compare(path: Path) -> Comparison:
    """The counts over a permissions.json. Raises OSError for no file, ValueError for one that is no permission map."""
    by_class: Counter[str] = Counter()
    writes: Counter[str] = Counter()
    families: Counter[str] = Counter()
    pairs = _pairs(path)
    for operation, schemes in pairs.values():
        by_class[operation.data_class] += 1
        if "Application" not in schemes or not operation.is_write or operation.is_own:
            continue
        if operation.is_user_scoped:
            families["/".join(operation.operation.split(" ", 1)[-1].split("/")[:2])] += 1
        if operation.is_user_scoped or operation.data_class == "drive_unresolved":
            writes[operation.data_class] += 1
    return Comparison(len(pairs), dict(by_class), dict(writes), dict(families.most_common()))


def _pairs(path: Path) -> dict[tuple[str, str], tuple[Operation, set[str]]]:
    schemes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for method, template, keys in _entries(path):
        schemes[method, _as_uri(template)].update(keys)
    return {pair: (classify(pair[0], split_uri(pair[1]).rough_template), keys) for pair, keys in schemes.items()}


def _entries(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Method, path and schemes of each entry."""
    try:
        for permission in orjson.loads(path.read_bytes())["permissions"].values():
            for entry in permission["pathSets"]:
                for template in entry["paths"]:
                    yield from ((method, template, entry["schemeKeys"]) for method in entry["methods"])
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: this is no permission map, which has permissions with pathSets") from error


def _as_uri(template: str) -> str:
    """A path of the map as a request would have it: one placeholder, no spaces, drive paths closed by a colon."""
    path = re.sub(r"\{[^}]*\}", "{id}", template.lower().replace(" ", ""))
    return "https://graph.microsoft.com/v1.0" + re.sub(r":/\{id\}/", ":/{id}:/", path)
