"""Raw fields of the directory audit log in each shape.

Directory audits are few (thousands a day, not millions), so their nested objects are read as JSON text: it is
slower than a STRUCT and takes whatever comes, objects or text.
"""

from collections.abc import Mapping

from pipelines.catalog.fields import Fields, Shape, known, names

_READ = names(
    "id activityDateTime activityDisplayName operationType category correlationId loggedByService result resultReason",
    "initiatedBy performedBy targetResources additionalDetails userAgent",
)

_DIAGNOSTIC = Fields(
    read=names("time resourceId tenantId operationName correlationId resultSignature callerIpAddress"),
    objects={
        "properties": Fields(
            _READ, known=known("operationName tenantId resultType resultDescription identity tenantGeo")
        )
    },
    known=known("category operationVersion durationMs level location identity resultType resultDescription"),
)

_GRAPH = Fields(_READ)

_LOG_ANALYTICS = Fields(
    read=names(
        "TimeGenerated ActivityDateTime Id ActivityDisplayName OperationName AADOperationType Category CorrelationId",
        "AADTenantId ResourceId LoggedByService Result ResultReason InitiatedBy PerformedBy TargetResources",
        "AdditionalDetails UserAgent",
    ),
    known=known(
        "TenantId SourceSystem OperationVersion ResultType ResultSignature ResultDescription DurationMs Resource",
        "ResourceGroup ResourceProvider Identity Level Location Type _BilledSize _IsBillable",
    ),
)

BY_SHAPE: Mapping[Shape, Fields] = {
    "diagnostic": _DIAGNOSTIC,
    "log_analytics": _LOG_ANALYTICS,
    "csv": _LOG_ANALYTICS,
    "graph": _GRAPH,
}
