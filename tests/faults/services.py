"""The servers of all sources of one tenant, which last for many schedules."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from random import Random

from tests.emulator import Emulator, running_emulator
from tests.faults.chance import Chance, GraphFaults, WorkspaceFaults
from tests.faults.collector import Place
from tests.faults.gateway import Gateway, gateway
from tests.faults.served import Served
from tests.tenant_server.graph import Json, Server, Tenant, serving
from tests.tenant_server.log_analytics import LogAnalyticsServer
from tests.tenant_server.log_analytics_rig import WORKSPACE


class Services:
    """What is served of a tenant so far; it grows, and is begun anew for each schedule."""

    def __init__(self, served: Served, chance: Chance, emulator: Emulator, graph: Server, storage: Gateway) -> None:
        self.served = served
        self.chance = chance
        self._emulator = emulator
        self._graph = graph
        self._storage = storage
        self._rng = Random(0)  # noqa: S311 - reproducible
        self._written: dict[tuple[str, str], int] = {}
        self._contents = {key: b"".join(line + b"\r\n" for line in lines) for key, lines in self.served.blobs.items()}
        storage.grow = self._grow_while_read

    def begin(self, seed: int) -> None:
        """Nothing is there yet."""
        self._rng = Random(seed)  # noqa: S311
        tenant = Tenant({}, dict(self.served.directory), page_size=self._rng.choice([2, 5, None]))
        tenant.faults = GraphFaults(self.chance)
        if self._rng.random() < 0.5:
            tenant.reorder = _shuffled
        self._graph.tenant = tenant
        self._emulator.drop_containers()
        self._written = dict.fromkeys(self._contents, 0)
        for container in sorted({container for container, _ in self._contents}):
            self._emulator.make_container(container)
        for container, path in self._contents:
            self._emulator.write(container, path)

    def show(self, now: datetime, *, is_over: bool) -> None:
        """Everything that shows by now; of blobs some bytes more, and all when the day is over."""
        for kind, events in self.served.events.items():
            self._graph.tenant.events[kind] = [event for at, event in events if at <= now]
        for key, content in self._contents.items():
            self._grow(key, len(content) if is_over else self._rng.randrange(len(content)))

    @property
    def reorders(self) -> bool:
        """Whether pages come in another order than they should."""
        return self._graph.tenant.reorder is _shuffled

    def _grow(self, key: tuple[str, str], size: int) -> None:
        content, written = self._contents[key], self._written[key]
        more = min(len(content), written + size) - written
        if more:
            self._emulator.append(*key, content[written : written + more])
            self._written[key] += more

    def _grow_while_read(self, container: str, path: str) -> None:
        self._grow((container, path), self._rng.randrange(1, 400))


def _shuffled(events: list[Json]) -> list[Json]:
    """In another order, which is the same for each page of a listing."""
    return Random(len(events)).sample(events, len(events))  # noqa: S311


@contextmanager
def services(served: Served, folder: Path) -> Iterator[tuple[Services, Callable[[Path], Place], str]]:
    """The servers, where they are, and the signature for the storage account; until the block ends.

    FileNotFoundError where the storage emulator is not installed.
    """
    chance = Chance()
    with ExitStack() as stack:
        emulator = stack.enter_context(running_emulator())
        storage = stack.enter_context(gateway(emulator, chance))
        graph = stack.enter_context(serving(Tenant()))
        workspace = stack.enter_context(LogAnalyticsServer(folder))
        for table, rows in served.rows.items():
            workspace.add(WORKSPACE, table, rows)
        workspace.faults = WorkspaceFaults(chance)

        def place(exported: Path) -> Place:
            return Place(
                served.tenant_id, graph.endpoint, workspace.endpoint, workspace.ca_file, storage.url, exported,
                tuple(served.drives),
            )  # fmt: skip

        yield Services(served, chance, emulator, graph, storage), place, emulator.sas
