"""The folders of the archive of diagnostic settings: a tenant's, and in it years, months, days and hours."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import chain
from typing import NamedTuple

from pipelines.sources.storage_account import StorageAccount

_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_DAY_FOLDER = re.compile(r"y=(\d+)/m=(\d+)/d=(\d+)/")
_ROOT = re.compile(rf"(?:tenantId=|resourceId=/tenants/)({_GUID})(?:/providers/microsoft\.aadiam)?", re.IGNORECASE)


class Root(NamedTuple):
    """A folder of one tenant in a container, with years, months and days below it."""

    container: str
    path: str
    tenant_id: str

    @property
    def key(self) -> str:
        """Under which is kept from which day on there may be something new in it."""
        return f"{self.container}/{self.path}"


def roots_in(account: StorageAccount, container: str) -> Iterator[Root]:
    """The folders of tenants in a container, in either layout (domain fact T22). Raises CollectError."""
    folders = account.folders(container)
    below = [_descend(account, container, folder, 3) for folder in folders if folder.casefold() == "resourceid="]
    for folder in chain(folders, *below):
        match = _ROOT.fullmatch(folder)
        if match:
            yield Root(container, folder, match[1].casefold())


def _descend(account: StorageAccount, container: str, folder: str, levels: int) -> list[str]:
    folders = account.folders(container, folder)
    if levels == 0:
        return folders
    return [found for inner in folders for found in _descend(account, container, inner, levels - 1)]


def day_folders(account: StorageAccount, root: Root, first: date, end: date) -> Iterator[tuple[date, str]]:
    """The folders of days from `first` to before `end`; earlier and later ones are not even listed."""
    for year, year_folder in _numbered(account, root, root.path, "y"):
        if not first.year <= year <= end.year:
            continue
        for month, month_folder in _numbered(account, root, year_folder, "m"):
            if not (first.year, first.month) <= (year, month) <= (end.year, end.month):
                continue
            for number, folder in _numbered(account, root, month_folder, "d"):
                day = _date(year, month, number)
                if day and first <= day < end:
                    yield day, folder


def day_in(path: str) -> date | None:
    """The day in whose folder a blob is, by its path below the tenant's folder."""
    match = _DAY_FOLDER.match(path)
    return _date(*map(int, match.groups())) if match else None


def _numbered(account: StorageAccount, root: Root, folder: str, unit: str) -> Iterator[tuple[int, str]]:
    for path in account.folders(root.container, folder):
        match = re.fullmatch(rf"{unit}=(\d+)", path.rpartition("/")[2])
        if match:
            yield int(match[1]), path


def newest_hour(account: StorageAccount, root: Root) -> datetime | None:
    """The last hour of the last day; None where that is no time, as anybody may make a folder."""
    folder, numbers = root.path, []
    for unit in ("y", "m", "d", "h"):
        found = max(_numbered(account, root, folder, unit), default=None)
        if found is None:
            return None
        numbers.append(found[0])
        folder = found[1]
    year, month, day, hour = numbers
    try:
        return datetime(year, month, day, hour, tzinfo=UTC)
    except ValueError:
        return None


def _date(year: int, month: int, day: int) -> date | None:
    """The day, None where there is no such day: anybody may make a folder."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
