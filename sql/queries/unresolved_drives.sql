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
where is_possible_app_only_user_write
group by app_name, app_id, effect, path_template
order by requests desc
