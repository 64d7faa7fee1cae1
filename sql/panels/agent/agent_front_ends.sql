/*
title: Front ends
description: What most of its users' requests came through, where the logs show that.
kind: panel
over: agent_acts
grain: [front_end_name]
*/
select
    coalesce(front_end_name, front_end_app_id) as front_end_name, -- app that its users asked it through, or its id
    cast(sum(requests) as bigint) as requests -- requests
from agent_acts
where front_end_app_id is not null
group by coalesce(front_end_name, front_end_app_id)
order by requests desc, front_end_name asc
limit 12
