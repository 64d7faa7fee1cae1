/*
title: Who acted on users' data
description: >
  Writes on users' data by who acted: whether a human, a human through an agent, or an app answers for them, and how
  many nobody can answer for.
kind: panel
grain: [actor_class]
*/
select
    actor_class, -- human_direct, human_via_agent, agent_user, autonomous_agent, app_only, first_party or unknown
    cast(sum(user_writes) as bigint) as user_writes, -- writes on users' data
    cast(coalesce(sum(case when attribution_grade in ('exact', 'strong') then user_writes end), 0) as bigint) as sure, -- of these, those of which that is sure
    cast(coalesce(sum(case when user_id is not null then answerable end), 0) as bigint) as with_human, -- with a human
    count(distinct app_id) as apps, -- calling apps
    actor_class = 'unknown' as is_exception -- whether nobody can say who acted
from request_counts
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
    and user_writes > 0
group by actor_class
order by user_writes desc, actor_class asc
