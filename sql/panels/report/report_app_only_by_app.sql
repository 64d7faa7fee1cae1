/*
title: App-only writes on users' data, by app
description: >
  Writes on users' data with no human on the token, by the app that made them. Requests on drives of which nobody
  said whose they are stand beside them as possible.
kind: panel
grain: [tenant_id, app_id]
*/
with writes as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
        string_agg(distinct identity_shape, ', ' order by identity_shape) as credentials,
        count(case when certainty = 'certain' then 1 end) as writes,
        count(case when certainty = 'certain' and is_done then 1 end) as done,
        count(case when certainty = 'possible' then 1 end) as possible_writes,
        count(distinct case when certainty = 'certain' then target_user_id end) as affected_users,
        string_agg(distinct effect, ', ' order by effect) as effects,
        min(request_at) as first_request_at,
        max(request_at) as last_request_at
    from app_only_user_writes
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by tenant_id, app_id
)

select
    writes.tenant_id, -- Entra tenant
    writes.app_id, -- the app
    writes.app_name, -- its name
    known_apps.owner, -- who answers for it in the agent registry
    known_apps.is_sanctioned, -- whether the registry says that it is allowed; null where nobody said
    writes.credentials, -- kinds of credential that it used
    writes.writes, -- writes, attempts included
    writes.done, -- of these, those that were done
    writes.possible_writes, -- writes on drives that may be a user's
    writes.affected_users, -- users whose data they name
    writes.effects, -- what they did
    writes.first_request_at, -- UTC time of the first
    writes.last_request_at, -- UTC time of the last
    writes.writes > 0 and not coalesce(known_apps.is_sanctioned, false) as is_exception -- whether nobody has sanctioned the app
from writes
left join known_apps
    on writes.app_id = known_apps.app_id
order by writes.writes desc, writes.possible_writes desc, writes.tenant_id asc, writes.app_id asc
