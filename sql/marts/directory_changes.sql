/*
description: >
  One row per directory audit event: who, what, on which targets, and the Graph request behind it with the app that the
  audit log leaves out (T10). Where several requests fit, none is claimed.
kind: view
grain: [tenant_id, audit_id]
not_null: [tenant_id, audit_id, linked_by]
*/
with joined as (
    select
        audits.tenant_id,
        audits.day,
        audits.audit_id,
        audits.occurred_at,
        audits.activity,
        audits.operation_type,
        audits.audit_category,
        audits.result,
        audits.initiated_by_user_id,
        coalesce(audits.initiated_by_user_upn, users.user_upn) as initiated_by_user_upn,
        audits.initiated_by_service_principal_id,
        coalesce(
            audits.initiated_by_app_id,
            audits.performed_by_app_id,
            principals.app_id,
            links.request_app_id
        ) as app_id,
        coalesce(audits.initiated_by_app_name, principals.name, links.request_app_name) as app_name,
        links.actor_class as logged_class,
        coalesce(links.agent_app_id, links.request_app_id) as linked_app_id,
        links.front_end_app_id,
        links.attribution_grade,
        audits.targets,
        links.request_id,
        coalesce(links.linked_by, 'none') as linked_by,
        coalesce(links.candidate_count, 0) as candidate_count,
        audits.landed_file,
        agent_users.user_id is not null as is_agent_user,
        coalesce(known_apps.is_agent, false) as is_registered_agent,
        coalesce(known_apps.is_first_party, false) as is_first_party
    from staged_directory_audits as audits
    left join audit_links as links
        on audits.tenant_id = links.tenant_id and audits.audit_id = links.audit_id
    left join known_apps
        on links.request_app_id = known_apps.app_id
    left join directory_users as users
        on
            audits.tenant_id = users.tenant_id
            and audits.initiated_by_user_id = users.user_id
            and audits.day >= users.explains_from
            and audits.day < users.explains_to
    left join known_agent_users as agent_users
        on audits.tenant_id = agent_users.tenant_id and audits.initiated_by_user_id = agent_users.user_id
    left join directory_principals as principals
        on
            audits.tenant_id = principals.tenant_id
            and audits.initiated_by_service_principal_id = principals.service_principal_id
),

acting as (
    select
        *,
        case
            when logged_class is not null and is_agent_user then 'agent_user'
            when logged_class = 'human_direct' and is_registered_agent then 'human_via_agent'
            when logged_class = 'app_only' and is_first_party then 'first_party'
            else logged_class
        end as actor_class
    from joined
)

select
    tenant_id, -- Entra tenant
    day, -- event day in UTC
    audit_id, -- the event's own id, not always a GUID
    occurred_at, -- UTC time of the activity
    activity, -- what was done, in Microsoft's words
    operation_type, -- Add, Assign, Update, Unassign, Delete, …
    audit_category, -- UserManagement, ApplicationManagement, …
    result, -- success, failure, timeout
    initiated_by_user_id, -- user that the event names; an agent acting for it is not named (T10), and it may be an agent user (T7)
    initiated_by_user_upn, -- its UPN, a label
    initiated_by_service_principal_id, -- service principal that the event names
    app_id, -- app that did it: as the event names it, or by its service principal (T11), or as the linked request says (T10)
    app_name, -- its name
    actor_class, -- of the linked request; null where none is linked
    case when actor_class not in ('human_direct', 'unknown') then linked_app_id end as agent_app_id, -- agent of the linked request
    case when actor_class = 'human_via_agent' then front_end_app_id end as front_end_app_id, -- front end of the linked request
    attribution_grade, -- of the linked request
    targets, -- what was changed: id, type, name, UPN and the names of the modified properties
    request_id, -- Graph request behind it
    linked_by, -- client_request_id, ambiguous (several requests fit), none
    candidate_count, -- requests that fit
    landed_file -- landed file that holds the event
from acting
