/*
title: To whose data
description: Its requests by the class of the data.
kind: panel
over: agent_acts
grain: [day, data_class]
*/
select
    day, -- event day in UTC
    data_class, -- user_security, user_content, user_object, drive_unresolved, shared, tenant
    cast(sum(requests) as bigint) as requests -- requests
from agent_acts
group by day, data_class
order by requests desc, day asc, data_class asc
