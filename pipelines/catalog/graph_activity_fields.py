"""Raw fields of the Graph activity log in each shape. Graph itself does not serve this log."""

from collections.abc import Mapping

from pipelines.catalog.fields import Fields, Shape, known, names

_DIAGNOSTIC = Fields(
    read=names("time tenantId resultSignature callerIpAddress correlationId location"),
    objects={
        "properties": Fields(
            names(
                "timeGenerated requestId operationId clientRequestId apiVersion requestMethod requestUri",
                "responseStatusCode responseSizeBytes durationMs tenantId appId userId servicePrincipalId",
                "UserPrincipalObjectID ipAddress userAgent location identityProvider clientAuthMethod",
                "signInActivityId uniqueTokenId sessionId C_Sid deviceId C_DeviceId C_Idtyp C_Iat tokenIssuedAt",
                "roles scopes wids",
            ),
            known=known(
                "__UDI_RequiredFields_TenantId __UDI_RequiredFields_UniqueId __UDI_RequiredFields_EventTime",
                "__UDI_RequiredFields_RegionScope atContent atContentH atContentP isReplay policyEvaluated",
            ),
        )
    },
    known=known("resourceId operationName operationVersion category durationMs level resultType"),
)

_LOG_ANALYTICS = Fields(
    read=names(
        "TimeGenerated RequestId OperationId ClientRequestId ApiVersion RequestMethod RequestUri ResponseStatusCode",
        "ResponseSizeBytes DurationMs AadTenantId AppId UserId ServicePrincipalId IPAddress UserAgent Location",
        "IdentityProvider ClientAuthMethod SignInActivityId UniqueTokenId SessionId DeviceId TokenIssuedAt",
        "Roles Scopes Wids",
    ),
    known=known("TenantId SourceSystem Type _BilledSize _IsBillable ATContent ATContentH ATContentP"),
)

BY_SHAPE: Mapping[Shape, Fields] = {"diagnostic": _DIAGNOSTIC, "log_analytics": _LOG_ANALYTICS, "csv": _LOG_ANALYTICS}
