"""One tenant's connection to Microsoft Graph, through the SDK's requests, credentials and transport.

All asyncio stays inside this module.
"""

import asyncio
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipelines.sources.graph_faults import GraphError, UnansweredError, first_line, is_certificate

if TYPE_CHECKING:
    import httpx
    from azure.core.credentials import TokenCredential
    from kiota_http.httpx_request_adapter import HttpxRequestAdapter

_TIMEOUT_SECONDS = 120
_HEADERS = {"Accept": "application/json", "Prefer": "include-unknown-enum-members"}


class GraphConnection:
    """Sends one request at a time, once, to one Graph."""

    def __init__(
        self, credential: "TokenCredential", scope: str, endpoint: str, trust: ssl.SSLContext | None = None
    ) -> None:
        """Connects to nothing yet."""
        self._credential = credential
        self._scope = scope
        self._endpoint = endpoint
        self._host = urlsplit(endpoint).hostname or ""
        self._trust = trust
        self._runner = asyncio.Runner()
        self._adapter: HttpxRequestAdapter | None = None
        self._connections: list[httpx.AsyncBaseTransport] = []

    def close(self) -> None:
        """Ends the connection."""
        for connection in self._connections:
            self._runner.run(connection.aclose())
        self._runner.close()

    def get(self, url: str) -> "httpx.Response":
        """The answer, of whatever status. Raises UnansweredError, GraphError."""
        import httpx  # noqa: PLC0415
        from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError  # noqa: PLC0415

        try:
            return self._runner.run(self._send(url))
        except ClientAuthenticationError as error:
            raise GraphError(f"no token for Microsoft Graph: {first_line(error)}") from error
        except (httpx.RequestError, ServiceRequestError) as error:
            if is_certificate(error):
                raise GraphError(f"the certificate of {self._host} does not prove that host: {error}") from error
            raise UnansweredError(f"{type(error).__name__} {first_line(error)}".strip()) from error

    async def _send(self, url: str) -> "httpx.Response":
        from kiota_abstractions.method import Method  # noqa: PLC0415
        from kiota_abstractions.native_response_handler import NativeResponseHandler  # noqa: PLC0415
        from kiota_abstractions.request_information import RequestInformation  # noqa: PLC0415
        from kiota_http.middleware.options import ResponseHandlerOption  # noqa: PLC0415

        info = RequestInformation(Method.GET)
        info.url = url
        for name, value in _HEADERS.items():
            info.headers.try_add(name, value)
        info.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        response: Any = await self._connected().send_primitive_async(info, "bytes", {})
        return response  # type: ignore[no-any-return]

    def _connected(self) -> "HttpxRequestAdapter":
        """The SDK's adapter, without its own retries and redirects."""
        if self._adapter is None:
            import httpx  # noqa: PLC0415
            from kiota_authentication_azure.azure_identity_authentication_provider import (  # noqa: PLC0415
                AzureIdentityAuthenticationProvider,
            )
            from kiota_http.middleware import UserAgentHandler  # noqa: PLC0415
            from msgraph.graph_request_adapter import GraphRequestAdapter  # noqa: PLC0415
            from msgraph_core import GraphClientFactory  # type: ignore[import-untyped]  # noqa: PLC0415

            trust = self._trust or ssl.create_default_context()
            client = httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, http2=True, verify=trust, follow_redirects=False)
            # The SDK puts its own transports around these and never closes them.
            self._connections = [each for each in (client._transport, *client._mounts.values()) if each]
            client = GraphClientFactory.create_with_custom_middleware([UserAgentHandler()], client=client)
            provider = AzureIdentityAuthenticationProvider(
                self._credential, scopes=[self._scope], allowed_hosts=[self._host]
            )
            self._adapter = GraphRequestAdapter(provider, client=client)
            self._adapter.base_url = self._endpoint
        return self._adapter
