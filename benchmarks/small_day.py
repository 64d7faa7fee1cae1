"""The day of the synthetic tenant of which large days are made: its landed lines, by log, shape and hour."""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import orjson

from pipelines.compression import zstd
from pipelines.demo import write_inventory, write_tenant
from pipelines.demo.clock import dotnet_ticks, midnight
from pipelines.landing.manifest import Entry, entries
from pipelines.sources.importing import import_files

DAY = date(2026, 3, 4)
_TENANT, _REQUESTS, _PEOPLE = "contoso", "MicrosoftGraphActivityLogs", "Users"
_SHAPES = ("diagnostic", "log_analytics", "graph")  # nobody exports millions of rows from the portal by hand
_GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_SHARED = re.compile(
    r'"(?:wids|\w*app_?id|\w*tenantid|\w*serviceprincipalid|resource\w*|\w*keyid|federatedcredentialid|\w*parentid)": ?'
    f'"({_GUID})"',
    re.IGNORECASE,
)
_PERSON = re.compile(f'"userid": ?"({_GUID})"', re.IGNORECASE)
_TIME = re.compile(
    r"(?P<date>\b2026-03-\d\d)"
    r'|(?<="C_Iat":")(?P<seconds>\d{10})(?=")'
    r'|(?<="__UDI_RequiredFields_EventTime":)(?P<ticks>\d{18})'
)
_DAY_TICKS = dotnet_ticks(midnight(DAY + timedelta(days=1))) - dotnet_ticks(midnight(DAY))


@dataclass(frozen=True)
class SmallDay:
    """Landed lines of one day of one tenant."""

    tenant_id: str
    logs: Mapping[str, str]
    """File name → lines, for each log, shape and, of Graph activity, hour; and the people of the directory."""
    inventory: str
    """Lines of the rest of the directory, which all copies share."""
    shared: frozenset[str]
    """Ids that all copies have in common, in lower case: of the tenant, its apps, and what belongs to them."""
    requests: int
    sign_ins: int

    def texts(self, day: date) -> dict[str, str]:
        """The lines as if they were of that day."""
        move = (day - DAY).days
        return {name: _moved(text, move) if move else text for name, text in self.logs.items()}

    @staticmethod
    def is_of_people(name: str) -> bool:
        """Whether the file holds people or their sign-ins, and so no request of theirs."""
        return "SignIn" in name or "Signin" in name or name.startswith(_PEOPLE)


def small_day(work: Path, scale: float = 1.0) -> SmallDay:
    """Imports the tenant's day once and gives what landed; removes all that it wrote."""
    summary = write_tenant(work / "export", days=1, scale=scale, last_day=DAY)
    write_inventory(work / "inventory", scale=scale)
    tenant_id = summary.tenants[_TENANT]
    folders = [work / "export" / _TENANT, work / "inventory" / _TENANT]
    list(import_files(work / "data", folders, tenant_id=tenant_id))
    logs, inventory = _read(work / "data")
    shutil.rmtree(work)
    return SmallDay(
        tenant_id=tenant_id,
        logs=logs,
        inventory=inventory,
        shared=_shared(logs, inventory),
        requests=len(set(_keys(logs, "requestid", _REQUESTS))),
        sign_ins=len(set(_keys(logs, "id", "SignInLogs"))),
    )


def _read(data: Path) -> tuple[dict[str, str], str]:
    """The lines of the logs and of people by file, and those of the rest of the directory."""
    logs, inventory = defaultdict[str, str](str), ""
    for entry in entries(data):
        text = zstd.decompress((data / "landing" / entry.file).read_bytes()).decode("utf-8", "replace")
        if entry.shape in _SHAPES and (entry.log.endswith("Logs") or entry.log == _PEOPLE):
            logs[_file_name(entry)] += text
        elif entry.shape == "graph":
            inventory += text
    return dict(logs), inventory


def _file_name(entry: Entry) -> str:
    """Of log and shape; of an archive, which has a file an hour, of the hour too."""
    hour = re.search(r"/d=\d\d/h=\d\d/", entry.source.name)
    return f"{entry.log}/{entry.shape}{hour[0][3:5] + hour[0][8:10] if hour else ''}.json"


def _shared(logs: Mapping[str, str], inventory: str) -> frozenset[str]:
    people = {found.lower() for text in logs.values() for found in _PERSON.findall(text)}
    of_logs = {found.lower() for text in logs.values() for found in _SHARED.findall(text)}
    of_inventory = {found.lower() for found in re.findall(_GUID, inventory + logs[f"{_PEOPLE}/graph.json"])}
    return frozenset(of_logs | (of_inventory - people))


def _keys(logs: Mapping[str, str], field: str, log: str) -> Iterator[tuple[str, str]]:
    """Log and id of every record of these logs that has an id, as often as it landed."""
    for name, text in logs.items():
        own_log = name.split("/")[0]
        if own_log.casefold().endswith(log.casefold()):
            for line in filter(None, text.split("\n")):
                record = orjson.loads(line)
                fields = record.get("properties", record)
                yield from ((own_log, str(value).lower()) for key, value in fields.items() if key.lower() == field)


def _moved(text: str, days: int) -> str:
    """The text with every time so many days later."""

    def later(found: re.Match[str]) -> str:
        match found.lastgroup:
            case "date":
                return str(date.fromisoformat(found[0]) + timedelta(days=days))
            case "seconds":
                return str(int(found[0]) + days * 86_400)
            case _:
                return str(int(found[0]) + days * _DAY_TICKS)

    return _TIME.sub(later, text)
