/*
description: Which apps act on-behalf-of a user and also on their own on the same kind of data?
kind: query
*/
select
    tenant_id,
    app_id,
    max(app_name) as app_name,
    data_class,
    count(case when actor_class = 'human_via_agent' then 1 end) as for_users,
    count(case when actor_class in ('app_only', 'autonomous_agent') then 1 end) as on_its_own
from attributed_requests
where is_user_scoped
group by tenant_id, app_id, data_class
having
    count(case when actor_class = 'human_via_agent' then 1 end) > 0
    and count(case when actor_class in ('app_only', 'autonomous_agent') then 1 end) > 0
order by on_its_own desc
