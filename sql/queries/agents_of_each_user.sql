/*
description: Which agents act for which user, and through which front ends?
kind: query
*/
select
    user_upn,
    user_id,
    agent_name,
    agent_app_id,
    front_end_name,
    count(*) as requests,
    count(case when is_write then 1 end) as writes,
    max(request_at) as last_seen_at
from attributed_requests
where actor_class = 'human_via_agent'
group by user_upn, user_id, agent_name, agent_app_id, front_end_name
order by requests desc
