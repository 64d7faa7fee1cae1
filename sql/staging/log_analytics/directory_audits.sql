/*
description: Directory audit rows of Log Analytics, as JSON or portal CSV, under the names of `directory_audit_records`.
kind: source
*/
select
    landed_file,
    coalesce(nullif(ActivityDateTime, ''), TimeGenerated) as event_time,
    case when nullif(ActivityDateTime, '') is null then 'envelope' else 'record' end as event_time_source,
    TimeGenerated as ingested_time,
    Id as audit_id,
    coalesce(nullif(AADTenantId, ''), nullif(split_part(ResourceId, '/', 3), '')) as tenant_id,
    coalesce(nullif(ActivityDisplayName, ''), OperationName) as activity,
    AADOperationType as operation_type,
    Category as audit_category,
    LoggedByService as logged_by_service,
    CorrelationId as correlation_id,
    Result as result,
    ResultReason as result_reason,
    InitiatedBy as initiated_by,
    PerformedBy as performed_by,
    TargetResources as target_resources,
    AdditionalDetails as additional_details,
    UserAgent as user_agent,
    null::varchar as caller_ip_address,
    case when has_no_record_id(Id) then content_id(content) end as content_id
from raw_records
