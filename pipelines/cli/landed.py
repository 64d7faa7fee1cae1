"""How what landed is shown, by an import and by a collector alike."""

from typing import Any

from pipelines.catalog.detect import UNREADABLE, UNSUPPORTED
from pipelines.cli.show import named, write
from pipelines.sources.landed_lines import LandedLines


def lines_by_log(landed: LandedLines) -> list[tuple[str, str, int]]:
    """Log, shape and number of the new lines of logs that are read."""
    counted = sorted(landed.lines.items())
    return [(log, shape, lines) for (log, shape), lines in counted if log not in (UNSUPPORTED, UNREADABLE)]


def print_set_aside(landed: LandedLines) -> None:
    """Prints what was kept and is not read."""
    if landed.looks_like:
        write(f"  kept, but of a kind not read yet: {named(landed.looks_like)}")
    if landed.bad_lines:
        write(f"  kept, but no usable records: {named(landed.bad_lines)}")


def landed_as_json(landed: LandedLines) -> dict[str, Any]:
    """The counts as plain values."""
    lines = [{"log": log, "shape": shape, "lines": lines} for (log, shape), lines in sorted(landed.lines.items())]
    return {
        "new_lines": landed.lines.total(),
        "already_landed_lines": landed.known,
        "lines": lines,
        "looks_like": landed.looks_like,
        "bad_lines": landed.bad_lines,
        "unknown_fields": landed.unknown_fields,
    }
