/*
description: Graph activity rows of Log Analytics, as JSON or portal CSV, under the names of `graph_activity_records`.
kind: source
*/
select
    landed_file,
    TimeGenerated as event_time,
    'record' as event_time_source,
    null::varchar as ingested_time,
    RequestId as request_id,
    OperationId as operation_id,
    ClientRequestId as client_request_id,
    AadTenantId as tenant_id, -- T20: the column TenantId is the workspace
    ApiVersion as api_version,
    RequestMethod as method,
    RequestUri as uri,
    ResponseStatusCode as status_code,
    ResponseSizeBytes as response_bytes,
    DurationMs as duration,
    AppId as app_id,
    UserId as user_id,
    ServicePrincipalId as service_principal_id,
    IPAddress as ip_address,
    UserAgent as user_agent,
    Location as region,
    IdentityProvider as identity_provider,
    ClientAuthMethod as client_auth_method,
    coalesce(nullif(SignInActivityId, ''), UniqueTokenId) as token_identifier,
    SessionId as session_id,
    DeviceId as device_id,
    null::varchar as token_subject_type, -- T19: C_Idtyp has no Log Analytics column
    TokenIssuedAt as token_issued_time,
    null::varchar as token_issued_epoch,
    Roles,
    Scopes,
    Wids,
    case when has_no_record_id(RequestId) then content_id(content) end as content_id
from raw_records
