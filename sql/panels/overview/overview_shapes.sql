/*
title: What stood on the tokens
description: >
  Graph requests by the identity shape of their token, which says what credential and whose authority it
  carried.
kind: panel
grain: [identity_shape]
*/
select
    identity_shape, -- delegated_public, on_behalf_of, app_secret and so on
    cast(sum(requests) as bigint) as requests, -- Graph requests
    cast(sum(user_writes) as bigint) as user_writes -- writes on users' data among them
from request_counts
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
group by identity_shape
order by requests desc, identity_shape asc
