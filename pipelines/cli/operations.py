"""`whoseagent operations`."""

from collections import Counter
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from pipelines.catalog.graph.operations import classify
from pipelines.catalog.graph.permission_map import Comparison, compare
from pipelines.catalog.graph.sdk_templates import as_uri, sdk_templates
from pipelines.catalog.graph.uri import split_uri
from pipelines.cli.failure import WRONG_USE, Failure
from pipelines.cli.show import plain, write
from pipelines.cli.tables import write_json, write_table

_SHOWN_FAMILIES = 15
_SOME_ID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class SdkCounts:
    """Counts over the operations of the installed SDK: its pairs of method and path."""

    sdk: str
    """Name and version."""
    operations: int
    by_class: dict[str, int]
    """Operations of each data class."""
    writes: dict[str, int]
    """Those that write."""


def report_permission_map(path: Path, *, as_json: bool) -> None:
    """Prints the counts over a permissions.json. Raises Failure for a file that is none."""
    try:
        found = compare(path)
    except OSError as error:
        raise Failure(
            f"{plain(str(path))} cannot be read ({error.strerror}); --permissions names a permissions.json", WRONG_USE
        ) from error
    except ValueError as error:
        message = f"{plain(str(path))} is no permission map: get permissions.json of microsoft-graph-devx-content"
        raise Failure(message, WRONG_USE) from error
    if as_json:
        write_json({**found._asdict(), "app_only_user_writes": found.app_only_user_writes})
        return
    _print_comparison(found)


def _print_comparison(found: Comparison) -> None:
    on_drives = found.app_only_writes.get("drive_unresolved", 0)
    write(f"{found.pairs:,} operations of the permission map")
    write(f"writes that an app may do alone: {found.app_only_user_writes:,} on user data, {on_drives:,} on drives")
    write()
    _print_classes(found.by_class, "app-only writes", found.app_only_writes)
    write()
    families = list(found.families.items())
    rows = [(name, f"{number:,}") for name, number in families[:_SHOWN_FAMILIES]]
    if len(families) > _SHOWN_FAMILIES:
        rest = families[_SHOWN_FAMILIES:]
        rows.append((f"{len(rest):,} more", f"{sum(number for _, number in rest):,}"))
    write_table(["family", "app-only writes"], rows, right=["app-only writes"], always_grid=True)


def report_sdk(*, as_json: bool) -> None:
    """Prints the counts over the templates of the installed SDK. Raises Failure where there is none."""
    try:
        found = _sdk_counts()
    except LookupError as error:
        raise Failure(f"{error}; install it, or give a permission map with --permissions FILE", WRONG_USE) from error
    if as_json:
        write_json(asdict(found))
        return
    write(f"{found.operations:,} operations of {found.sdk}")
    write()
    _print_classes(found.by_class, "writes", found.writes)


def _sdk_counts() -> SdkCounts:
    by_class: Counter[str] = Counter()
    writes: Counter[str] = Counter()
    for template, methods in sdk_templates().items():
        rough_template = split_uri(as_uri(template, _SOME_ID)).rough_template
        for method in methods:
            operation = classify(method, rough_template)
            by_class[operation.data_class] += 1
            writes[operation.data_class] += operation.is_write
    return SdkCounts(f"msgraph-sdk {version('msgraph-sdk')}", by_class.total(), dict(by_class), dict(writes))


def _print_classes(by_class: dict[str, int], other: str, others: dict[str, int]) -> None:
    ordered = sorted(by_class.items(), key=lambda item: (-item[1], item[0]))
    rows = [(name, f"{number:,}", f"{others[name]:,}" if name in others else "-") for name, number in ordered]
    write_table(["class", "operations", other], rows, right=["operations", other], always_grid=True)
