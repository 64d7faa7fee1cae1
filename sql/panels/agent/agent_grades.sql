/*
title: How sure that is
description: Its requests by the grade of their attribution.
kind: panel
over: agent_acts
grain: [day, attribution_grade]
*/
select
    day, -- event day in UTC
    attribution_grade, -- exact, strong, probable, ambiguous, request_only, unresolved
    cast(sum(requests) as bigint) as requests -- requests
from agent_acts
group by day, attribution_grade
order by requests desc, day asc, attribution_grade asc
