/*
description: >
  Every copy of every directory audit event that landed, typed: one row per landed AuditLogs record, in any shape.
  The same event delivered twice stands here twice; `staged_directory_audits` has it once.
kind: records
table: directory_audits
record_id: audit_id
event_at: occurred_at
*/
with parsed as (
    select
        *,
        plausible(utc_or_null(event_time)) as occurred_at,
        plausible(utc_or_null(ingested_time)) as ingested_at,
        json_object_or_null(initiated_by) as initiator,
        json_object_or_null(performed_by) as performer,
        json_list_or_null(target_resources) as targets,
        json_or_null(additional_details) as details
    from source_records
),

linked as (
    select
        *,
        (initiator ->> '$.linkableIdentifiers.tokenDetails.uniqueTokenIdentifier') as token_identifier,
        token_bytes_or_null((initiator ->> '$.linkableIdentifiers.tokenDetails.uniqueTokenIdentifier')) as token_bytes,
        plausible(
            utc_or_null((initiator ->> '$.linkableIdentifiers.tokenDetails.issuedAtDateTime'))
        ) as token_issued_at,
        from_json(
            targets,
            '[{"id":"VARCHAR","type":"VARCHAR","displayName":"VARCHAR","userPrincipalName":"VARCHAR",'
            || '"modifiedProperties":[{"displayName":"VARCHAR"}]}]'
        ) as target_list
    from parsed
)

select
    coalesce(id_or_null(tenant_id), $source_tenant_id, 'unknown') as tenant_id, -- Entra tenant whose log this is (T20); `unknown` when neither the record nor its source names it
    coalesce(record_id_or_null(audit_id), content_id) as audit_id, -- the event's own id, not always a GUID; a hash of its content where it has none
    occurred_at, -- UTC time of the activity; null when the record has no time
    event_time_source, -- `record`, or `envelope` when only the envelope or TimeGenerated had a time
    ingested_at, -- UTC time of the envelope, or TimeGenerated; null for Graph objects
    text_or_null(activity) as activity, -- what was done, in Microsoft's words
    text_or_null(operation_type) as operation_type, -- Add, Assign, Update, Unassign, Delete, …
    text_or_null(audit_category) as audit_category, -- UserManagement, ApplicationManagement, …
    text_or_null(logged_by_service) as logged_by_service, -- service that wrote the event
    id_or_null(correlation_id) as correlation_id, -- equals the client request id of the Graph request behind it (T12)
    lower(text_or_null(result)) as result, -- success, failure, timeout
    text_or_null(result_reason) as result_reason, -- reason of a failure
    id_or_null((initiator ->> '$.user.id')) as initiated_by_user_id, -- user named as initiator; agents acting for a user are not named (T10)
    text_or_null((initiator ->> '$.user.userPrincipalName')) as initiated_by_user_upn, -- its UPN, a label
    text_or_null((initiator ->> '$.user.displayName')) as initiated_by_user_name, -- its display name
    coalesce(
        text_or_null((initiator ->> '$.user.ipAddress')), text_or_null(caller_ip_address)
    ) as initiated_by_ip_address, -- address of the initiator
    id_or_null((initiator ->> '$.app.appId')) as initiated_by_app_id, -- app named as initiator; often null although an app did it (T11)
    id_or_null((initiator ->> '$.app.servicePrincipalId')) as initiated_by_service_principal_id, -- service principal named as initiator
    text_or_null((initiator ->> '$.app.displayName')) as initiated_by_app_name, -- its display name
    text_or_null(
        coalesce(
            (initiator ->> '$.app.agentType'), (initiator ->> '$.app.identityType'),
            (initiator ->> '$.user.agentType'), (initiator ->> '$.user.identityType')
        )
    ) as initiator_agent_type, -- agent kind of the initiator, in either spelling (T32)
    id_or_null(
        coalesce((initiator ->> '$.app.blueprintId'), (initiator ->> '$.user.blueprintId'))
    ) as initiator_blueprint_id, -- object id of the initiator's blueprint
    id_or_null((performer ->> '$.appId')) as performed_by_app_id, -- app that performed it for the initiator, where logged
    id_or_null((performer ->> '$.blueprintId')) as performed_by_blueprint_id, -- its blueprint
    text_or_null(
        coalesce((performer ->> '$.agentType'), (performer ->> '$.identityType'))
    ) as performed_by_agent_type, -- its agent kind, in either spelling (T32)
    id_or_null((initiator ->> '$.linkableIdentifiers.sessionId')) as session_id, -- session of the initiator's token, where logged
    id_or_null((initiator ->> '$.linkableIdentifiers.deviceId')) as device_id, -- device of the initiator's token, where logged
    coalesce(
        guid_from_little_endian(token_bytes), token_text_or_null(token_identifier), record_id_or_null(token_identifier)
    ) as token_id, -- token used, where logged, as GUID text (T1, T2)
    token_issued_at, -- its issue time in UTC
    list_transform(
        target_list,
        lambda target: struct_pack(
            id := id_or_null(target.id), type := target.type, name := target.displayname,
            upn := target.userprincipalname,
            modified_properties := list_transform(target.modifiedproperties, lambda property: property.displayname)
        )
    ) as targets, -- what was changed: id, type, name, UPN and the names of the modified properties. Never their values, which may be credentials
    text_or_null(details::varchar) as additional_details, -- key and value list, JSON text
    coalesce(
        text_or_null(user_agent),
        list_filter(
            from_json(details, '[{"key":"VARCHAR","value":"VARCHAR"}]'), lambda detail: detail.key = 'User-Agent'
        )[1].value
    ) as user_agent, -- user agent of the initiator
    nullif(concat_ws(
        ' ',
        case when event_time != '' and occurred_at is null then 'occurred_at' end,
        case when ingested_time != '' and ingested_at is null then 'ingested_at' end,
        case when initiated_by not in ('', 'null') and initiator is null then 'initiated_by' end,
        case when performed_by not in ('', 'null') and performer is null then 'performed_by' end,
        case when target_resources not in ('', 'null') and targets is null then 'targets' end,
        case when additional_details != '' and details is null then 'additional_details' end
    ), '') as cast_failures, -- columns whose raw value did not cast and is null here, space-separated
    $log as log, -- log the record belongs to
    $shape as shape, -- shape it came in
    landed_file -- landed file, below landing/, that holds the original record
from linked
