"""What a pack says about where it comes from: settings without secrets, versions, and how to read and check it."""

import platform
import re
from importlib.metadata import version
from typing import Any

import orjson

from pipelines import __version__
from pipelines.outputs.pack.manifest import Counts
from pipelines.outputs.report.content import Report
from pipelines.settings import Settings

_LIBRARIES = ("altair", "dagster", "duckdb", "jinja2", "orjson", "polars", "pyarrow", "pydantic", "sqlglot")
_URL = re.compile(r"(?P<scheme>\w+://)(?:[^/?#\s]*@)?(?P<host>[^/?#\s@]*)/?(?P<rest>[^\s]+)?")
_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


def configuration(settings: Settings) -> bytes:
    """The settings as JSON. Secrets are no settings; of a URL only the host is shown, as its rest may be one."""
    return orjson.dumps(_shown(settings.model_dump(mode="json", exclude={"data"})), option=_OPTIONS)


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shown(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_shown(part) for part in value]
    if isinstance(value, str):
        return _URL.sub(lambda url: url["scheme"] + url["host"] + ("/…" if url["rest"] else ""), value)
    return value


def versions() -> bytes:
    """What made the pack, as JSON."""
    libraries = {name: version(name) for name in _LIBRARIES}
    made_by = {"whoseagent": __version__, "python": platform.python_version(), "libraries": libraries}
    return orjson.dumps(made_by, option=_OPTIONS)


def readme(report: Report, counts: Counts) -> bytes:
    """What is what in a pack, and how to check it."""
    period = report.period
    values = {
        "first_day": period.first_day,
        "last_day": period.last_day,
        "tenants": ", ".join(ascii(tenant)[1:-1] for tenant in report.tenants) or "none",  # may be hostile
        "data_as_of": f"{report.data_as_of:%Y-%m-%d %H:%M:%S} UTC" if report.data_as_of else "nothing has landed",
        "tables": "\n".join(f"  {table.name}: {' '.join(table.title.split())}" for table in report.tables),
        **counts.model_dump(),
    }
    return _README.format(**values).encode()


_README = """\
EVIDENCE PACK OF WHOSEAGENT

Which user's agent made each Microsoft Graph request.
Period:     {first_day} to {last_day}, event days in UTC, both included
Tenants:    {tenants}
Data as of: {data_as_of}

WHAT IS WHAT

report.html, report.pdf   the report
tables/                   each table of it, as .csv and .parquet. In .csv, a cell that a spreadsheet would run as a
                          formula begins with an apostrophe; in .parquet every value is as it is.
sql/                      the query behind each table, which runs as it stands in `whoseagent sql`
records/                  original records as they came in, one a line, unchanged
records/index.ndjson      for each record: why it is here, its landed file and line there, its line here, its SHA-256
landing/manifest.ndjson   the chain of everything that ever landed: each line has the SHA-256 of a landed file, and the
                          SHA-256 of the line before it
landing/.../*.zst         whole landed files, where the pack was made with them
configuration.json        the settings, without secrets
versions.json             the programs that made it
manifest.json             every file of the pack with its SHA-256, and the heads of the chains
SHA256SUMS                the same hashes, for sha256sum

HOW MUCH EVIDENCE

Exceptions (findings, writes by an app alone, rows that name records): {exceptions}
Of these left out, beyond the limit of a pack:                         {exceptions_left_out}
Original records here:                                                 {records}
Records that were named and not found in landing:                      {missing}
Whole landed files here:                                               {landed_files}

TABLES

{tables}

HOW TO CHECK

With whoseagent, offline:       whoseagent verify PACK
Without it, in this folder:     sha256sum -c SHA256SUMS
That nothing was added: compare the files that are here with the list in SHA256SUMS.
The hash of the whole pack is that of manifest.json: sha256sum manifest.json
Compare it with the one that was written down when the pack was made.

A record:   take its line from the file that the index names, without the line break, and hash it:
            sed -n LINEp records/... | head -c -1 | sha256sum
A link of the chain: the SHA-256 of line N of landing/manifest.ndjson, without its line break, stands in line N+1 as
            "previous"; that of the last line stands in manifest.json as the head of landing.
A landed file: its SHA-256 stands in its line of the chain. `zstdcat FILE | sed -n LINEp` shows the record.

WHAT THIS DOES NOT PROVE

Where a landed file is not in the pack, that a record stands in it can be checked only with the landing folder:
    whoseagent --data FOLDER verify PACK
Who controls the machine can make a whole pack anew, with other hashes. Only a hash that was kept elsewhere shows that:
    whoseagent verify PACK --head HASH
HASH is the one printed when the pack was made, or a head that `whoseagent verify` printed earlier for the landing
folder. docs/evidence.md of whoseagent says more.
"""
