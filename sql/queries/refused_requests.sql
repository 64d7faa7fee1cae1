/*
description: Who is refused most often?
kind: query
*/
select
    actor_class,
    coalesce(user_upn, agent_name, app_name, app_id) as who,
    path_template,
    count(*) as requests
from attributed_requests
where outcome = 'denied'
group by actor_class, coalesce(user_upn, agent_name, app_name, app_id), path_template
order by requests desc
