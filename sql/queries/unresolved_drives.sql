/*
description: Which writes on drives may have been on a user's files?
kind: query
*/
select
    app_name,
    app_id,
    effect,
    path_template,
    count(*) as requests
from attributed_requests
where
    data_class = 'drive_unresolved'
    and is_write
    and actor_class in ('app_only', 'autonomous_agent')
group by app_name, app_id, effect, path_template
order by requests desc
