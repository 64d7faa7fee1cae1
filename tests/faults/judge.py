"""What came of a schedule: lost, twice, and whether the ledger is right."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from pipelines.compression import zstd
from pipelines.landing.manifest import entries
from pipelines.landing.verify import verify
from pipelines.warehouse.warehouse import Warehouse
from tests.faults.served import Ids, id_of
from tests.faults.tables import Tables, tables

LEDGER = ("completeness", "log_hours")
DIRECTORY = ("Users", "ServicePrincipals", "Applications")


@dataclass
class Verdict:
    """Counts of what is wrong, with examples, and of what landed."""

    wrong: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    landed: int = 0
    """Lines of the seven logs."""
    again: int = 0
    """Lines of them that landed before: left out by staging."""

    def add(self, what: str, found: object, count: int = 1) -> None:
        """Something is wrong."""
        if count:
            self.wrong[what] += count
            self.examples.append(f"{what}: {found}"[:400])


def landed_ids(data: Path) -> Counter[tuple[str, str, str]]:
    """Log, shape and id of each line of a log that landed."""
    found: Counter[tuple[str, str, str]] = Counter()
    for entry in entries(data):
        if entry.log not in _LOGS:
            continue
        for line in zstd.decompress((data / "landing" / entry.file).read_bytes()).splitlines():
            record = orjson.loads(line)
            found[entry.log, entry.shape, id_of(record.get("properties") or record)] += 1
    return found


def judge_landed(data: Path, served: Ids, verdict: Verdict) -> None:
    """Whether each record landed in each shape, and nothing else did, and the evidence is whole."""
    landed = landed_ids(data)
    verdict.landed, verdict.again = landed.total(), landed.total() - len(landed)
    for what, ids in (("lost", served - landed.keys()), ("made up", landed.keys() - served)):
        verdict.add(what, sorted(ids)[:3], len(ids))
    for entry in entries(data):
        if entry.log in ("unreadable", "unsupported"):
            verdict.add("no records", f"{entry.file}: {entry.reason or entry.labels}", entry.rows)
    for problem in verify(data).problems:
        verdict.add("evidence", problem)


def judge_tables(data: Path, expected: Tables, verdict: Verdict) -> None:
    """Whether the public tables are those of an undisturbed import, and the ledger counts what landed."""
    warehouse = Warehouse(data)
    warehouse.run()
    found = tables(warehouse.path)
    for table, rows in expected.items():
        lost, twice = rows - found[table], found[table] - rows
        is_ledger = table in LEDGER
        verdict.add("ledger" if is_ledger else "lost from tables", (table, list(lost)[:1]), lost.total())
        verdict.add("ledger" if is_ledger else "twice in tables", (table, list(twice)[:1]), twice.total())
    wrong = "select * from completeness where landed != distinct_records + duplicates + quarantined"
    for row in warehouse.rows(wrong):
        verdict.add("ledger", row)
    ((counted,),) = warehouse.rows("select sum(landed) from completeness")
    verdict.add("ledger", f"{counted} landed in it, {verdict.landed} lines landed", int(counted != verdict.landed))


_LOGS = {
    "SigninLogs", "AADNonInteractiveUserSignInLogs", "AADServicePrincipalSignInLogs", "AADManagedIdentitySignInLogs",
    "MicrosoftServicePrincipalSignInLogs", "AuditLogs", "MicrosoftGraphActivityLogs",
}  # fmt: skip
