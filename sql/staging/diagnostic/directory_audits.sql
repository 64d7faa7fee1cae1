/*
description: Directory audit records in the diagnostic-settings envelope, under the names of `directory_audit_records`.
kind: source
*/
select
    landed_file,
    coalesce(nullif(properties.activityDateTime, ''), time) as event_time,
    case when nullif(properties.activityDateTime, '') is null then 'envelope' else 'record' end as event_time_source,
    time as ingested_time,
    properties.id as audit_id,
    coalesce(nullif(tenantId, ''), nullif(split_part(resourceId, '/', 3), '')) as tenant_id,
    coalesce(properties.activityDisplayName, operationName) as activity,
    properties.operationType as operation_type,
    properties.category as audit_category,
    properties.loggedByService as logged_by_service,
    coalesce(properties.correlationId, correlationId) as correlation_id,
    coalesce(properties.result, resultSignature) as result,
    properties.resultReason as result_reason,
    properties.initiatedBy as initiated_by,
    properties.performedBy as performed_by,
    properties.targetResources as target_resources,
    properties.additionalDetails as additional_details,
    properties.userAgent as user_agent,
    callerIpAddress as caller_ip_address,
    case
        when has_no_record_id(properties.id)
            then envelope_content_id(properties, correlationId, properties.activityDateTime, time)
    end as content_id
from raw_records
