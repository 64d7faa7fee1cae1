/*
description: What share of the writes on users' data is answerable to a human, day by day?
kind: query
*/
select
    day,
    count(*) as user_writes,
    count(case when actor_class in ('human_direct', 'human_via_agent') then 1 end) as answerable,
    count(case when actor_class in ('human_direct', 'human_via_agent') then 1 end) * 1.0 / count(*) as share
from attributed_requests
where is_write and is_user_scoped
group by day
order by day
