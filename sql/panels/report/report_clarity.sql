/*
title: What the logs can honestly say
description: >
  Requests by what an auditor may conclude from the logs: a user did it, a user's agent did it, an agent did it, or
  nobody can say.
kind: panel
grain: [audit_clarity]
*/
with requests as (
    select
        audit_clarity,
        cast(sum(requests) as bigint) as requests,
        cast(sum(user_writes) as bigint) as user_writes
    from request_counts
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by audit_clarity
)

select
    audit_clarity, -- user_direct, users_agent, agent, agent_with_external_idp, resource or unknown
    requests, -- requests
    requests * 1.0 / sum(requests) over () as share, -- of those in this table, 0 to 1
    user_writes, -- writes on users' data among them
    audit_clarity = 'unknown' and user_writes > 0 as is_exception -- whether writes on users' data are among them of which nobody can say who made them
from requests
order by
    requests desc,
    audit_clarity asc
