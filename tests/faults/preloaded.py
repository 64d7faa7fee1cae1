"""What every collecting process needs, loaded once."""

import azure.core.pipeline.policies
import azure.monitor.query  # noqa: F401
import httpx  # noqa: F401
import kiota_authentication_azure.azure_identity_authentication_provider  # noqa: F401
import msgraph.graph_request_adapter  # noqa: F401
import msgraph_core  # type: ignore[import-untyped]  # noqa: F401

import tests.faults.collector  # noqa: F401
