/*
title: As whom
description: Its requests by the authority and the credential that stood on their tokens.
kind: panel
over: agent_acts
grain: [day, identity_shape]
*/
select
    day, -- event day in UTC
    identity_shape, -- credential and attribution of the token
    cast(sum(requests) as bigint) as requests -- requests
from agent_acts
group by day, identity_shape
order by requests desc, day asc, identity_shape asc
