/*
description: Where did several front ends fit, so that none is named?
kind: query
*/
select
    day,
    user_upn,
    agent_name,
    count(*) as requests
from attributed_requests
where chain_grade = 'ambiguous'
group by day, user_upn, agent_name
order by requests desc
