/*
description: Which agents acted for users who signed in with one factor only?
kind: query
*/
select
    agent_name,
    user_upn,
    count(*) as requests,
    max(root_at) as last_root_at
from attributed_requests
where actor_class = 'human_via_agent' and not root_mfa
group by agent_name, user_upn
order by requests desc
