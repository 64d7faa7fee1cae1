"""The archive that diagnostic settings write to a storage account, one append blob an hour (domain fact T22)."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import groupby

from pipelines.catalog.logs import LOGS
from pipelines.landing.manifest import Source
from pipelines.probes import Probe, Status, ago
from pipelines.sources.archive_folders import Root, day_folders, day_in, newest_hour, roots_in
from pipelines.sources.checking import clock_probes, not_sent
from pipelines.sources.growing_blob import GrowingBlob, has_news
from pipelines.sources.items import Item
from pipelines.sources.slices import Ask, CollectError, Cursor, Cursors, Period, RefusedError, Remark, Slice
from pipelines.sources.storage_account import ROLE, StorageAccount

PREFIX = "insights-logs-"
CONTAINERS = {PREFIX + log.category.casefold(): log for log in LOGS}
"""Container → the log in it."""
SLICE_BYTES = 64 * 2**20
SLICE_BLOBS = 1000

_HOUR_BLOB = re.compile(r"h=\d\d/m=\d\d/PT\d+[HM]\.json", re.IGNORECASE)


class StorageArchive:
    """Collects what diagnostic settings of one tenant have archived in one storage account."""

    def __init__(
        self,
        account: StorageAccount,
        tenant_id: str,
        *,
        late_days: int = 3,
        first_days: int | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        slice_bytes: int = SLICE_BYTES,
    ) -> None:
        """Days that ended more than `late_days` ago are looked at once more only when they never were.

        The first collect goes back `first_days`, or to the beginning of the archive.
        """
        self.name = f"storage/{tenant_id}/{account.name}"
        self.tenant_id = tenant_id
        self.failures: list[Remark] = []
        self.notes: list[Remark] = []
        self._account = account
        self._late_days = late_days
        self._first_days = first_days
        self._clock = clock
        self._slice_bytes = slice_bytes

    def plan(self, cursors: Cursors, period: Period | None) -> list[str]:
        """For each container the days it would look at. Raises CollectError."""
        lines = []
        with closing(self._account):
            roots = self._roots()
        for root in roots:
            first, end = self._days_to_list(root, cursors, period)
            ended = f" to {end - timedelta(days=1)}" if end != date.max else ""
            lines.append(f"{root.container}: " + (f"from {first}{ended}" if first != date.min else "everything"))
        return lines + [remark.message for remark in [*self.failures, *self.notes]]

    def check(self) -> Iterator[Probe]:
        """Whether the containers can be listed, and each of them read, and the newest hour in it."""
        with closing(self._account), self._account.asking_once():
            yield from self._probes()

    def _probes(self) -> Iterator[Probe]:
        containers, are_guessed = self._containers()
        listed = "may not be listed, so those of known logs are tried" if are_guessed else "may be listed"
        yield Probe("containers", Status.OK, listed)
        probes = [self._probe(container, containers, are_guessed=are_guessed) for container in sorted(CONTAINERS)]
        can_read = any(probe.status in (Status.OK, Status.WARNING) for probe in probes)
        for probe in probes:
            if are_guessed and can_read and probe.status is Status.REFUSED:  # it need not be there
                yield probe._replace(status=Status.MISSING, message=f"not there, or needs {probe.grant}")
            else:
                yield probe
        yield from clock_probes(self._account.skew)

    def _probe(self, container: str, containers: list[str], *, are_guessed: bool) -> Probe:
        makes_it = not_sent(CONTAINERS[container].category)
        missing = Probe(container, Status.MISSING, f"there is no such container; {makes_it}")
        if container not in containers:
            return missing
        try:
            roots = [root for root in roots_in(self._account, container) if root.tenant_id == self.tenant_id]
            newest = max(filter(None, map(partial(newest_hour, self._account), roots)), default=None)
        except RefusedError as error:
            where = f"the role {ROLE} on the container {container}, or on the whole account {self._account.name}"
            return Probe(container, Status.REFUSED, str(error), where)
        except CollectError as error:
            return Probe(container, Status.FAILED, str(error))
        if not roots:
            return missing if are_guessed else Probe(container, Status.WARNING, "holds nothing of this tenant")
        if newest is None:
            return Probe(container, Status.WARNING, "holds no hour of this tenant")
        message = f"newest hour {newest:%Y-%m-%d %H}h, {ago(self._clock() - newest)}"
        return Probe(container, Status.OK, message, newest=newest)

    def slices(self, cursors: Cursors, period: Period | None) -> Iterator[Slice]:
        """What has been added to the blobs of each day, and last how far each container has been looked through.

        Raises CollectError when the account cannot be read at all.
        """
        failed_before = len(self.failures)
        with closing(self._account):
            for container, roots in groupby(self._roots(), lambda root: root.container):
                yield from self._slices_in(container, list(roots), cursors, period)
            refused = [remark.key for remark in self.failures[failed_before:] if remark.key in CONTAINERS]
            yield from (self._last_slice(self._ask(container, period)) for container in refused)

    def _slices_in(self, container: str, roots: list[Root], cursors: Cursors, period: Period | None) -> Iterator[Slice]:
        """The slices of a container, which is covered when not one of the tenant's folders in it failed."""
        ask = self._ask(container, period)
        failed_before = len(self.failures)
        kept: dict[str, Cursor | None] = {}
        for root in roots:
            failed_before_root = len(self.failures)
            try:
                yield from self._slices_of(root, cursors, period, ask)
            except CollectError as error:
                self.failures.append(Remark(root.key, str(error)))
            if period is None and len(self.failures) == failed_before_root:
                kept |= self._looked_through(root, cursors)
        has_failed = len(self.failures) > failed_before
        yield self._last_slice(ask, kept, None if has_failed else ask.period)

    def _slices_of(self, root: Root, cursors: Cursors, period: Period | None, ask: Ask) -> Iterator[Slice]:
        first, end = self._days_to_list(root, cursors, period)
        if period is None and cursors.get(root.key):
            _reach_back(ask, first)
        for day, folder in day_folders(self._account, root, first, end):
            _reach_back(ask, day, period)
            for group in self._groups(self._grown(root, folder, cursors)):
                yield self._slice(root, day, group, ask)

    def _looked_through(self, root: Root, cursors: Cursors) -> dict[str, Cursor | None]:
        """From which day on there may be something new. How far blobs of days before were read is forgotten.

        That day never goes back, lest a blob be read as new.
        """
        since = self._clock().date() - timedelta(days=self._late_days)
        before = cursors.get(root.key)
        since = max(since, date.fromisoformat(before["from"])) if before else since
        folder = f"{root.key}/"
        days = {key: day_in(key.removeprefix(folder)) for key in cursors.under(folder)}
        return {root.key: {"from": f"{since}"}, **{key: None for key, day in days.items() if day and day < since}}

    def _ask(self, container: str, period: Period | None) -> Ask:
        """Today, and later all since the first day of which there is a folder: before that there was no archive."""
        now = self._clock().astimezone(UTC)
        last = min(period.last, now) if period else now
        first = last if period else now.replace(hour=0, minute=0, second=0, microsecond=0)
        name = f"{self._account.name}/{container}"
        return Ask(CONTAINERS[container].name, name, None if period else now, Period(first, last))

    def _last_slice(
        self, ask: Ask, kept: Mapping[str, Cursor | None] | None = None, covers: Period | None = None
    ) -> Slice:
        """A slice without records: what it covers has been looked at, whether or not there was something new."""
        return Slice(Source("storage", ask.name, self.tenant_id), ask.name, iter(()), lambda: kept or {}, ask, covers)

    def _slice(self, root: Root, day: date, group: list[GrowingBlob], ask: Ask) -> Slice:
        window = (f"{day}T00:00:00Z", f"{day + timedelta(days=1)}T00:00:00Z")
        source = Source("storage", f"{self._account.name}/{root.key}/{day}", root.tenant_id, window)

        def records() -> Iterator[Item]:
            for blob in group:
                yield from blob.records()
                self._remark(root, blob)

        def kept() -> dict[str, Cursor]:
            read = {f"{root.container}/{blob.blob.path}": blob.cursor() for blob in group}
            return {key: cursor for key, cursor in read.items() if cursor is not None}

        return Slice(source, f"{root.container} {day}", records(), kept, ask)

    def _remark(self, root: Root, blob: GrowingBlob) -> None:
        key = f"{root.container}/{blob.blob.path}"
        if blob.change:
            message = f"{key} was {blob.change} after it had been read, and is read again from its beginning"
            self.notes.append(Remark(key, message))
        if blob.error:
            self.failures.append(Remark(key, str(blob.error)))

    def _grown(self, root: Root, folder: str, cursors: Cursors) -> Iterator[GrowingBlob]:
        now = self._clock()
        for blob in self._account.blobs(root.container, folder):
            cursor = cursors.get(f"{root.container}/{blob.path}")
            if _HOUR_BLOB.fullmatch(blob.path.removeprefix(f"{folder}/")) and has_news(blob, cursor, now):
                yield GrowingBlob(blob, cursor, self._fetch(root.container), now)

    def _fetch(self, container: str) -> Callable[[str, int, int], bytes]:
        return lambda path, start, end: self._account.fetch(container, path, start, end)

    def _groups(self, blobs: Iterator[GrowingBlob]) -> Iterator[list[GrowingBlob]]:
        """Many small blobs together, for one landed file each would be too many; a large one alone."""
        group: list[GrowingBlob] = []
        size = 0
        for blob in blobs:
            if group and (size + blob.unread_bytes > self._slice_bytes or len(group) == SLICE_BLOBS):
                yield group
                group, size = [], 0
            group.append(blob)
            size += blob.unread_bytes
        if group:
            yield group

    def _days_to_list(self, root: Root, cursors: Cursors, period: Period | None) -> tuple[date, date]:
        """The days to look at, half-open. What happened on a day may be archived on the next."""
        if period is not None:
            return period.first.date(), (period.last - timedelta.resolution).date() + timedelta(days=2)
        kept = cursors.get(root.key)
        if kept:
            return date.fromisoformat(kept["from"]), date.max
        today = self._clock().date()
        return date.min if self._first_days is None else today - timedelta(days=self._first_days), date.max

    def _roots(self) -> list[Root]:
        """The folders of this tenant in the containers of logs that are known; what else there is, is noted.

        Raises CollectError when not one container can be read.
        """
        roots: list[Root] = []
        refused: list[Remark] = []
        containers, are_guessed = self._containers()
        for container in containers:
            try:
                roots += roots_in(self._account, container)
            except CollectError as error:
                refused.append(Remark(container, str(error)))
        if refused and len(refused) == len(containers):
            raise CollectError(refused[0].message)
        if are_guessed and refused:
            names = ", ".join(remark.key for remark in refused)
            self.notes.append(
                Remark(self._account.name, f"{self._account.name}: not there, or not to be read: {names}")
            )
        else:
            self.failures += refused
        others = sorted({root.tenant_id for root in roots} - {self.tenant_id})
        if others:
            message = (
                f"{self._account.name} has records of other tenants too, which are not pulled: {', '.join(others)}"
            )
            self.notes.append(Remark(self._account.name, message))
        return [root for root in roots if root.tenant_id == self.tenant_id]

    def _containers(self) -> tuple[list[str], bool]:
        """The containers of known logs, and whether they are guessed: the account may not let itself be listed."""
        try:
            found = self._account.containers(PREFIX)
        except RefusedError:
            return sorted(CONTAINERS), True
        unknown = sorted(set(found) - set(CONTAINERS))
        if unknown:
            message = f"{self._account.name} has containers of logs that are not read yet: {', '.join(unknown)}"
            self.notes.append(Remark(self._account.name, message))
        return sorted(set(found) & set(CONTAINERS)), False


def _reach_back(ask: Ask, day: date, period: Period | None = None) -> None:
    """Asks for all since this day, as far as the period goes."""
    first = datetime(day.year, day.month, day.day, tzinfo=UTC)
    first = max(first, period.first) if period else first
    if ask.period and first < ask.period.first:
        ask.period = Period(first, ask.period.last)
