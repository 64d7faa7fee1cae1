/*
title: What it did
description: Its requests by what they did.
kind: panel
over: agent_acts
grain: [day, effect]
*/
select
    day, -- event day in UTC
    effect, -- read, create, update, delete, send, share and so on
    cast(sum(requests) as bigint) as requests -- requests
from agent_acts
group by day, effect
order by requests desc, day asc, effect asc
