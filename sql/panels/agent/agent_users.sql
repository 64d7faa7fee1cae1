/*
title: For whom
description: The users under whose authority it acted, those with most requests first.
kind: panel
over: agent_acts
grain: [tenant_id, user_id]
*/
select
    max(user_upn) as user_upn, -- UPN of the user, a label
    case
        when bool_or(actor_class in ('human_direct', 'human_via_agent')) then 'a log says so'
        else 'only the request names it'
    end as certainty, -- whether a log says that it was this user
    cast(sum(requests) as bigint) as requests, -- requests
    cast(sum(user_writes) as bigint) as user_writes, -- writes on users' data among them
    cast(sum(answerable) as bigint) as answerable, -- of these, those with a human
    max(last_seen_at) as last_seen_at, -- UTC time of the last
    user_id, -- the user
    tenant_id, -- Entra tenant
    count(*) over () as users_in_all -- users, also those that are not in this list
from agent_acts
where user_id is not null
group by tenant_id, user_id
order by requests desc, user_id asc, tenant_id asc
limit $most
