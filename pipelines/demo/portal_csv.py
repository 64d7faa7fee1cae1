"""Log Analytics rows as the portal's CSV export writes them."""

import csv
import io
import json
from typing import Any

from pipelines.demo.clock import locale_text
from pipelines.demo.log_analytics import DATETIMES

_CLASHING = {"Agent", "ConditionalAccessPolicies", "DeviceDetail", "LocationDetails", "MfaDetail", "Status"}


def csv_bytes(rows: list[dict[str, Any]]) -> bytes:
    """Give one CSV file of the rows of one query: UTF-8 with byte order mark, CRLF, headers as the portal spells them.

    Rows of both users' tables come from a `union`, where columns of different types split in two (T28).
    """
    is_union = len({row["Type"] for row in rows}) > 1
    cells = [_cells(row, is_union=is_union) for row in rows]
    headers = list(dict.fromkeys(name for row in cells for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, headers, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(cells)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cells(row: dict[str, Any], *, is_union: bool) -> dict[str, str]:
    cells: dict[str, str] = {}
    for name, value in row.items():
        if name in DATETIMES:
            cells[f"{name} [UTC]"] = locale_text(value)
        elif is_union and name in _CLASHING:
            cells[f"{name}_dynamic"] = "" if isinstance(value, str) else _text(value)
            cells[f"{name}_string"] = value if isinstance(value, str) else ""
        else:
            cells[name] = _text(value)
    return cells


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return json.dumps(value, separators=(",", ":")) if isinstance(value, dict | list) else str(value)
