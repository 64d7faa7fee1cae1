"""`whoseagent who`: the answer as a tree with its evidence, or as JSON."""

import json
from pathlib import Path
from typing import Any

from pipelines.catalog.logs import LOGS
from pipelines.cli.attribution_tree import trees
from pipelines.cli.failure import NEGATIVE
from pipelines.cli.show import count, plain, say, write
from pipelines.cli.tables import write_tree
from pipelines.compression import zstd
from pipelines.outputs.chain_words import GRADES, UNRESOLVED, when
from pipelines.outputs.originals import originals
from pipelines.outputs.values import json_bytes
from pipelines.outputs.who import SEARCHED, Found, find


def answer_who(data_folder: Path, text: str, *, as_json: bool, with_originals: bool) -> int:
    """Prints who is behind the id; the exit code: 0, or 1 when it was not found."""
    found = find(data_folder, text)
    records = _records(data_folder, found) if with_originals else None
    if as_json:
        write(_steerless(json_bytes(_as_json(found, records)).decode()))
    elif found:
        _print_found(found)
        if records is not None:
            _print_records(records)
    else:
        _print_not_found(found)
    return 0 if found else NEGATIVE


def _print_found(found: Found) -> None:
    for tree in trees(found):
        write_tree(tree)
    for row in found.requests:
        write()
        write(f"{when(row['request_at'])}  {plain(row['statement'])}")
        write(f"  grade {plain(row['attribution_grade'])}: {plain(GRADES.get(row['attribution_grade'], ''))}")
        if reason := row["unresolved_reason"]:
            write(f"  no sign-in because {plain(reason)}: {plain(UNRESOLVED.get(reason, ''))}")
    write()
    for shown, in_all, noun in (
        (len(found.requests), found.requests_in_all, "request"),
        (len(found.sign_ins), found.sign_ins_in_all, "sign-in"),
    ):
        if in_all > shown:
            write(f"{count(in_all, noun)} in all; these are the newest {shown}")
    write("evidence")
    for row in found.evidence:
        write(f"  {_evidence_line(row)}")


def _evidence_line(row: dict[str, Any]) -> str:
    return plain(f"{row['log']} {row['record_id']} in landing/{row['landed_file']}")


def _print_not_found(found: Found) -> None:
    write(f"{plain(found.id)} was not found")
    places = (f"{table} ({', '.join(columns)})" for table, columns in SEARCHED.items())
    write(f"searched: {'; '.join(places)}")
    if not found.covered:
        write("covered: nothing; no record of any log is there yet: `whoseagent import`, then `whoseagent run`")
        return
    write("covered:")
    for row in found.covered:
        days = f"{row['first_day']} to {row['last_day']}, {count(row['days'], 'day')} with records"
        write(plain(f"  tenant {row['tenant_id']}  {row['log']}: {count(row['records'], 'record')}, {days}"))
    for tenant_id, missing in _logs_without_records(found).items():
        write(plain(f"  tenant {tenant_id}  no record at all of {', '.join(missing)}"))


def _logs_without_records(found: Found) -> dict[str, list[str]]:
    """Per tenant the logs of which nothing has landed, where there are some."""
    there: dict[str, set[str]] = {}
    for row in found.covered:
        there.setdefault(str(row["tenant_id"]), set()).add(row["log"])
    missing = {tenant_id: [log.name for log in LOGS if log.name not in logs] for tenant_id, logs in there.items()}
    return {tenant_id: names for tenant_id, names in missing.items() if names}


def _records(data_folder: Path, found: Found) -> list[dict[str, Any]]:
    """The evidence with its original lines; says on standard error what is not where it should be."""
    records = []
    for row in found.evidence:
        lines: list[dict[str, Any]] = []
        try:
            for original in originals(data_folder, row["landed_file"], row["record_id"]):
                text = original.line.decode("utf-8", "backslashreplace")
                lines.append({"line_number": original.number, "line": text})
        except (OSError, EOFError, zstd.ZstdError) as error:
            say(f"{_evidence_line(row)} cannot be read ({plain(str(error))}); run `whoseagent verify`")
        else:
            if not lines:
                say(f"{_evidence_line(row)} is not found by this id; `whoseagent verify` checks the file")
        records.append(row | {"originals": lines})
    return records


def _print_records(records: list[dict[str, Any]]) -> None:
    for row in records:
        for original in row["originals"]:
            write()
            write(f"{_evidence_line(row)}, line {original['line_number']}:")
            write(plain(original["line"]))


def _as_json(found: Found, records: list[dict[str, Any]] | None) -> dict[str, Any]:
    if not found:
        searched = [{"table": table, "columns": columns} for table, columns in SEARCHED.items()]
        return {
            "id": found.id,
            "found": False,
            "searched": searched,
            "covered": found.covered,
            "logs_without_records": _logs_without_records(found),
        }
    return {
        "id": found.id,
        "found": True,
        "matched_as": found.matched_as,
        "requests_in_all": found.requests_in_all,
        "requests": found.requests,
        "sign_ins_in_all": found.sign_ins_in_all,
        "sign_ins": [{name: value for name, value in row.items() if name != "in_all"} for row in found.sign_ins],
        "chains": [
            {"root": chain.root, "alternatives": chain.alternatives, "hops": chain.hops, "token": chain.token}
            for chain in found.chains
        ],
        "evidence": found.evidence if records is None else records,
    }


def _steerless(text: str) -> str:
    """The same JSON, with what could steer a terminal as escapes."""
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
