/*
description: >
  The Graph request behind each directory audit event, with the app that the audit log leaves out (T10). The link is the
  client-supplied correlation id (T12), held to the same actor, the same token where the event names one, a write that
  succeeded, and ten minutes; where several requests fit, none is claimed.
kind: partition
grain: [tenant_id, audit_id]
not_null: [tenant_id, audit_id, linked_by]
lookback_hours: 1
*/
with audits as (
    select *
    from staged_directory_audits
    where occurred_at >= $window_start and occurred_at < $window_end
),

writes as (
    select
        requests.tenant_id,
        requests.request_id,
        requests.client_request_id,
        requests.requested_at,
        callers.app_id,
        callers.app_name,
        requests.user_id,
        requests.service_principal_id,
        requests.token_id,
        callers.actor_class,
        callers.agent_app_id,
        callers.front_end_app_id,
        callers.attribution_grade
    from request_operations as requests
    inner join caller_attributions as callers
        on
            requests.tenant_id = callers.tenant_id
            and requests.day = callers.day
            and requests.caller_id = callers.caller_id
    where requests.is_write and requests.outcome = 'success'
),

candidates as (
    select
        audits.tenant_id,
        audits.audit_id,
        writes.request_id,
        writes.app_id,
        writes.app_name,
        writes.actor_class,
        writes.agent_app_id,
        writes.front_end_app_id,
        writes.attribution_grade
    from audits
    inner join writes
        on
            audits.tenant_id = writes.tenant_id
            and audits.correlation_id = writes.client_request_id
    where
        abs(date_diff('second', audits.occurred_at, writes.requested_at)) <= 600
        and (
            audits.initiated_by_user_id = writes.user_id
            or audits.initiated_by_service_principal_id = writes.service_principal_id
        )
        and coalesce(audits.token_id = writes.token_id, true)
),

links as (
    select
        tenant_id,
        audit_id,
        count(*) as candidate_count,
        max(request_id) as request_id,
        max(app_id) as app_id,
        max(app_name) as app_name,
        max(actor_class) as actor_class,
        max(agent_app_id) as agent_app_id,
        max(front_end_app_id) as front_end_app_id,
        max(attribution_grade) as attribution_grade
    from candidates
    group by tenant_id, audit_id
)

select
    audits.tenant_id, -- Entra tenant
    audits.audit_id, -- the event's own id, not always a GUID
    case when links.candidate_count = 1 then links.request_id end as request_id, -- Graph request behind it
    case
        when links.candidate_count = 1 then 'client_request_id'
        when links.candidate_count > 1 then 'ambiguous'
        else 'none'
    end as linked_by, -- client_request_id, ambiguous (several requests fit), none
    coalesce(links.candidate_count, 0) as candidate_count, -- requests that fit
    case when links.candidate_count = 1 then links.app_id end as request_app_id, -- app that made the linked request
    case when links.candidate_count = 1 then links.app_name end as request_app_name, -- its name
    case when links.candidate_count = 1 then links.actor_class end as actor_class, -- of the linked request, as the logs alone say
    case when links.candidate_count = 1 then links.agent_app_id end as agent_app_id, -- agent of the linked request
    case when links.candidate_count = 1 then links.front_end_app_id end as front_end_app_id, -- front end of the linked request
    case when links.candidate_count = 1 then links.attribution_grade end as attribution_grade -- of the linked request
from audits
left join links
    on audits.tenant_id = links.tenant_id and audits.audit_id = links.audit_id
