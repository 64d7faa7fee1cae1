/*
description: >
  Every copy of every Graph request that landed, typed: one row per landed MicrosoftGraphActivityLogs record.
  The same request delivered twice stands here twice; `graph_activity` has it once.
kind: records
table: graph_activity
record_id: request_id
event_at: requested_at
*/
with typed as (
    select
        *,
        plausible(utc_or_null(event_time)) as requested_at,
        plausible(utc_or_null(ingested_time)) as ingested_at,
        coalesce(
            plausible(utc_or_null(token_issued_time)),
            plausible(make_timestamp(try_cast(token_issued_epoch as uinteger)::bigint * 1000000))
        ) as token_issued_at,
        try_cast(status_code as smallint) as status,
        try_cast(response_bytes as bigint) as response_size,
        try_cast(duration as bigint) as duration_raw,
        try_cast(client_auth_method as tinyint) as auth_method,
        token_bytes_or_null(token_identifier) as token_bytes,
        graph_location(nullif(uri, '')) as location
    from source_records
),

-- Each step is a column of its own, because the macros look at their arguments several times.
decoded as (
    select
        *,
        graph_decoded(location) as decoded
    from typed
),

rooted as (
    select
        *,
        graph_rooted(decoded) as rooted
    from decoded
),

paths as (
    select
        *,
        graph_path(rooted) as path
    from rooted
),

plain_paths as (
    select
        *,
        graph_without_values(path) as plain_path
    from paths
)

select
    coalesce(id_or_null(tenant_id), $source_tenant_id, 'unknown') as tenant_id, -- Entra tenant the call was made in (T20: never the Log Analytics workspace); `unknown` when neither the record nor its source names it
    coalesce(record_id_or_null(request_id), content_id) as request_id, -- Graph's own id of the request; a hash of the content for a record without one
    requested_at, -- UTC time at which Graph received the request; null when the record has none
    event_time_source, -- `record`, or `envelope` when only the envelope had a time
    ingested_at, -- UTC time of the envelope, null outside diagnostic settings
    id_or_null(operation_id) as operation_id, -- batch id: the same for all requests of one $batch (T26)
    id_or_null(client_request_id) as client_request_id, -- id sent by the client; equals the operation id when it sent none
    coalesce(text_or_null(api_version), graph_api_version(nullif(uri, ''))) as api_version, -- as logged, or else as the URI says: v1.0, beta, …
    upper(text_or_null(method)) as method, -- HTTP method
    text_or_null(uri) as uri, -- as logged, with its double slashes and escapes (T24)
    path, -- path without host, version and query, decoded, single slashes, with its ids (T24); paths inside drives and sites as {path}
    graph_rough_template(plain_path) as rough_template, -- the path with all that looks like an id as {id}, by which requests of a kind are classified together; null for a request without URI
    status as status_code, -- HTTP status
    response_size as response_bytes, -- size of the response in bytes
    duration_raw as duration, -- as logged; its unit is not plausibly milliseconds (T23), so it is not shown as such
    id_or_null(app_id) as app_id, -- the calling app
    id_or_null(user_id) as user_id, -- object id of the user on the token, human or agent user (T7); null for app-only
    id_or_null(service_principal_id) as service_principal_id, -- object id of the service principal; null for delegated calls
    text_or_null(ip_address) as ip_address, -- where the request came from
    text_or_null(user_agent) as user_agent, -- as sent by the client
    text_or_null(region) as region, -- Azure region that served the call
    text_or_null(identity_provider) as identity_provider, -- `idp` claim; empty for home members
    auth_method as client_auth_method, -- 0 public client, 1 secret, 2 anything asserted: certificate, federated credential, managed identity (T15)
    coalesce(
        guid_from_little_endian(token_bytes), record_id_or_null(token_identifier)
    ) as token_id, -- token id as GUID text (T1); what is no token id stays as it came
    id_or_null(session_id) as session_id, -- session of the token (raw C_Sid)
    id_or_null(device_id) as device_id, -- registered or joined device of the token
    lower(text_or_null(token_subject_type)) as token_subject_type, -- `user` or `app` (raw C_Idtyp, T19); null in Log Analytics
    token_issued_at, -- `iat` of the token in UTC, usually five minutes before the sign-in row
    text_or_null(roles) as roles, -- application permissions on the token, space-separated; user tokens may carry app roles too
    text_or_null(scopes) as scopes, -- delegated permissions on the token, space-separated
    text_or_null(wids) as wids, -- directory role template ids on the token
    nullif(concat_ws(
        ' ',
        case when event_time != '' and requested_at is null then 'requested_at' end,
        case when ingested_time != '' and ingested_at is null then 'ingested_at' end,
        case
            when (token_issued_time != '' or token_issued_epoch != '') and token_issued_at is null
                then 'token_issued_at'
        end,
        case when status_code != '' and status is null then 'status_code' end,
        case when response_bytes != '' and response_size is null then 'response_bytes' end,
        case when duration != '' and duration_raw is null then 'duration' end,
        case when client_auth_method != '' and auth_method is null then 'client_auth_method' end
    ), '') as cast_failures, -- columns whose raw value did not cast and is null here, space-separated
    $log as log, -- log the record belongs to
    $shape as shape, -- shape it came in
    landed_file -- landed file, below landing/, that holds the original record
from plain_paths
