/*
description: Directory audit objects of Microsoft Graph, under the names of `directory_audit_records`.
kind: source
*/
select
    landed_file,
    activityDateTime as event_time,
    'record' as event_time_source,
    null::varchar as ingested_time,
    id as audit_id,
    null::varchar as tenant_id, -- Graph serves one tenant's log and does not name it; the source does
    activityDisplayName as activity,
    operationType as operation_type,
    category as audit_category,
    loggedByService as logged_by_service,
    correlationId as correlation_id,
    result,
    resultReason as result_reason,
    initiatedBy as initiated_by,
    performedBy as performed_by,
    targetResources as target_resources,
    additionalDetails as additional_details,
    userAgent as user_agent,
    null::varchar as caller_ip_address,
    case when has_no_record_id(id) then content_id(content) end as content_id
from raw_records
