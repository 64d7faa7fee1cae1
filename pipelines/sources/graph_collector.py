"""What the collectors of Microsoft Graph have in common: whose tenant it is, and how they reach it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines.probes import Probe
from pipelines.sources.azure import Cloud
from pipelines.sources.checking import token_probe
from pipelines.sources.graph_client import GraphClient, Rate, Transport
from pipelines.sources.slices import Remark

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential


@dataclass(frozen=True)
class GraphAccess:
    """As whom, how fast and where Graph is asked."""

    credential: "TokenCredential"
    rate: Rate
    cloud: Cloud
    transport: Transport | None = None


class GraphCollector:
    """A collector of one tenant's Graph."""

    def __init__(self, name: str, tenant_id: str, access: GraphAccess) -> None:
        """Connects to nothing yet."""
        self.name = name
        self.tenant_id = tenant_id
        self.failures: list[Remark] = []
        self.notes: list[Remark] = []
        self._access = access
        self._transport = access.transport or Transport()

    def _connect(self) -> GraphClient:
        return GraphClient(self._access.credential, self._access.rate, self._access.cloud, self._transport)

    def _token(self) -> Probe:
        return token_probe(self._access.credential, self._access.cloud.graph_scope)

    def _now(self) -> datetime:
        return self._transport.now().astimezone(UTC).replace(microsecond=0)
