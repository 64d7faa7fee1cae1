/*
title: Changes to it in the directory
description: >
  Credentials, consents, permissions and other changes of its application and service principal, the newest first.
kind: panel
grain: [tenant_id, audit_id]
*/
with objects as (
    select
        tenant_id,
        object_id
    from directory_applications
    where app_id = $app_id
    union
    select
        tenant_id,
        service_principal_id as object_id
    from directory_principals
    where app_id = $app_id
),

about as (
    select
        tenant_id,
        audit_id,
        unnest(targets).id as object_id
    from directory_changes
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
),

wanted as (
    select distinct
        about.tenant_id,
        about.audit_id
    from about
    inner join objects
        on about.tenant_id = objects.tenant_id and about.object_id = objects.object_id
),

changes as (
    select *
    from directory_changes
    where day between $first_day and $last_day
)

select
    changes.occurred_at, -- UTC time of the activity
    changes.activity, -- what was done, in Microsoft's words
    changes.result, -- success, failure, timeout
    changes.initiated_by_user_upn, -- user that the event names
    changes.app_name, -- app that did it
    changes.targets, -- what was changed
    changes.request_id, -- Graph request behind it
    changes.audit_id, -- the event's own id
    changes.tenant_id -- Entra tenant
from changes
inner join wanted
    on changes.tenant_id = wanted.tenant_id and changes.audit_id = wanted.audit_id
order by changes.occurred_at desc, changes.audit_id asc
limit $most
