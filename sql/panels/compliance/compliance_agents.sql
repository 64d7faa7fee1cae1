/*
title: What each agent wrote on users' data
description: >
  Apps and agents that wrote on users' data, on their own or for a user, and what share of it a human answers for.
kind: panel
grain: [tenant_id, app_id]
*/
with agents as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
        cast(sum(user_writes) as bigint) as user_writes,
        cast(sum(answerable) as bigint) as for_users,
        count(distinct case when actor_class = 'human_via_agent' then user_id end) as users_served,
        cast(sum(app_only_user_writes) as bigint) as app_only
    from request_counts
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
        and user_writes > 0
        and not is_self
        and actor_class in ('app_only', 'autonomous_agent', 'agent_user', 'human_via_agent')
    group by tenant_id, app_id
)

select
    agents.tenant_id, -- Entra tenant
    agents.app_id, -- the app
    agents.app_name, -- its name
    agents.user_writes, -- writes on users' data
    agents.for_users, -- of these, those for which a human answers
    agents.users_served, -- humans under whose authority it acted
    agents.app_only, -- of these, those with no human on the token
    agents.for_users * 1.0 / agents.user_writes as answerable_share, -- for_users ÷ user_writes, 0 to 1
    known_apps.is_sanctioned, -- whether the agent registry says that it is allowed; null where nobody said
    agents.app_only > 0 and not coalesce(known_apps.is_sanctioned, false) as is_exception -- whether it wrote with no human on the token, unsanctioned
from agents
left join known_apps
    on agents.app_id = known_apps.app_id
order by agents.app_only desc, agents.user_writes desc, agents.tenant_id asc, agents.app_id asc
