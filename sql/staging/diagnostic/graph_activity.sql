/*
description: Graph activity records in the diagnostic-settings envelope, under the names of `graph_activity_records`.
kind: source
*/
select
    landed_file,
    coalesce(nullif(properties.timeGenerated, ''), time) as event_time,
    case when nullif(properties.timeGenerated, '') is null then 'envelope' else 'record' end as event_time_source,
    time as ingested_time,
    properties.requestId as request_id,
    properties.operationId as operation_id,
    properties.clientRequestId as client_request_id,
    coalesce(nullif(properties.tenantId, ''), tenantId) as tenant_id,
    properties.apiVersion as api_version,
    properties.requestMethod as method,
    properties.requestUri as uri,
    coalesce(properties.responseStatusCode, resultSignature) as status_code,
    properties.responseSizeBytes as response_bytes,
    properties.durationMs as duration,
    properties.appId as app_id,
    coalesce(
        nullif(properties.userId, ''),
        case when lower(properties.C_Idtyp) = 'user' then properties.UserPrincipalObjectID end
    ) as user_id,
    coalesce(
        nullif(properties.servicePrincipalId, ''),
        case when lower(properties.C_Idtyp) = 'app' then properties.UserPrincipalObjectID end
    ) as service_principal_id,
    coalesce(properties.ipAddress, callerIpAddress) as ip_address,
    properties.userAgent as user_agent,
    coalesce(properties.location, location) as region,
    properties.identityProvider as identity_provider,
    properties.clientAuthMethod as client_auth_method,
    coalesce(nullif(properties.signInActivityId, ''), properties.uniqueTokenId) as token_identifier,
    coalesce(nullif(properties.sessionId, ''), properties.C_Sid) as session_id,
    coalesce(nullif(properties.deviceId, ''), properties.C_DeviceId) as device_id,
    properties.C_Idtyp as token_subject_type,
    properties.tokenIssuedAt as token_issued_time,
    properties.C_Iat as token_issued_epoch,
    properties.roles as roles,
    properties.scopes as scopes,
    properties.wids as wids,
    case
        when has_no_record_id(properties.requestId)
            then envelope_content_id(properties, correlationId, properties.timeGenerated, time)
    end as content_id
from raw_records
