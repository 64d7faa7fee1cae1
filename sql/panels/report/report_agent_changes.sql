/*
title: Changes of apps, agents and their permissions
description: >
  Directory changes of apps, service principals, agents, credentials and permissions, with who made them and the
  agent that the directory audit leaves out, as far as a Graph request is linked to it.
kind: panel
grain: [tenant_id, audit_id]
*/
select
    tenant_id, -- Entra tenant
    occurred_at, -- UTC time of the change
    activity, -- what was done, in Microsoft's words
    result, -- success, failure, timeout
    array_to_string([coalesce(target.name, target.upn, target.id) for target in targets], ', ') as changed, -- what was changed
    initiated_by_user_upn, -- user that the audit names; a label
    app_id, -- app that did it, as the audit or the linked request says
    app_name, -- its name
    actor_class, -- what the linked request says of who acted; null where none is linked
    linked_by, -- how the request was linked: client_request_id; ambiguous or none where it was not
    request_id, -- the Graph request behind it
    audit_id, -- the event's own id
    initiated_by_user_id is null and initiated_by_service_principal_id is null and app_id is null as is_exception -- whether nobody is named
from directory_changes
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
    and (
        audit_category in ('ApplicationManagement', 'AgentManagement')
        or lower(activity) like '%agent%'
        or lower(activity) like '%service principal%'
        or lower(activity) like '%app role assignment%'
        or lower(activity) like '%consent%'
    )
order by is_exception desc, occurred_at asc, tenant_id asc, audit_id asc
